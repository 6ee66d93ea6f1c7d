"""Who made what a film is set in and sounds like, and what allows its use."""

from __future__ import annotations

from functools import cache

from media.coverage import FONTS, codes_of, suits
from media.style import Style
from media.timeline import is_heard
from shortfactory.story import Effects, Plain, Scene

OPEN_FONT_LICENCE = "OFL-1.1"  # every font in media/fonts, with its text beside it


class FontCredit(Plain):
    """One family of fonts and its licence."""

    family: str
    licence: str
    copyright: str


class SoundCredit(Plain):
    """The music under a film, or the sounds at its transitions: made here, or somebody's own."""

    title: str
    licence: str
    sha256: str | None = None


def font_credits(style: Style, text: str) -> tuple[FontCredit, ...]:
    """The families that the captions of a text are set in, the style's own first."""
    shown = text.upper() if style.captions.upper else text
    own = _folder_of(style.captions.font)
    used = [own] if suits(style.captions.font, shown) else []
    left = {mark for mark in shown if mark.isprintable() and not mark.isspace()}
    left = {mark for mark in left if not used or ord(mark) not in _codes(own)}
    for folder in ("noto", "noto-cjk", "noto-emoji"):
        if hit := {mark for mark in left if ord(mark) in _codes(folder)}:
            used.append(folder)
            left -= hit
    return tuple(_credit(folder) for folder in dict.fromkeys(used))


def music_credit(style: Style, sha256: str | None, licence: str) -> SoundCredit:
    """Own music with the licence its owner noted; the composed bed owes none."""
    if sha256:
        return SoundCredit(title="Own music", licence=licence, sha256=sha256)
    return SoundCredit(
        title=f"Bed in the mood “{style.mood}”",
        licence="None owed: composed and synthesised by ShortFactory for this film.",
    )


def effects_credit(style: Style, effects: Effects, scenes: tuple[Scene, ...]) -> SoundCredit | None:
    """The sounds at transitions, where a film of these scenes has any."""
    if not is_heard(scenes, style, effects):
        return None
    return SoundCredit(
        title="Sounds at transitions",
        licence="None owed: synthesised by ShortFactory for this film.",
    )


def _folder_of(family: str) -> str:
    name = family.replace(" ", "")
    return next(path.parent.name for path in FONTS.glob(f"*/{name}-*.[ot]tf"))


@cache
def _codes(folder: str) -> frozenset[int]:
    found: set[int] = set()
    for path in FONTS.glob(f"{folder}/*.[ot]tf"):
        found |= codes_of(path.read_bytes())
    return frozenset(found)


def _credit(folder: str) -> FontCredit:
    names = sorted({path.stem.split("-")[0] for path in FONTS.glob(f"{folder}/*.[ot]tf")})
    first = (FONTS / folder / "OFL.txt").read_text("utf-8").splitlines()[0]
    return FontCredit(family=", ".join(names), licence=OPEN_FONT_LICENCE, copyright=first.strip())
