"""Which fonts a film's words are set in, and what allows their use."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from media.coverage import FONTS, cjk_order, codes_of, suits
from media.script_text import clean
from media.style import Style
from shortfactory.story import Plain

OPEN_FONT_LICENCE = "OFL-1.1"  # every font in media/fonts, with its text beside it
PLAIN = "Noto Sans"  # what stands in for a style's face that lacks a letter
_PICTURES = (range(0x2000, 0x3000), range(0x1F000, 0x20000))
"""Where signs are drawn as emoji once no face for text has them; beyond are CJK's own signs."""


class FontCredit(Plain):
    """One family of fonts and its licence."""

    family: str
    licence: str
    copyright: str


def font_credits(style: Style, texts: Iterable[str], language: str) -> tuple[FontCredit, ...]:
    """The families that these texts are set in (one text a scene, or a title), and no others.

    The choice is the renderer's: the style's face for a text whose European letters it has, Noto
    Sans for the others; what that face lacks comes from the first font behind it that has it.
    """
    used: dict[Path, None] = {}
    for text in texts:
        shown = clean(text.upper() if style.captions.upper else text)
        used |= dict.fromkeys(_fonts_of(shown, style.captions.font, language))
    return tuple(_credit(path) for path in used)


def _fonts_of(shown: str, own: str, language: str) -> Iterator[Path]:
    faces = [_file(own), _file(PLAIN)] if suits(own, shown) else [_file(PLAIN)]
    emoji, cjk = _file("Noto Color Emoji"), [_file(name) for name in cjk_order(language)]
    others = sorted(set(FONTS.glob("noto/NotoSans?*-*.ttf")) - set(faces))
    for mark in dict.fromkeys(shown):
        if not mark.isprintable() or mark.isspace():
            continue
        code = ord(mark)
        picture = any(code in block for block in _PICTURES)
        order = (*faces, *others, *((emoji, *cjk) if picture else (*cjk, emoji)))
        found = next((path for path in order if code in _codes(path)), None)
        if found:
            yield found


@cache
def _file(family: str) -> Path:
    return next(FONTS.glob(f"*/{family.replace(' ', '')}-*.[ot]tf"))


@cache
def _codes(path: Path) -> frozenset[int]:
    return frozenset(codes_of(path.read_bytes()))


@cache
def _credit(path: Path) -> FontCredit:
    name = re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=CJK)(?=[A-Z])", " ", path.stem.split("-")[0])
    first = path.with_name("OFL.txt").read_text("utf-8").splitlines()[0]
    return FontCredit(family=name, licence=OPEN_FONT_LICENCE, copyright=first.strip())
