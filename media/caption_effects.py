"""What a phrase does while it is spoken: one effect for a style, drawn with sprites kept for it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import cached_property, lru_cache, partial

import cv2
import numpy as np

from media.contrast import ink_on
from media.lettering import Lettering
from media.planes import Planes
from media.sprites import Sprite, to_sprite
from media.style import Effect
from media.typeset import Box

POP_MS, POP_PEAK, POP_REST = 160.0, 1.14, 1.06
BAR_SHARE = 0.08  # of the type's size: how thick the underline is
POP_SHARE = 0.11  # of the size: how far a word may grow into the space beside it
GLUED_SHARE = 0.02  # the room beside a word that no space parts from its neighbour
BOX_SHARE, BOX_RISE_SHARE = 0.17, 0.1  # the box's margins, beside and above the ink


class Drawn:
    """A phrase's sprites, each made when first needed."""

    def __init__(self, made: Lettering, safe: Box) -> None:
        self.made, self.safe, self.style = made, safe, made.style
        # No cache holds the phrase that holds it: its sprites are freed with its last use.
        self.popped = lru_cache(maxsize=16)(partial(_popped, made, safe))
        self.boxed = lru_cache(maxsize=2)(partial(_boxed, made, safe))

    def active(self, ms: float) -> tuple[int, float]:
        """The word that sounds, or sounded last, and how much of it is spoken (0..1)."""
        words = self.made.phrase.words
        index = max((i for i, word in enumerate(words) if word.start_ms <= ms), default=0)
        word = words[index]
        long = max(word.end_ms - word.start_ms, 1)
        return index, min(max((ms - word.start_ms) / long, 0.0), 1.0)

    @cached_property
    def shade(self) -> Sprite:
        """What lies behind the phrase."""
        return self.made.shade()

    @cached_property
    def base(self) -> Sprite:
        """The phrase with no word active."""
        return self.made.sprite(self.made.base_colours)

    @cached_property
    def lit(self) -> Sprite:
        """The phrase with every word active."""
        return self.made.sprite((self.style.active,) * len(self.made.words))


def _popped(made: Lettering, safe: Box, cell: Box, active: bool, scale: float) -> Sprite:
    """Part of the phrase, grown about its middle and kept inside the safe area."""
    colours = (made.style.active,) * len(made.words) if active else made.base_colours
    rgba = made.coloured(colours)
    part = rgba[
        max(cell.top - made.top, 0) : cell.bottom - made.top,
        max(cell.left - made.left, 0) : cell.right - made.left,
    ]
    if not part.size:  # joiners alone, or an emoji of a few pixels: they have no place
        part = np.zeros((2, 2, 4), np.uint8)
    size = (max(2, round(part.shape[1] * scale)), max(2, round(part.shape[0] * scale)))
    grown = cv2.resize(np.ascontiguousarray(part), size, interpolation=cv2.INTER_LINEAR)
    left = round((cell.left + cell.right - size[0]) / 2)
    top = round((cell.top + cell.bottom - size[1]) / 2)
    left = max(min(left, safe.right - size[0] - 1), safe.left)
    top = max(min(top, safe.bottom - size[1] - 1), safe.top)
    return to_sprite(grown, left, top)


def _boxed(made: Lettering, safe: Box, index: int) -> tuple[Sprite, Sprite]:
    """A rounded box for a word, and the phrase with that word's ink in the box's contrast."""
    word, size = made.words[index], made.size_px
    rise = round(size * BOX_RISE_SHARE)
    before, after = (
        round(size * (GLUED_SHARE if tight else BOX_SHARE)) for tight in made.glued(index)
    )
    top, bottom = made.line_ink(index)
    box = Box(
        max(word.left - before, safe.left),
        max(top - rise, safe.top),
        min(word.right + after, safe.right),
        min(bottom + rise, safe.bottom),
    )
    colours = list(made.base_colours)
    colours[index] = ink_on(made.style.active)
    pill = to_sprite(_rounded(box, made.style.active, size * 0.2), box.left, box.top)
    plain = to_sprite(made.coloured(tuple(colours), halo=False), made.left, made.top)
    return pill, plain


def _rounded(
    box: Box, colour: str, radius: float
) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    large = np.zeros((box.height * 2, box.width * 2), np.uint8)
    inset = round(min(radius * 2, box.height, box.width))
    cv2.rectangle(large, (inset, 0), (box.width * 2 - inset - 1, box.height * 2 - 1), 255, -1)
    cv2.rectangle(large, (0, inset), (box.width * 2 - 1, box.height * 2 - inset - 1), 255, -1)
    for x in (inset, box.width * 2 - inset - 1):
        for y in (inset, box.height * 2 - inset - 1):
            cv2.circle(large, (x, y), inset, 255, -1)
    alpha = cv2.resize(large, (box.width, box.height), interpolation=cv2.INTER_AREA)
    ink = np.array([int(colour[at : at + 2], 16) for at in (1, 3, 5)] + [255]) / 255
    return np.rint(np.asarray(alpha)[:, :, None] * ink).astype(np.uint8)


def _clean(drawn: Drawn, _: float, out: Planes) -> None:
    drawn.base.blend(out)


def _fill(drawn: Drawn, ms: float, out: Planes) -> None:
    """Spoken words in colour; the colour runs through the one that sounds."""
    index, part = drawn.active(ms)
    cell, word = drawn.made.cells[index], drawn.made.words[index]
    if drawn.made.right_to_left:
        edge = 2 * round((word.right - part * word.width) / 2)
        spoken, coming = replace(cell, left=edge), replace(cell, right=edge)
    else:
        edge = 2 * round((word.left + part * word.width) / 2)
        spoken, coming = replace(cell, right=edge), replace(cell, left=edge)
    for box in _joined((*drawn.made.cells[:index], spoken)):
        drawn.lit.blend(out, box)
    for box in _joined((coming, *drawn.made.cells[index + 1 :])):
        drawn.base.blend(out, box)


def _pop(drawn: Drawn, ms: float, out: Planes) -> None:
    """The word that sounds jumps up in colour."""
    index, _ = drawn.active(ms)
    for box in _joined((*drawn.made.cells[:index], *drawn.made.cells[index + 1 :])):
        drawn.base.blend(out, box)
    since = ms - drawn.made.phrase.words[index].start_ms
    scale = _bounce(since, 1.0, POP_PEAK, POP_REST)
    share = GLUED_SHARE if any(drawn.made.glued(index)) else POP_SHARE
    room = 2 * share * drawn.made.size_px / max(drawn.made.words[index].width, 1)
    scale = min(scale, round(1 + room, 2))
    drawn.popped(drawn.made.cells[index], True, scale).blend(out)


def _solo(drawn: Drawn, ms: float, out: Planes) -> None:
    """The phrase (one word, mostly) springs up as a whole."""
    since = ms - drawn.made.phrase.words[0].start_ms
    scale = _bounce(since, 0.82, 1.06, 1.0)
    if scale == 1.0:
        drawn.base.blend(out)
    else:
        drawn.popped(drawn.base.box, False, scale).blend(out)


def _box(drawn: Drawn, ms: float, out: Planes) -> None:
    """A rounded box lies behind the word that sounds."""
    index, _ = drawn.active(ms)
    pill, plain = drawn.boxed(index)
    for box in _joined((*drawn.made.cells[:index], *drawn.made.cells[index + 1 :])):
        drawn.base.blend(out, box)
    pill.blend(out)
    plain.blend(out, drawn.made.cells[index])


def _underline(drawn: Drawn, ms: float, out: Planes) -> None:
    """A bar grows under the word that sounds, in the order of reading."""
    index, part = drawn.active(ms)
    word, size = drawn.made.words[index], drawn.made.size_px
    high = max(4, 2 * round(size * BAR_SHARE / 2))
    long = max(2, 2 * round(word.width * part / 2))
    left = word.right - long if drawn.made.right_to_left else word.left
    bottom = min(drawn.made.line_ink(index)[1] + round(size * 0.1), drawn.safe.bottom)
    bar = Box(left, bottom - high, left + long, bottom)
    drawn.base.blend(out)
    to_sprite(_rounded(bar, drawn.style.active, high / 2), bar.left, bar.top).blend(out)


EFFECTS: dict[Effect, Callable[[Drawn, float, Planes], None]] = {
    "clean": _clean,
    "fill": _fill,
    "pop": _pop,
    "solo": _solo,
    "box": _box,
    "underline": _underline,
}


def _bounce(since_ms: float, start: float, peak: float, rest: float) -> float:
    """A quick rise past the goal and back; in hundredths, so that sprites are shared."""
    part = min(max(since_ms / POP_MS, 0.0), 1.0)
    if part < 0.6:
        return round(start + (peak - start) * part / 0.6, 2)
    return round(peak + (rest - peak) * (part - 0.6) / 0.4, 2)


def _joined(cells: Iterable[Box]) -> list[Box]:
    """The same rectangles with neighbours in a line made one: fewer and larger blends."""
    found: list[Box] = []
    for cell in sorted(cells, key=lambda cell: (cell.top, cell.left)):
        if cell.width <= 0:
            continue
        last = found[-1] if found else None
        if last and (last.top, last.bottom, last.right) == (cell.top, cell.bottom, cell.left):
            found[-1] = replace(last, right=cell.right)
        else:
            found.append(cell)
    return found
