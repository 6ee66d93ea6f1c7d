"""Small pictures with transparency, blended into the planes of a frame only where they are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from media.planes import CHROMA_U, CHROMA_V, LUMA, Planes
from media.typeset import Box

# From premultiplied RGB and alpha to premultiplied Y, U, V.
FROM_RGBA = np.column_stack(
    [np.stack([LUMA, CHROMA_U, CHROMA_V]), np.array([16.0, 128.0, 128.0]) / 255]
)
Bytes = NDArray[np.uint8]


@dataclass(frozen=True)
class Sprite:
    """Premultiplied planes and what is left of the ground behind them; even place and size."""

    left: int
    top: int
    y: Bytes
    uv: Bytes
    rest: Bytes  # 255 minus alpha
    rest_uv: Bytes  # at half size, once for U and once for V

    @property
    def box(self) -> Box:
        """Where it stands in the frame."""
        height, width = self.y.shape
        return Box(self.left, self.top, self.left + width, self.top + height)

    def blend(self, out: Planes, part: Box | None = None) -> None:
        """Lay it (or the part of it inside this frame rectangle, even) over the frame."""
        height, width = out.y.shape
        mine = self.box
        want = part or mine
        left, right = max(mine.left, want.left, 0), min(mine.right, want.right, width)
        top, bottom = max(mine.top, want.top, 0), min(mine.bottom, want.bottom, height)
        if left >= right or top >= bottom:
            return
        here = np.s_[top - self.top : bottom - self.top, left - self.left : right - self.left]
        _over(out.y[top:bottom, left:right], self.y[here], self.rest[here])
        half = np.s_[top // 2 : bottom // 2, left // 2 : right // 2]
        mine_half = np.s_[
            (top - self.top) // 2 : (bottom - self.top) // 2,
            (left - self.left) // 2 : (right - self.left) // 2,
        ]
        _over(out.uv[half], self.uv[mine_half], self.rest_uv[mine_half])


def to_sprite(rgba: NDArray[Any], left: int, top: int) -> Sprite:
    """Make a sprite of premultiplied 8-bit RGBA with its corner at a frame position.

    Odd positions and sizes are padded with transparency.
    """
    height, width = rgba.shape[:2]
    box = even_box(left, top, width, height)
    before, above = left - box.left, top - box.top
    padded = np.zeros((box.height, box.width, 4), np.uint8)
    padded[above : above + height, before : before + width] = rgba
    half = cv2.resize(padded, _half(box), interpolation=cv2.INTER_AREA)
    rest, rest_half = (255 - cv2.extractChannel(each, 3) for each in (padded, half))
    return Sprite(
        box.left,
        box.top,
        _bytes(cv2.transform(padded, FROM_RGBA[:1])),
        _bytes(cv2.transform(half, FROM_RGBA[1:])),
        _bytes(rest),
        _bytes(cv2.merge([rest_half, rest_half])),
    )


def cloud_sprite(cloud: NDArray[Any], colour: tuple[int, int, int], box: Box) -> Sprite:
    """Make a sprite of one colour whose opacity (0 to 255) is drawn small, to fill an even box."""
    size = (box.width, box.height)
    alpha, half = (
        cv2.convertScaleAbs(cv2.resize(cloud, into, interpolation=cv2.INTER_LINEAR))
        for into in (size, _half(box))
    )
    luma, u, v = FROM_RGBA @ (*colour, 255) / 255
    rest_half = cv2.bitwise_not(half)
    tinted = [cv2.convertScaleAbs(half, alpha=share) for share in (u, v)]
    return Sprite(
        box.left,
        box.top,
        _bytes(cv2.convertScaleAbs(alpha, alpha=luma)),
        _bytes(cv2.merge(tinted)),
        _bytes(cv2.bitwise_not(alpha)),
        _bytes(cv2.merge([rest_half, rest_half])),
    )


def even_box(left: int, top: int, width: int, height: int) -> Box:
    """The smallest rectangle of even place and size around this one."""
    right, bottom = left + width, top + height
    return Box(left - left % 2, top - top % 2, right + right % 2, bottom + bottom % 2)


def _half(box: Box) -> tuple[int, int]:
    return box.width // 2, box.height // 2


def _bytes(values: NDArray[Any]) -> Bytes:
    return np.asarray(values, np.uint8)


def _over(ground: Bytes, ink: Bytes, rest: Bytes) -> None:
    cv2.multiply(ground, rest, ground, 1 / 255)
    cv2.add(ground, ink, ground)
