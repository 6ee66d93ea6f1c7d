"""Which characters the vendored fonts hold, read from their own character maps."""

from __future__ import annotations

import struct
from functools import cache
from pathlib import Path

FONTS = Path(__file__).parent / "fonts"
CJK = {"ja": "JP", "zh": "SC", "ko": "KR"}
SHAPED_AWAY = frozenset("\u200c\u200d\ufe0e\ufe0f")  # joiners and selectors draw nothing


def covered(mark: str) -> bool:
    """Whether some font of this house has a glyph for the character."""
    return mark in SHAPED_AWAY or ord(mark) in _codes()


def cjk_order(language: str) -> list[str]:
    """The families for Chinese, Japanese and Korean signs, the language's own shapes first."""
    own = CJK.get(language.split("-")[0].lower(), "JP")
    order = [own, *(other for other in CJK.values() if other != own)]
    return [f"Noto Sans CJK {name}" for name in order]


@cache
def suits(family: str, text: str) -> bool:
    """Whether a family has every European letter of a text; others always come from Noto."""
    name = family.replace(" ", "")
    codes = {
        code for path in FONTS.glob(f"*/{name}-*.[ot]tf") for code in codes_of(path.read_bytes())
    }
    return all(ord(mark) in codes for mark in text if mark.isalpha() and _is_european(mark))


def _is_european(mark: str) -> bool:
    return ord(mark) < 0x0530 or 0x1E00 <= ord(mark) <= 0x1FFF


@cache
def _codes() -> frozenset[int]:
    found: set[int] = set()
    for path in sorted(FONTS.glob("*/*.[ot]tf")):
        found |= codes_of(path.read_bytes())
    return frozenset(found)


def codes_of(font: bytes) -> set[int]:
    """The Unicode code points of a TrueType or OpenType font (cmap formats 4 and 12)."""
    tables = struct.unpack_from(">H", font, 4)[0]
    for at in range(12, 12 + 16 * tables, 16):
        tag, _, start, _ = struct.unpack_from(">4sLLL", font, at)
        if tag == b"cmap":
            return _map_codes(font, start)
    return set()


def _map_codes(font: bytes, cmap: int) -> set[int]:
    count = struct.unpack_from(">H", font, cmap + 2)[0]
    found: set[int] = set()
    for at in range(cmap + 4, cmap + 4 + 8 * count, 8):
        start = cmap + struct.unpack_from(">L", font, at + 4)[0]
        kind = struct.unpack_from(">H", font, start)[0]
        if kind == 4:
            found |= _segments(font, start)
        elif kind == 12:
            found |= _groups(font, start)
    return found


def _segments(font: bytes, start: int) -> set[int]:
    """Format 4: ranges of 16-bit codes; a zero glyph inside a range is a hole."""
    double = struct.unpack_from(">H", font, start + 6)[0]
    ends, begins = start + 14, start + 16 + double
    deltas, offsets = begins + double, begins + 2 * double
    found: set[int] = set()
    for at in range(0, double, 2):
        end = struct.unpack_from(">H", font, ends + at)[0]
        begin = struct.unpack_from(">H", font, begins + at)[0]
        delta = struct.unpack_from(">H", font, deltas + at)[0]
        offset = struct.unpack_from(">H", font, offsets + at)[0]
        for code in range(begin, min(end, 0xFFFE) + 1):
            glyph = code
            if offset:
                place = offsets + at + offset + 2 * (code - begin)
                glyph = struct.unpack_from(">H", font, place)[0]
                if not glyph:
                    continue
            if (glyph + delta) & 0xFFFF:
                found.add(code)
    return found


def _groups(font: bytes, start: int) -> set[int]:
    """Format 12: ranges of any code."""
    count = struct.unpack_from(">L", font, start + 12)[0]
    found: set[int] = set()
    for at in range(start + 16, start + 16 + 12 * count, 12):
        first, last, _ = struct.unpack_from(">LLL", font, at)
        found.update(range(first, last + 1))
    return found
