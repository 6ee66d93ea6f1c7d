"""What somebody orders, checked before anything is paid: the one place for input limits."""

from __future__ import annotations

import math
import unicodedata
from decimal import Decimal
from pathlib import Path
from typing import Literal

from shortfactory.errors import InvalidInput, UsageError
from shortfactory.plan import Providers
from shortfactory.story import (
    MAX_SCENES,
    MAX_SECONDS,
    MAX_SOURCE_CHARACTERS,
    MAX_TOPIC_CHARACTERS,
    MIN_SCENES,
    MIN_SECONDS,
    Plain,
    Topic,
)

MIN_TEXT_CHARACTERS = 2  # two signs are a topic in Chinese
MAX_NOTES_CHARACTERS = 4_000
MAX_LICENCE_CHARACTERS = 500
MAX_FILE_BYTES = 4 * MAX_SOURCE_CHARACTERS  # UTF-8 needs at most four bytes a character

UNIT_S = {"m": 60, "h": 3_600, "d": 86_400}
LEAST_PATIENCE_S, MOST_PATIENCE_S = 600, 172_800  # Gemini gives a batch up after two days

Approve = Literal["ask", "auto"]


class Order(Plain):
    """A short to make: what about, by which providers, for at most how much, and where to."""

    topic: Topic
    providers: Providers
    budget_usd: Decimal
    approve: Approve = "ask"
    tenant: str = "local"
    patience_s: float = 0  # above zero: pictures at half the price, within so many seconds
    music: str | None = None  # a local file; the topic gets its hash when the run starts
    out: str | None = None  # the folder for the package, where somebody waits for one


def check_topic(topic: Topic) -> Topic:
    """Return the topic with tidy text, when all of it can be used.

    Raises:
        InvalidInput: naming the value and what would be right.
        UsageError: no text at all, or both a script and a source.
    """
    check_seconds(topic.seconds)
    check_scenes(topic.scenes)
    if topic.script is not None and topic.source is not None:
        raise UsageError(
            "A short has either a script or a source, not both.",
            cure="Give --script FILE for a finished script, or --source FILE for an article.",
        )
    text = _tidy(topic.text)
    if topic.script is None and topic.source is None and not text:
        raise UsageError(
            "There is nothing to make a short about.",
            cure='Give a topic ("Why bees dance"), --script FILE or --source FILE.',
        )
    if text:
        check_text("topic", text, MAX_TOPIC_CHARACTERS)
    if topic.music_licence:
        check_text("music licence", topic.music_licence, MAX_LICENCE_CHARACTERS)
    for name in ("script", "source"):
        if (given := getattr(topic, name)) is not None:
            check_text(name, given, MAX_SOURCE_CHARACTERS)
    return topic.model_copy(update={"text": text})


def check_licence(music: Path | None, licence: str) -> None:
    """Music comes with what allows its use, and only with music is there anything to allow.

    Raises:
        UsageError: one of the two is missing.
    """
    if music is not None and not licence.strip():
        raise UsageError(
            f"The music {music.name} has no licence.",
            cure='Note what allows its use: --music-licence "CC BY 4.0, by A. Composer".',
        )
    if music is None and licence:
        raise UsageError(
            "There is a music licence, but no music.", cure="Give the file with --music FILE."
        )


def check_seconds(seconds: float) -> None:
    """Refuse a length outside what the platforms and a story allow."""
    if math.isfinite(seconds) and MIN_SECONDS <= seconds <= MAX_SECONDS:
        return
    raise InvalidInput(
        "seconds", seconds, f"give a length from {MIN_SECONDS:g} to {MAX_SECONDS:g} seconds"
    )


def check_scenes(scenes: int) -> None:
    """Refuse a number of scenes that no short has."""
    if not MIN_SCENES <= scenes <= MAX_SCENES:
        raise InvalidInput("scenes", scenes, f"give {MIN_SCENES} to {MAX_SCENES} scenes")


def parse_patience(text: str) -> float:
    """Read how long somebody can wait, like 90m, 24h or 2d; returns seconds.

    Raises:
        InvalidInput: another form, or less than ten minutes or more than two days.
    """
    number, unit = text.strip()[:-1], text.strip()[-1:]
    if not number.isdecimal() or unit not in UNIT_S:
        raise InvalidInput("patience", text, "give minutes, hours or days, like 90m, 24h or 1d")
    patience_s = float(number) * UNIT_S[unit]
    if not LEAST_PATIENCE_S <= patience_s <= MOST_PATIENCE_S:
        raise InvalidInput("patience", text, "give from 10m to 2d: batches take up to a day")
    return patience_s


def check_text(name: str, text: str, most_characters: int) -> None:
    """Refuse a text that is next to nothing, far too long, or not text."""
    if len(text.strip()) < MIN_TEXT_CHARACTERS:
        raise InvalidInput(name, text, f"give at least {MIN_TEXT_CHARACTERS} characters")
    if len(text) > most_characters:
        raise InvalidInput(
            name, text, f"it has {len(text):,} characters; give at most {most_characters:,}"
        )
    if "\0" in text or any("\ud800" <= sign <= "\udfff" for sign in text):
        raise InvalidInput(name, text, "give text in UTF-8; this holds bytes that are none")


def read_text(name: str, path: Path) -> str:
    """Read a text file that a person named.

    Raises:
        InvalidInput: missing, a folder, unreadable, too large, or not UTF-8 text.
    """
    if path.is_dir():
        raise InvalidInput(name, str(path), "it is a folder; name a text file")
    try:
        size_bytes = path.stat().st_size
        if size_bytes > MAX_FILE_BYTES:
            raise InvalidInput(name, str(path), f"it is larger than {MAX_FILE_BYTES:,} bytes")
        text = path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        raise InvalidInput(name, str(path), "there is no such file") from None
    except UnicodeDecodeError:
        raise InvalidInput(name, str(path), "it is not UTF-8 text") from None
    except OSError as error:
        raise InvalidInput(name, str(path), f"it cannot be read ({error.strerror})") from None
    if "\0" in text:
        raise InvalidInput(name, str(path), "it is a binary file; name a text file")
    return text


def _tidy(text: str) -> str:
    kept = "".join(c for c in text if c in "\n\t" or unicodedata.category(c) != "Cc")
    return unicodedata.normalize("NFC", " ".join(kept.split()))
