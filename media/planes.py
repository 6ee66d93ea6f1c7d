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

from media.timeline import Frame

Bytes = NDArray[np.uint8]

RED, GREEN, BLUE = 0.2126, 0.7152, 0.0722  # ITU-R BT.709
LUMA = np.array([RED, GREEN, BLUE]) * 219 / 255
CHROMA_U = (np.array([0, 0, 1]) - np.array([RED, GREEN, BLUE])) * 224 / 255 / (2 * (1 - BLUE))
CHROMA_V = (np.array([1, 0, 0]) - np.array([RED, GREEN, BLUE])) * 224 / 255 / (2 * (1 - RED))
TO_YUV = np.column_stack([np.stack([LUMA, CHROMA_U, CHROMA_V]), [16.0, 128.0, 128.0]])
MASTER_SCALE = 1.5  # of the frame: 48.7 dB against an ideal resampler, 45.0 at 1.0
MARGIN = 144  # the edge repeated around a master, where the camera's scaling may begin


class Planes(NamedTuple):
    """One frame, written in place: Y, and at half its size U and V side by side.

    (rows, columns) and (rows / 2, columns / 2, 2): the encoder's own order, which it takes as it
    is; apart, U and V cost a third of the drawing more.
    """

    y: Bytes
    uv: Bytes

    @classmethod
    def empty(cls, frame: Frame) -> Planes:
        """Planes for a frame, not filled."""
        return cls(
            np.empty((frame.height_px, frame.width_px), np.uint8),
            np.empty((frame.height_px // 2, frame.width_px // 2, 2), np.uint8),
        )


@dataclass(frozen=True)
class Master:
    """A picture ready to film: Y at 1.5 times the frame, U and V at half of that.

    U and V lie side by side, as in a frame. Both arrays have a margin of their own repeated edge
    on all sides.
    """

    y: Bytes
    uv: Bytes

    @property
    def width_px(self) -> int:
        """The width of Y without its margins."""
        return self.y.shape[1] - 2 * MARGIN

    @property
    def height_px(self) -> int:
        """The height of Y without its margins."""
        return self.y.shape[0] - 2 * MARGIN


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
    return Master(_resized(y, (width, height)), _resized(cv2.merge([u, v]), half))


def _resized(plane: NDArray[Any], size: tuple[int, int]) -> Bytes:
    larger = size[0] > plane.shape[1]
    way = cv2.INTER_CUBIC if larger else cv2.INTER_AREA
    resized = cv2.resize(plane, size, interpolation=way)
    edge = MARGIN
    framed = cv2.copyMakeBorder(resized, edge, edge, edge, edge, cv2.BORDER_REPLICATE)
    return np.asarray(framed, np.uint8)


def mix(first: Planes, second: Planes, share: float, out: Planes) -> None:
    """Blend two frames: 0 is the first, 1 the second. `out` may be either of them."""
    for a, b, into in zip(first, second, out, strict=True):
        cv2.addWeighted(a, 1 - share, b, share, 0, into)
