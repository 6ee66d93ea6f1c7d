"""Text to pixels by Pango, with the fonts of this house and no others.

Pango shapes, orders right-to-left text, falls back between fonts and draws colour emoji; one
code path serves every script.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from html import escape

import numpy as np
from numpy.typing import NDArray

from media.coverage import FONTS, cjk_order

# Fontconfig reads this when the first text is set; without it every font of the machine is
# scanned (seconds) and films differ from machine to machine.
os.environ["FONTCONFIG_FILE"] = str(FONTS / "fonts.conf")

import pyvips

FALLBACKS = "Noto Sans, Noto Sans Arabic, Noto Sans Hebrew, Noto Sans Devanagari, Noto Sans Thai"
LINE_SPACING = 0.08  # of the size, between two lines

Bytes = NDArray[np.uint8]


@dataclass(frozen=True)
class Box:
    """A rectangle in pixels, right and bottom excluded."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def width(self) -> int:
        """Its width."""
        return self.right - self.left

    @property
    def height(self) -> int:
        """Its height."""
        return self.bottom - self.top


@dataclass(frozen=True)
class Setting:
    """Set text: straight RGBA, and each word's rectangle."""

    ink: Bytes
    words: tuple[Box, ...]


@dataclass(frozen=True)
class Type:
    """A typeface at a size, for a language."""

    family: str
    weight: str
    size_px: float
    language: str = "en"
    gap: float = 0.0  # added to each space, in ems
    tightness: float = 1.0  # of the face's own distance between lines

    @property
    def description(self) -> str:
        """How Pango is asked for it: the family, then what may stand in for missing letters."""
        families = ", ".join(cjk_order(self.language))
        weight = "" if self.weight == "Regular" else f" {self.weight}"
        return f"{self.family}, {FALLBACKS}, {families},{weight} {self.size_px:.2f}px"


def set_lines(
    lines: tuple[tuple[str, ...], ...], kind: Type, colours: tuple[str, ...] = ()
) -> Setting:
    """Set centred lines of words, each word with the space that follows it, if any.

    Words are white, or have the colours given, one a word; emoji keep their own.
    """
    number = sum(len(line) for line in lines)
    inks = [f'foreground="{colour}"' for colour in colours or ("#ffffff",) * number]
    marks = [f"#{_mark(at):06x}" for at in range(number)]
    ink = _draw(_markup(lines, inks, kind), kind)
    # The same text on a ground of its own for each word shows where Pango put the word.
    grounds = [f'foreground="{mark}" bgcolor="{mark}"' for mark in marks]
    areas = _draw(_markup(lines, grounds, kind), kind)
    return Setting(ink, tuple(_find(areas, _mark(at)) for at in range(number)))


def _markup(lines: tuple[tuple[str, ...], ...], looks: list[str], kind: Type) -> str:
    look = iter(looks)
    # Letter spacing counts in 1024ths of a point, which is a pixel here.
    space = f'<span letter_spacing="{round(kind.gap * kind.size_px * 1024)}"> </span>'
    set_ = list[str]()
    for line in lines:
        words = [f"<span {next(look)}>{escape(word.rstrip())}</span>" for word in line]
        seams = [space if word.endswith(" ") else "" for word in line[:-1]]
        set_.append("".join(map("".join, zip(words, [*seams, ""], strict=True))))
    return "\n".join(set_)


def _draw(markup: str, kind: Type) -> Bytes:
    language = escape(kind.language or "en", quote=True)
    tight = f' line_height="{kind.tightness}"' if kind.tightness != 1 else ""
    try:
        image = pyvips.Image.text(
            f'<span lang="{language}"{tight}>{markup}</span>',
            font=kind.description,
            dpi=72,
            rgba=True,
            align="centre",
            spacing=round(kind.size_px * LINE_SPACING),
        )
    except pyvips.Error as error:
        if "no text to render" not in str(error):
            raise
        return np.zeros((2, 2, 4), np.uint8)  # joiners and fillers have no ink
    return np.asarray(image.numpy(), np.uint8)


def _mark(at: int) -> int:
    """A colour (0xrrggbb) for each word, far from those of all other words.

    Emoji keep their colours on a ground and blend with it at their edges: with marks alike, the
    edge of one word's emoji would be taken for a piece of another word.
    """
    return (at + 1) * 0x9E3779 & 0xFFFFFF  # 2**24 over the golden ratio spreads best


def _find(areas: Bytes, mark: int) -> Box:
    wanted = np.array([mark >> 16, mark >> 8 & 255, mark & 255, 255], np.uint8)
    hit = areas.view(np.uint32)[:, :, 0] == wanted.view(np.uint32)  # four bytes at once
    columns, rows = np.flatnonzero(hit.any(axis=0)), np.flatnonzero(hit.any(axis=1))
    if not len(columns):
        return Box(0, 0, 0, 0)
    return Box(int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1)
