"""The camera: what a view sees of a master picture, to a fraction of a pixel."""

from __future__ import annotations

from math import ceil
from typing import NamedTuple

import cv2
import numpy as np

from media.motion import View
from media.planes import MARGIN, Bytes, Master, Planes
from media.timeline import Frame

STARTS = 96
NEAR_PX = 1 / 64  # of the master; a coarser start would be seen as jitter in slow moves
LINEAR = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP


class Axis(NamedTuple):
    """Output pixel i samples the plane at `first + i * step`, pixel centres on whole numbers."""

    first: float
    step: float


class Cut(NamedTuple):
    """Scaling this part of a plane from its own edge gives the axis after `skip` pixels."""

    at: int
    end: int
    skip: int


class Camera:
    """Samples masters into the planes of a frame."""

    def __init__(self, frame: Frame) -> None:
        self._size = (frame.width_px, frame.height_px)

    def shoot(self, master: Master, seen: View, out: Planes) -> None:
        """Fill the planes with what the view sees, exact to 1/64 pixel of the master or better."""
        across = _axis(seen.x, seen.zoom, master.width_px, self._size[0])
        down = _axis(seen.y, seen.zoom, master.height_px, self._size[1])
        out.y[:] = _sampled(master.y, across, down, self._size)
        # Master chroma k covers luma 2k and 2k+1: its centre is luma 2k + 0.5. The frame's is
        # left-sited: column 2i, between the rows 2j and 2j+1.
        across = Axis((across.first - 0.5) / 2, across.step)
        down = Axis((down.first + 0.5 * down.step - 0.5) / 2, down.step)
        out.uv[:] = _sampled(master.uv, across, down, (self._size[0] // 2, self._size[1] // 2))


def _axis(centre: float, zoom: float, master_px: int, frame_px: int) -> Axis:
    step = master_px / frame_px / zoom
    return Axis(centre * master_px - 0.5 - (frame_px - 1) / 2 * step, step)


def whole_cut(axis: Axis, count: int, room: int) -> Cut | None:
    """Find the whole pixel from which plain scaling falls on the axis.

    Scaling is twice as fast as warping, but begins at a whole pixel. Beginning some output
    pixels earlier and skipping them gives other fractions to choose from.

    Args:
        axis: in the master's own pixels, its margin not counted.
        count: output pixels wanted.
        room: pixels of the plane, margins included.

    Returns:
        None where no start comes near, as when the step is a short fraction.
    """
    skips = np.arange(STARTS)
    starts = axis.first + 0.5 - (skips + 0.5) * axis.step + MARGIN
    missed = np.abs(starts - np.rint(starts))
    missed[starts < 0] = 1.0
    skip = int(missed.argmin())
    at = round(float(starts[skip]))
    end = at + ceil((skip + count) * axis.step) + 1
    return Cut(at, end, skip) if missed[skip] <= NEAR_PX and end <= room else None


def _sampled(plane: Bytes, across: Axis, down: Axis, size: tuple[int, int]) -> Bytes:
    width, height = size
    columns = whole_cut(across, width, plane.shape[1])
    rows = whole_cut(down, height, plane.shape[0])
    if columns is None or rows is None:
        return _warped(plane, across, down, size)
    part = plane[rows.at : rows.end, columns.at : columns.end]
    scaled = cv2.resize(part, None, None, 1 / across.step, 1 / down.step, cv2.INTER_LINEAR)
    cut = scaled[rows.skip : rows.skip + height, columns.skip : columns.skip + width]
    return np.asarray(cut, np.uint8)


def _warped(plane: Bytes, across: Axis, down: Axis, size: tuple[int, int]) -> Bytes:
    matrix = np.array(
        [[across.step, 0, across.first + MARGIN], [0, down.step, down.first + MARGIN]]
    )
    warped = cv2.warpAffine(plane, matrix, size, None, LINEAR, cv2.BORDER_REPLICATE)
    return np.asarray(warped, np.uint8)
