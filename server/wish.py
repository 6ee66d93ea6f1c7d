"""What somebody typed after `make` or `estimate`, not yet looked at."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple


class Wish(NamedTuple):
    """The options that describe a short."""

    topic: str
    script: Path | None
    source: Path | None
    language: str
    seconds: float
    scenes: int
    style: str
    budget: str | None
    providers: str | None
    patience: str | None = None
    music: Path | None = None
    music_licence: str = ""
    effects: str = "auto"
    made_for_kids: bool = False
    handoff: bool = False


class Different(NamedTuple):
    """What somebody typed after `reroll`."""

    scene: int | None
    prompt: str | None
    narration: str | None
    again: str | None
    voice: str | None
    language: str | None
    script: Path | None
    effects: str | None = None
