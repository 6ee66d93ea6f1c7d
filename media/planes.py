"""Pictures as BT.709 limited-range planes, and the few operations a frame is made of.

Chroma is left-sited, as H.264 assumes: chroma column i lies on luma column 2i, chroma row j
between luma rows 2j and 2j+1. A master keeps U and V as U V U V in four channels, because one
four-channel warp costs as much as a warp of one channel.
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
    """A picture ready to warp: Y at 1.5 times the frame, U V U V at half of that."""

    y: Bytes
    uv: Bytes


def master_size(frame: Frame) -> tuple[int, int]:
    """Width and height of a master for this frame, even."""
    return (
        2 * round(frame.width_px * MASTER_SCALE / 2),
        2 * round(frame.height_px * MASTER_SCALE / 2),
    )


def to_master(rgb: NDArray[Any]) -> Master:
    """Convert RGB of even size once; every frame is cut from the result."""
    yuv = cv2.transform(rgb, TO_YUV)
    size = (rgb.shape[1] // 2, rgb.shape[0] // 2)
    chroma = cv2.resize(yuv[:, :, 1:], size, interpolation=cv2.INTER_AREA)
    packed = np.concatenate([chroma, chroma], axis=2)
    return Master(np.ascontiguousarray(yuv[:, :, 0], np.uint8), np.asarray(packed, np.uint8))


def yuv_of(colour: str) -> tuple[int, int, int]:
    """The code values of "#rrggbb"."""
    rgb = np.array([int(colour[at : at + 2], 16) for at in (1, 3, 5)] + [1.0])
    y, u, v = np.rint(TO_YUV @ rgb).astype(int)
    return int(y), int(u), int(v)


class Camera:
    """Warps masters into planes; owns the scratch memory for packed chroma."""

    def __init__(self, frame: Frame) -> None:
        self._size = (frame.width_px, frame.height_px)
        half = (frame.height_px // 2, frame.width_px // 2, 4)
        self._uv = np.empty(half, np.uint8)

    def shoot(self, master: Master, seen: View, out: Planes) -> None:
        """Fill the planes with what the view sees, to a fraction of a pixel."""
        luma, chroma = self._matrices(master, seen)
        width, height = self._size
        border = cv2.BORDER_REPLICATE
        cv2.warpAffine(master.y, luma, (width, height), out.y, LINEAR, border)
        cv2.warpAffine(master.uv, chroma, (width // 2, height // 2), self._uv, LINEAR, border)
        cv2.extractChannel(self._uv, 0, out.u)
        cv2.extractChannel(self._uv, 1, out.v)

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
