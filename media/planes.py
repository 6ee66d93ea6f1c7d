"""Pictures as BT.709 limited-range planes, and the few operations a frame is made of.

Chroma is left-sited, as H.264 assumes: chroma column i lies on luma column 2i, chroma row j
between luma rows 2j and 2j+1.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from media.motion import View
from media.timeline import Frame

Bytes = NDArray[np.uint8]

RED, GREEN, BLUE = 0.2126, 0.7152, 0.0722  # ITU-R BT.709
LUMA = np.array([RED, GREEN, BLUE]) * 219 / 255
CHROMA_U = (np.array([0, 0, 1]) - np.array([RED, GREEN, BLUE])) * 224 / 255 / (2 * (1 - BLUE))
CHROMA_V = (np.array([1, 0, 0]) - np.array([RED, GREEN, BLUE])) * 224 / 255 / (2 * (1 - RED))
TO_YUV = np.column_stack([np.stack([LUMA, CHROMA_U, CHROMA_V]), [16.0, 128.0, 128.0]])
MASTER_SCALE = 1.5  # of the frame: 48.7 dB against an ideal resampler, 45.0 at 1.0
LINEAR = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP


class Planes(NamedTuple):
    """One frame: Y at full size, U and V at half, written in place."""

    y: Bytes
    u: Bytes
    v: Bytes

    @classmethod
    def empty(cls, frame: Frame) -> Planes:
        """Planes for a frame, not filled."""
        half = (frame.height_px // 2, frame.width_px // 2)
        return cls(
            np.empty((frame.height_px, frame.width_px), np.uint8),
            np.empty(half, np.uint8),
            np.empty(half, np.uint8),
        )


@dataclass(frozen=True)
class Master:
    """A picture ready to warp: Y at 1.5 times the frame, U and V at half of that."""

    y: Bytes
    u: Bytes
    v: Bytes


def master_size(frame: Frame) -> tuple[int, int]:
    """Width and height of a master for this frame, even."""
    return (
        2 * round(frame.width_px * MASTER_SCALE / 2),
        2 * round(frame.height_px * MASTER_SCALE / 2),
    )


def to_master(rgb: NDArray[Any], size: tuple[int, int] | None = None) -> Master:
    """Convert RGB once, enlarged to `size` (even); every frame is cut from the result."""
    width, height = size or (rgb.shape[1], rgb.shape[0])
    y, u, v = cv2.split(cv2.transform(rgb, TO_YUV.astype(np.float32)))
    half = (width // 2, height // 2)
    return Master(_resized(y, (width, height)), _resized(u, half), _resized(v, half))


def _resized(plane: NDArray[Any], size: tuple[int, int]) -> Bytes:
    larger = size[0] > plane.shape[1]
    way = cv2.INTER_CUBIC if larger else cv2.INTER_AREA
    return np.asarray(cv2.resize(plane, size, interpolation=way), np.uint8)


class Camera:
    """Warps masters into the planes of a frame."""

    def __init__(self, frame: Frame) -> None:
        self._size = (frame.width_px, frame.height_px)

    def shoot(self, master: Master, seen: View, out: Planes) -> None:
        """Fill the planes with what the view sees, to a fraction of a pixel."""
        luma, chroma = self._matrices(master, seen)
        width, height = self._size
        half = (width // 2, height // 2)
        border = cv2.BORDER_REPLICATE
        cv2.warpAffine(master.y, luma, (width, height), out.y, LINEAR, border)
        cv2.warpAffine(master.u, chroma, half, out.u, LINEAR, border)
        cv2.warpAffine(master.v, chroma, half, out.v, LINEAR, border)

    def _matrices(self, master: Master, seen: View) -> tuple[NDArray[Any], NDArray[Any]]:
        """From output pixel centres to master pixel centres, for luma and left-sited chroma."""
        height, width = master.y.shape
        step_x = width / self._size[0] / seen.zoom
        step_y = height / self._size[1] / seen.zoom
        left = seen.x * width - 0.5 - (self._size[0] - 1) / 2 * step_x
        top = seen.y * height - 0.5 - (self._size[1] - 1) / 2 * step_y
        luma = np.array([[step_x, 0, left], [0, step_y, top]])
        # Master chroma k covers luma 2k and 2k+1: its centre is luma 2k + 0.5.
        chroma = np.array(
            [
                [step_x, 0, (left - 0.5) / 2],
                [0, step_y, (top + 0.5 * step_y - 0.5) / 2],
            ]
        )
        return luma, chroma


def mix(first: Planes, second: Planes, share: float, out: Planes) -> None:
    """Blend two frames: 0 is the first, 1 the second. `out` may be either of them."""
    for a, b, into in zip(first, second, out, strict=True):
        cv2.addWeighted(a, 1 - share, b, share, 0, into)
