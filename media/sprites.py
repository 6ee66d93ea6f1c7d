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
    pad_left, pad_top = left % 2, top % 2
    padded = np.zeros(
        (height + pad_top + (height + pad_top) % 2, width + pad_left + (width + pad_left) % 2, 4),
        np.uint8,
    )
    padded[pad_top : pad_top + height, pad_left : pad_left + width] = rgba
    yuv = cv2.transform(padded, FROM_RGBA)
    size = (padded.shape[1] // 2, padded.shape[0] // 2)
    half = cv2.resize(yuv[:, :, 1:], size, interpolation=cv2.INTER_AREA)
    rest = 255 - padded[:, :, 3]
    rest_half = cv2.resize(rest, size, interpolation=cv2.INTER_AREA)
    return Sprite(
        left - pad_left,
        top - pad_top,
        _plane(yuv[:, :, 0]),
        _plane(half),
        _plane(rest),
        _plane(cv2.merge([rest_half, rest_half])),
    )


def _plane(values: NDArray[Any]) -> Bytes:
    return np.ascontiguousarray(values, np.uint8)


def _over(ground: Bytes, ink: Bytes, rest: Bytes) -> None:
    cv2.multiply(ground, rest, ground, 1 / 255)
    cv2.add(ground, ink, ground)
