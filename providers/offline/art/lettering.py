"""Lettering: a keyword fitted into a box and set in the vendored face, as a mask of light."""

from __future__ import annotations

import functools
import os
import struct
import unicodedata
from dataclasses import dataclass
from importlib.resources import files

import numpy as np

FONTS = files("providers.offline") / "fonts"
FACE, FONT = "Manrope ExtraBold", FONTS / "Manrope-ExtraBold.ttf"
# Fontconfig reads this when the first text is set; without it the system's own settings decide
# how type is hinted, and where there are none, an error is printed.
os.environ.setdefault("FONTCONFIG_FILE", str(FONTS / "fonts.conf"))  # noqa: TID251 - for a library

import pyvips  # noqa: E402

LEADING = 1.04  # line to line, in font sizes: tight, as display type wants
NATURAL_LEADING = 1.366  # the face's own, from its hhea table
TRACKING = -0.025  # letter spacing in font sizes
SMALLEST = 64.0  # below this a phone reader sees grey; longer keywords are shortened instead
LONGEST = 160  # no more characters than this can be read in the box at the smallest size
REFERENCE = 100  # words are measured once at this size and scaled


@dataclass(frozen=True)
class Block:
    """Lines of type at one size, design pixels. `x`, `y` is the upper left corner."""

    lines: tuple[str, ...]
    size: float
    x: float
    y: float
    width: float

    @property
    def height(self) -> float:
        """From the top of the first line to the bottom of the last."""
        return self.size * LEADING * len(self.lines)


def fit(text: str, x: float, y: float, width: float, height: float, largest: float) -> Block | None:
    """Set a keyword as large as its box allows, in one to four balanced lines.

    Characters that the face lacks are left out; a text that cannot be read at the smallest size
    is cut at a word with an ellipsis. None when nothing is left to set.
    """
    words = legible(text[: 8 * LONGEST])[:LONGEST].split()
    while words:
        options = [_sized(lines, width, height, largest) for lines in _wrappings(words)]
        size, lines = max(options, key=lambda each: (round(each[0]), -len(each[1])))
        if size >= SMALLEST or words == ["…"]:
            longest = max(_width(line) for line in lines) * size
            return Block(lines, size, x, y, longest)
        words = _shortened(words)
    return None


def legible(text: str) -> str:
    """What the face can show of a text, on one line; "" where it lacks most of the letters."""
    covered = _covered()
    composed = unicodedata.normalize("NFC", text)
    kept = "".join(sign for sign in composed if ord(sign) in covered or sign.isspace())
    shown, wanted = _letters(kept), _letters(composed)
    return " ".join(kept.split()) if shown and 2 * shown >= wanted else ""


def _letters(text: str) -> int:
    return sum(unicodedata.category(sign)[0] in "LN" for sign in text)


def mask(block: Block, scale: float) -> np.ndarray:
    """Draw a block: coverage 0..1, cropped to its ink."""
    return _set("\n".join(block.lines), block.size * scale).numpy().astype(np.float32) / 255


def _set(text: str, size: float) -> pyvips.Image:
    safe = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    spacing = round(TRACKING * size * 1024)
    return pyvips.Image.text(
        f'<span letter_spacing="{spacing}" line_height="{LEADING / NATURAL_LEADING}">{safe}</span>',
        font=f"{FACE} {size:.2f}",
        fontfile=str(FONT),
        dpi=72,
    )


@functools.lru_cache(maxsize=512)
def _width(line: str) -> float:
    """A line's width at font size 1."""
    return _set(line, REFERENCE).width / REFERENCE


def _sized(
    lines: tuple[str, ...], width: float, height: float, largest: float
) -> tuple[float, tuple[str, ...]]:
    across = width / max(_width(line) for line in lines)
    return min(largest, across, height / (LEADING * len(lines))), lines


def _wrappings(words: list[str]) -> list[tuple[str, ...]]:
    """The most even way to break the words into one, two, three and four lines."""
    return [_balanced(words, count) for count in range(1, min(4, len(words)) + 1)]


def _balanced(words: list[str], count: int) -> tuple[str, ...]:
    lines = [" ".join(words)]
    while len(lines) < count:
        longest = max((line for line in lines if " " in line), key=len)
        parts = longest.split()
        at = min(
            range(1, len(parts)),
            key=lambda i: max(len(" ".join(parts[:i])), len(" ".join(parts[i:]))),
        )
        place = lines.index(longest)
        lines[place : place + 1] = [" ".join(parts[:at]), " ".join(parts[at:])]
    return tuple(lines)


def _shortened(words: list[str]) -> list[str]:
    """Drop the last word, or a quarter of an only word, and mark the cut."""
    if len(words) > 1:
        return [*words[:-2], words[-2].rstrip("….,;:") + "…"]
    return [words[0].rstrip("…")[: max(0, len(words[0]) * 3 // 4)] + "…"]


@functools.cache
def _covered() -> frozenset[int]:
    """The characters of the face, from its cmap table (OpenType, segment mapping format 4)."""
    data = FONT.read_bytes()
    tables = struct.unpack(">H", data[4:6])[0]
    records = (struct.unpack(">4s4xI4x", data[12 + 16 * i : 28 + 16 * i]) for i in range(tables))
    cmap = dict(records)[b"cmap"]
    count = struct.unpack(">H", data[cmap + 2 : cmap + 4])[0]
    starts = (
        struct.unpack(">I", data[cmap + 8 + 8 * i : cmap + 12 + 8 * i])[0] for i in range(count)
    )
    covered: set[int] = set()
    for start in starts:
        covered |= _segments(data, cmap + start)
    return frozenset(covered)


def _segments(data: bytes, at: int) -> set[int]:
    form, _, _, doubled = struct.unpack(">4H", data[at : at + 8])
    if form != 4:
        return set()
    ends = struct.unpack(f">{doubled // 2}H", data[at + 14 : at + 14 + doubled])
    first = at + 16 + doubled
    starts = struct.unpack(f">{doubled // 2}H", data[first : first + doubled])
    return {
        sign
        for start, end in zip(starts, ends, strict=True)
        for sign in range(start, end + 1)
        if sign != 0xFFFF
    }
