"""Draws the simulated pictures: real drawings, in the pixels and the format of the real model."""

from __future__ import annotations

import asyncio
import hashlib
import math
import re
from collections import OrderedDict

import cv2
import numpy as np

from providers.offline.illustrator import OfflineIllustrator
from providers.ports import Aspect, ImageRequest
from simulator.brief import labelled
from simulator.sentences import SHOTS

PALETTES = (
    ("#14213d", "#4a6fa5", "#e5e5e5", "#fca311"),
    ("#1d3b2f", "#4f8a5b", "#f1e9d2", "#e07a3f"),
    ("#2b1d3a", "#6d4c8d", "#f3e7f5", "#f2b5a7"),
    ("#102a43", "#3e7c9b", "#f0f4f8", "#f25f4c"),
    ("#3a2618", "#a3683a", "#f7ecd9", "#2a9d8f"),
)
SHAPES: dict[Aspect, float] = {"9:16": 9 / 16, "16:9": 16 / 9, "1:1": 1.0, "4:5": 4 / 5}
KEPT_DRAWINGS = 96
DESKS = 2  # drawings at once; they are all arithmetic
LEAST_COLOURS = 3
MOST_TILT_DEGREES = 6


class Studio:
    """Draws, and keeps the latest drawings so that a repeated prompt is drawn once."""

    def __init__(self) -> None:
        """Start with an empty desk."""
        self._drawer = OfflineIllustrator()
        self._kept: OrderedDict[tuple[object, ...], asyncio.Task[bytes]] = OrderedDict()
        self._desks = asyncio.Semaphore(DESKS)

    async def draw(
        self,
        prompt: str,
        references: tuple[bytes, ...],
        aspect: str,
        size_px: tuple[int, int],
        suffix: str,
        pool: int = 0,
    ) -> bytes:
        """An encoded picture of exactly this size.

        With a `pool` above zero there are only so many drawings, and each prompt gets its own
        cutting of one: what a load test of other parts wants, at a thirtieth of the work.
        """
        number = int.from_bytes(hashlib.sha256(prompt.encode()).digest()[:4])
        subject = _pooled(number % pool) if pool else prompt
        key = (subject, aspect, size_px, suffix)
        if key not in self._kept:
            work = self._drawn(subject, number, references, size_px, suffix)
            self._kept[key] = asyncio.create_task(work)
            self._forget()
        self._kept.move_to_end(key)
        # A client that leaves must not spoil the drawing for the next one.
        drawing = await asyncio.shield(self._kept[key])
        return await asyncio.to_thread(_cutting, drawing, number, suffix) if pool else drawing

    def _forget(self) -> None:
        finished = [key for key, task in self._kept.items() if task.done()]
        for key in finished[: max(0, len(self._kept) - KEPT_DRAWINGS)]:
            del self._kept[key]

    async def _drawn(
        self,
        prompt: str,
        number: int,
        references: tuple[bytes, ...],
        size_px: tuple[int, int],
        suffix: str,
    ) -> bytes:
        ratio = size_px[0] / size_px[1]
        shape = min(SHAPES, key=lambda name: abs(SHAPES[name] - ratio))
        request = ImageRequest(
            prompt=labelled(prompt, "subject") or prompt,
            aspect=shape,
            palette=_palette(prompt, number),
            variation=number % 7,
        )
        async with self._desks:
            drawn = await self._drawer.draw(request, references)
            return await asyncio.to_thread(_fitted, drawn.data, number, size_px, suffix)


def _pooled(number: int) -> str:
    return f"{SHOTS[number % len(SHOTS)]}, {number}".format(s="a small house", S="A small house")


def readable(data: bytes) -> bool:
    """Whether the bytes are a picture."""
    return bool(data) and _decoded(data) is not None


def _decoded(data: bytes) -> np.ndarray | None:
    return cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)


def _palette(prompt: str, number: int) -> tuple[str, ...]:
    named = tuple(dict.fromkeys(re.findall(r"#[0-9a-fA-F]{6}\b", prompt)))
    return named if len(named) >= LEAST_COLOURS else PALETTES[number % len(PALETTES)]


def _cutting(data: bytes, number: int, suffix: str) -> bytes:
    """Another picture out of this one: three quarters of it, perhaps mirrored, at full size."""
    picture = _decoded(data)
    if picture is None:
        raise ValueError("The kept drawing cannot be decoded.")
    height_px, width_px = picture.shape[:2]
    high, wide = height_px * 3 // 4, width_px * 3 // 4
    top = number // 2 % 97 * (height_px - high) // 96
    left = number // 194 % 89 * (width_px - wide) // 88
    cut = picture[top : top + high, left : left + wide]
    cut = cv2.flip(cut, 1) if number % 2 else cut
    full = cv2.resize(cut, (width_px, height_px), interpolation=cv2.INTER_CUBIC)
    return cv2.imencode(suffix, full)[1].tobytes()


def _fitted(data: bytes, number: int, size_px: tuple[int, int], suffix: str) -> bytes:
    """The drawing at this size, mirrored or tilted as its prompt has it.

    Image models seldom draw one subject twice from the same side; the illustrator often does.
    """
    picture = _decoded(data)
    if picture is None:
        raise ValueError("The illustrator's picture cannot be decoded.")
    tilt = number // 2 % (2 * MOST_TILT_DEGREES + 1) - MOST_TILT_DEGREES
    if number % 2:
        picture = cv2.flip(picture, 1)
    cut = cv2.warpAffine(
        picture, _covering(picture, tilt, size_px), size_px, flags=cv2.INTER_LINEAR
    )
    return cv2.imencode(suffix, cut)[1].tobytes()


def _covering(picture: np.ndarray, tilt: float, size_px: tuple[int, int]) -> np.ndarray:
    """The turn about the middle that, scaled as little as may be, leaves no corner empty."""
    (high, wide), (width_px, height_px) = picture.shape[:2], size_px
    cos, sin = math.cos(math.radians(abs(tilt))), math.sin(math.radians(abs(tilt)))
    scale = max(
        (width_px * cos + height_px * sin) / wide, (width_px * sin + height_px * cos) / high
    )
    turn = cv2.getRotationMatrix2D((wide / 2, high / 2), tilt, scale)
    turn[:, 2] += (width_px - wide) / 2, (height_px - high) / 2
    return turn
