"""One phrase set in type: its ink, its halo, where each word stands, in every colour it needs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from media.phrases import Phrase
from media.safe_area import centred
from media.script_text import is_right_to_left
from media.sprites import Sprite, cloud_sprite, even_box, to_sprite
from media.style import CaptionStyle
from media.timeline import Frame
from media.typeset import Box, Setting, Type, set_lines

Bytes = NDArray[np.uint8]
SHADE_REACH = 0.34  # of the type's size: how far the shade spreads before it is gone
SHADE_SHRINK = 4  # so soft a cloud is the same when it is drawn small and enlarged


@dataclass(frozen=True)
class Lettering:
    """A phrase in place. `words` and `cells` are frame rectangles; cells tile the block."""

    phrase: Phrase
    style: CaptionStyle
    size_px: float
    left: int
    top: int
    ink: Bytes
    words: tuple[Box, ...]
    cells: tuple[Box, ...]
    right_to_left: bool

    def coloured(self, colours: tuple[str, ...], halo: bool = True) -> NDArray[Any]:
        """Premultiplied RGBA with each word in its colour; emoji keep their own."""
        paint = np.zeros((*self.ink.shape[:2], 3), np.uint8)
        for cell, colour in zip(self.cells, colours, strict=True):
            if cell.width and cell.height:
                first = (cell.left - self.left, cell.top - self.top)
                last = (cell.right - self.left - 1, cell.bottom - self.top - 1)
                cv2.rectangle(paint, first, last, _rgb(colour), cv2.FILLED)
        paint[self.own] = self.ink[self.own, :3]
        return _compose(paint, self.alpha, self.halo if halo else None, self.style.outline)

    @cached_property
    def alpha(self) -> Bytes:
        """The ink's opacity."""
        return np.asarray(cv2.extractChannel(self.ink, 3), np.uint8)

    @cached_property
    def own(self) -> NDArray[np.bool_]:
        """Where an emoji's own colours stay: they are not white, as ink that takes a colour is."""
        red, green, blue, alpha = cv2.split(self.ink)
        return (np.asarray(cv2.min(cv2.min(red, green), blue)) < 200) & (np.asarray(alpha) > 0)

    @cached_property
    def halo(self) -> Bytes:
        """The opacity of outline and shadow."""
        return _halo(self.alpha, self.style, self.size_px)

    @property
    def box(self) -> Box:
        """The frame rectangle of its sprite: outline and shadow included, even."""
        return even_box(self.left, self.top, self.ink.shape[1], self.ink.shape[0])

    def sprite(self, colours: tuple[str, ...]) -> Sprite:
        """The whole phrase, ready to blend."""
        return to_sprite(self.coloured(colours), self.left, self.top)

    def shade(self) -> Sprite:
        """A soft cloud of the outline's colour behind the words, wider than they are."""
        reach = max(1, round(self.size_px * SHADE_REACH / SHADE_SHRINK))
        edge = 3 * reach * SHADE_SHRINK
        height, width = self.ink.shape[:2]
        right, bottom = (edge + -side % SHADE_SHRINK for side in (width, height))
        wide = np.pad(self.alpha, ((edge, bottom), (edge, right)))
        size = (wide.shape[1] // SHADE_SHRINK, wide.shape[0] // SHADE_SHRINK)
        small = cv2.resize(wide, size, interpolation=cv2.INTER_AREA)
        body = cv2.dilate(small, np.ones((reach, reach), np.uint8)).astype(np.float32)
        cloud = np.asarray(cv2.GaussianBlur(body, (0, 0), reach)) * self.style.shade
        box = even_box(self.left - edge, self.top - edge, wide.shape[1], wide.shape[0])
        return cloud_sprite(cloud, _rgb(self.style.outline), box)

    def line_ink(self, index: int) -> tuple[int, int]:
        """Where the ink of a word's line begins and ends, from the frame's top."""
        cell = self.cells[index]
        inked = self.alpha[cell.top - self.top : cell.bottom - self.top].max(axis=1) > 96
        rows = np.flatnonzero(inked)
        if not len(rows):
            return cell.top, cell.bottom
        return cell.top + int(rows[0]), cell.top + int(rows[-1]) + 1

    def glued(self, index: int) -> tuple[bool, bool]:
        """Whether no space parts a word from what stands to its left, and to its right."""
        seams = self.phrase.seams
        before = index > 0 and self._same_line(index - 1, index) and seams[index - 1] == ""
        last = index == len(seams) - 1
        after = not last and self._same_line(index, index + 1) and seams[index] == ""
        return (after, before) if self.right_to_left else (before, after)

    def _same_line(self, one: int, other: int) -> bool:
        return self.cells[one].top == self.cells[other].top

    @property
    def base_colours(self) -> tuple[str, ...]:
        """Each word's colour while it is not spoken."""
        return tuple(self.style.keyword if key else self.style.text for key in self.phrase.key)


def letter(phrase: Phrase, style: CaptionStyle, frame: Frame, language: str) -> Lettering:
    """Set a phrase inside the safe area; type shrinks where a word would not fit."""
    area = centred(frame)
    shorter = min(frame.width_px, frame.height_px)
    kind = Type(style.font, style.weight, style.size * shorter, language, style.gap)
    margin = round(kind.size_px * (style.outline_share + 0.12))
    room = (area.right - area.left - 2 * margin, area.bottom - area.top - 2 * margin)
    lines = _lines(phrase, style.upper)
    setting = set_lines(lines, kind)
    share = min(room[0] / setting.ink.shape[1], room[1] / setting.ink.shape[0], 1.0)
    if share < 1:
        kind = replace(kind, size_px=kind.size_px * share * 0.99)
        setting = set_lines(lines, kind)
    return _place(phrase, style, frame, kind, setting)


def _place(
    phrase: Phrase, style: CaptionStyle, frame: Frame, kind: Type, setting: Setting
) -> Lettering:
    area = centred(frame)
    pad = round(kind.size_px * (style.outline_share + 0.12))
    ink = cv2.copyMakeBorder(setting.ink, pad, pad, pad, pad, cv2.BORDER_CONSTANT, value=(0,) * 4)
    ink = np.asarray(ink[: area.bottom - area.top, : area.right - area.left], np.uint8)
    height, width = ink.shape[:2]
    left = _even(frame.width_px / 2 - width / 2, area.left, area.right - width)
    top = _even(frame.height_px * style.centre - height / 2, area.top, area.bottom - height)
    words = tuple(
        Box(
            box.left + left + pad,
            box.top + top + pad,
            box.right + left + pad,
            box.bottom + top + pad,
        )
        for box in setting.words
    )
    whole = Box(left, top, left + width, top + height)
    return Lettering(
        phrase=phrase,
        style=style,
        size_px=kind.size_px,
        left=left,
        top=top,
        ink=ink,
        words=words,
        cells=_cells(words, phrase.counts, whole),
        right_to_left=is_right_to_left(phrase.words[0].text),
    )


def _lines(phrase: Phrase, upper: bool) -> tuple[tuple[str, ...], ...]:
    texts = [
        (word.text.upper() if upper else word.text) + seam
        for word, seam in zip(phrase.words, phrase.seams, strict=True)
    ]
    found: list[tuple[str, ...]] = []
    for count in phrase.counts:
        found.append(tuple(texts[:count]))
        texts = texts[count:]
    return tuple(found)


def _cells(words: tuple[Box, ...], counts: tuple[int, ...], whole: Box) -> tuple[Box, ...]:
    """Cut the block into one even rectangle a word: between lines, and between neighbours."""
    cells: dict[int, Box] = {}
    at, top = 0, whole.top
    for row, count in enumerate(counts):
        line = list(enumerate(words))[at : at + count]
        at += count
        last = row == len(counts) - 1
        bottom = whole.bottom if last else _middle(words[at - count].bottom, words[at].top)
        order = sorted(line, key=lambda pair: pair[1].left)
        left = whole.left
        for (index, box), after in zip(order, [*order[1:], None], strict=True):
            right = whole.right if after is None else _middle(box.right, after[1].left)
            cells[index] = Box(left, top, max(right, left), bottom)
            left = max(right, left)
        top = bottom
    return tuple(cells[index] for index in range(len(words)))


def _middle(first: int, second: int) -> int:
    return 2 * round((first + second) / 4)


def _halo(alpha: Bytes, style: CaptionStyle, size_px: float) -> Bytes:
    radius = round(style.outline_share * size_px)
    halo = alpha
    if radius:
        kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1, 2 * radius + 1))
        halo = cv2.GaussianBlur(cv2.dilate(alpha, kernel), (3, 3), 0)
    drop = round(size_px * 0.035)
    moved = np.zeros_like(alpha)
    moved[drop:] = np.asarray(halo)[: len(alpha) - drop]
    shadow = cv2.GaussianBlur(moved, (0, 0), size_px * 0.05)
    shadow = cv2.convertScaleAbs(shadow, alpha=style.shadow)
    return np.asarray(cv2.max(shadow, halo) if radius else shadow, np.uint8)


def _compose(paint: Bytes, alpha: Bytes, halo: Bytes | None, outline: str) -> NDArray[Any]:
    """Ink over its halo, premultiplied."""
    ink = cv2.merge([alpha, alpha, alpha])
    rgb = cv2.multiply(paint, ink, scale=1 / 255)
    if halo is None:
        return cv2.merge([*cv2.split(rgb), alpha])
    behind = cv2.multiply(halo, cv2.bitwise_not(alpha), scale=1 / 255)
    colour = np.array(_rgb(outline), np.float32) / 255
    if colour.any():
        shade = np.rint(np.asarray(behind)[:, :, None] * colour).astype(np.uint8)
        rgb = cv2.add(rgb, shade)
    return cv2.merge([*cv2.split(rgb), cv2.add(alpha, behind)])


def _rgb(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _even(value: float, low: int, high: int) -> int:
    return min(max(2 * round(value / 2), low), 2 * (high // 2))
