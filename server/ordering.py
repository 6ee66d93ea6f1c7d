"""From what somebody typed to an order whose every value has been checked; costs nothing."""

from __future__ import annotations

import re
import shutil
import unicodedata
from decimal import Decimal
from pathlib import Path
from typing import get_args

from graph.package import check_folder
from media.style import load as load_style
from nodes.brought import check_brought
from providers.catalog import plan_for
from providers.economy import patient
from providers.offline.voice import speech_language
from server.wish import Wish
from shortfactory.errors import InvalidInput
from shortfactory.money import parse_budget
from shortfactory.order import (
    Approve,
    Order,
    check_licence,
    check_text,
    check_topic,
    parse_patience,
    read_text,
)
from shortfactory.plan import Providers
from shortfactory.settings import Settings
from shortfactory.story import Effects, Topic

ROOM_BYTES = 60_000_000  # the package of the longest short, with some to spare
LONGEST_NAME, LONGEST_PATH = 40, 4_000


def order_of(wish: Wish, settings: Settings, approve: str) -> Order:
    """Check everything typed.

    Raises:
        UsageError: a value cannot be used; the message names it and what would be right.
    """
    if approve not in get_args(Approve):
        raise InvalidInput("approve", approve, "use ask or auto")
    budget_usd = budget_of(wish.budget, settings)
    topic = topic_of(wish)
    providers = providers_of(wish.providers, settings)
    check_brought(topic, providers)
    patience_s = patience_of(wish.patience)
    patient(plan_for(settings, providers), patience_s)
    return Order(
        topic=topic,
        providers=providers,
        budget_usd=budget_usd,
        patience_s=patience_s,
        approve="auto" if approve == "auto" else "ask",
        music=str(wish.music.absolute()) if wish.music else None,
    )


def topic_of(wish: Wish) -> Topic:
    """Read the files and check the topic, its language and its style."""
    check_licence(wish.music, wish.music_licence)
    if wish.music is not None and not wish.music.is_file():
        raise InvalidInput("music", str(wish.music), "there is no such file")
    topic = check_topic(
        Topic(
            text=wish.topic,
            language=wish.language,
            seconds=wish.seconds,
            scenes=wish.scenes,
            style=wish.style,
            script=read_text("script", wish.script) if wish.script else None,
            source=read_text("source", wish.source) if wish.source else None,
            made_for_kids=wish.made_for_kids,
            handoff=wish.handoff,
            music_licence=wish.music_licence,
            effects=effects_of(wish.effects),
        )
    )
    load_style(topic.style)
    speech_language(topic.language)
    return topic


def effects_of(given: str) -> Effects:
    """Whether transitions shall be heard.

    Raises:
        InvalidInput: another word.
    """
    kinds: tuple[Effects, ...] = get_args(Effects)
    for kind in kinds:
        if given == kind:
            return kind
    raise InvalidInput("effects", given, f"use {', '.join(kinds)}")


def providers_of(given: str | None, settings: Settings) -> Providers:
    """The kind asked for; else the settings' kind; else live where a key makes that possible."""
    kinds: tuple[Providers, ...] = get_args(Providers)
    if given is None:
        return settings.providers or ("live" if settings.google_api_key else "offline")
    for kind in kinds:
        if given == kind:
            return kind
    raise InvalidInput("providers", given, f"use {', '.join(kinds)}")


def budget_of(given: str | None, settings: Settings) -> Decimal:
    """The limit asked for, or the settings' own."""
    return parse_budget(given) if given is not None else settings.budget.short_usd


def patience_of(given: str | None) -> float:
    """The seconds that somebody can wait for cheaper pictures; 0 for not at all."""
    return parse_patience(given) if given is not None else 0


def place_of(out: Path | None, wish: Wish, run_id: str) -> Path:
    """The folder for the package, checked: it can be written and its disk has room.

    Raises:
        InvalidInput: a file, a folder that cannot be written, or a full disk.
    """
    file = wish.script or wish.source
    name = slug(wish.topic or (file.stem if file else ""))
    place = (out or Path("shorts") / f"{name}-{run_id[:8]}").expanduser().absolute()
    check_text("out", str(place), LONGEST_PATH)
    check_folder(place)
    existing = next(folder for folder in (place, *place.parents) if folder.exists())
    free_bytes = shutil.disk_usage(existing).free
    if free_bytes < ROOM_BYTES:
        cure = (
            f"its disk has {free_bytes / 1e6:.0f} MB free; make {ROOM_BYTES / 1e6:.0f} MB of room "
            "or name another folder"
        )
        raise InvalidInput("out", str(place), cure)
    return place


def slug(text: str) -> str:
    """A short name for files: letters of any script and digits, joined by hyphens."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    words = re.findall(r"[^\W_]+", plain)
    name = ""
    for word in words:
        if len(name) + len(word) >= LONGEST_NAME:
            break
        name = f"{name}-{word}" if name else word
    return name or (words[0][:LONGEST_NAME] if words else "short")
