"""A style as data: palette, prompt words, motion, captions, transitions, sound."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from media.contrast import ink_on
from shortfactory.errors import InvalidInput
from shortfactory.story import Effects, Plain

FOLDER = Path(__file__).parent / "styles"

Colour = Annotated[str, Field(pattern=r"^#[0-9a-f]{6}$")]
Finish = Literal[
    "paper", "blueprint", "comic", "gouache", "neon", "noir", "relief", "screenprint", "studio",
    "telephoto",
]  # fmt: skip
TransitionName = Literal["cut", "crossfade", "push", "whip", "zoom"]
SILENT: frozenset[TransitionName] = frozenset({"cut", "crossfade"})  # nothing moves in them
Effect = Literal["fill", "pop", "box", "solo", "underline", "clean"]


class Motion(Plain):
    """How the camera moves. `amount` is the zoom of one move: 0.1 grows a picture by a tenth."""

    amount: float = Field(default=0.1, ge=0.02, le=0.3)
    easing: float = Field(default=0.5, ge=0, le=1)  # 0 constant speed, 1 slow at both ends
    shot_s: float = Field(default=4.0, ge=2, le=8)  # one framing of a picture lasts about this


class CaptionStyle(Plain):
    """How words look and how the spoken one is shown. Sizes are shares of the frame's width."""

    effect: Effect
    font: str  # a family in media/fonts
    weight: Literal["Regular", "Bold", "ExtraBold", "Black"] = "Black"
    size: float = Field(default=0.078, gt=0.03, lt=0.2)
    upper: bool = False
    gap: float = Field(default=0.0, ge=0, le=0.5)  # wider spaces, in ems
    max_words: int = Field(default=6, ge=1, le=9)
    lines: int = Field(default=2, ge=1, le=2)
    text: Colour = "#ffffff"
    active: Colour = "#ffd83d"
    keyword: Colour = "#ffd83d"
    outline: Colour = "#000000"
    outline_share: float = Field(default=0.055, ge=0, le=0.15)  # of the font size
    shadow: float = Field(default=0.6, ge=0, le=1)  # opacity
    shade: float = Field(default=0.5, ge=0, le=1)  # of a soft cloud behind the words
    centre: float = Field(default=0.59, ge=0.2, le=0.8)  # of the frame's height

    @property
    def inks(self) -> tuple[str, ...]:
        """Every colour that a letter may have at some moment."""
        boxed = (ink_on(self.active),) if self.effect == "box" else ()
        return (self.text, self.active, self.keyword, *boxed)


class Transitions(Plain):
    """How the film moves into a scene of each kind; bodies take turns by scene number."""

    body: tuple[TransitionName, ...] = Field(default=("crossfade", "push"), min_length=1)
    close: TransitionName = "zoom"
    effects: bool = False  # whether they are heard, where an order leaves it to the style


class Style(Plain):
    """Everything that makes films look and sound alike. The palette goes background to accent."""

    name: str
    summary: str
    palette: tuple[Colour, ...] = Field(min_length=3, max_length=6)
    prompt: str
    finish: Finish = "paper"  # how the offline illustrator prints; image models have the prompt
    mood: str
    captions: CaptionStyle
    motion: Motion = Motion()
    transitions: Transitions = Transitions()

    def heard(self, effects: Effects) -> bool:
        """Whether transitions are heard, from what was ordered."""
        return self.transitions.effects if effects == "auto" else effects == "on"


@cache
def load(name: str) -> Style:
    """The style in `media/styles/<name>`.

    Raises:
        InvalidInput: there is no such style; the known ones are named.
    """
    if name not in names():
        raise InvalidInput("style", name, f"choose one of {', '.join(names())}")
    folder = FOLDER / name
    looks = tomllib.loads((FOLDER / "captions.toml").read_text("utf-8"))
    data = tomllib.loads((folder / "style.toml").read_text("utf-8"))
    chosen = data.pop("captions")
    captions = looks[chosen.pop("style")] | chosen
    return Style.model_validate({"name": name, **data, "captions": captions})


@cache
def names() -> tuple[str, ...]:
    """Every style there is, the default first."""
    found = sorted(path.parent.name for path in FOLDER.glob("*/style.toml"))
    return ("editorial", *(name for name in found if name != "editorial"))
