"""The camera: what a view sees of a master picture, to a fraction of a pixel."""

from __future__ import annotations

from math import prod

import cv2
import numpy as np

from media.motion import View
from media.planes import MARGIN, Bytes, Master, Planes
from media.scaling import NEAR_PX, Axis, whole_cut
from media.timeline import Frame

COLOUR_NEAR = 1.5  # times NEAR_PX: the eye places colours less sharply than light
LINEAR = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP


class Camera:
    """Samples masters into the planes of a frame, for one thread at a time."""

    def __init__(self, frame: Frame) -> None:
        self._size = (frame.width_px, frame.height_px)
        # A fresh array for every frame would be mapped and given back each time.
        self._room = np.empty(0, np.uint8)

    def shoot(self, master: Master, seen: View, out: Planes) -> None:
        """Fill the planes with what the view sees, luma exact to 1/48 pixel of the master."""
        across = _axis(seen.x, seen.zoom, master.width_px, self._size[0])
        down = _axis(seen.y, seen.zoom, master.height_px, self._size[1])
        self._sample(master.y, across, down, NEAR_PX, out.y)
        # Master chroma k covers luma 2k and 2k+1: its centre is luma 2k + 0.5. The frame's is
        # left-sited: column 2i, between the rows 2j and 2j+1.
        across = Axis((across.first - 0.5) / 2, across.step)
        down = Axis((down.first + 0.5 * down.step - 0.5) / 2, down.step)
        self._sample(master.uv, across, down, NEAR_PX * COLOUR_NEAR, out.uv)

    def _sample(self, plane: Bytes, across: Axis, down: Axis, near_px: float, out: Bytes) -> None:
        height, width = out.shape[:2]
        columns = whole_cut(across, width, plane.shape[1], near_px)
        rows = whole_cut(down, height, plane.shape[0], near_px)
        if columns is None or rows is None:
            return _warp(plane, across, down, out)
        part = plane[rows.at : rows.end, columns.at : columns.end]
        scaled = self._scaled(part, 1 / across.step, 1 / down.step)
        out[:] = scaled[rows.skip : rows.skip + height, columns.skip : columns.skip + width]

    def _scaled(self, part: Bytes, wide: float, high: float) -> Bytes:
        """The part scaled by exactly these factors, in memory that the next one overwrites."""
        shape = (round(part.shape[0] * high), round(part.shape[1] * wide), *part.shape[2:])
        if self._room.size < prod(shape):
            self._room = np.empty(prod(shape), np.uint8)
        room = self._room[: prod(shape)].reshape(shape)
        scaled = cv2.resize(part, None, room, wide, high, cv2.INTER_LINEAR)
        return np.asarray(scaled, np.uint8)


def _axis(centre: float, zoom: float, master_px: int, frame_px: int) -> Axis:
    step = master_px / frame_px / zoom
    return Axis(centre * master_px - 0.5 - (frame_px - 1) / 2 * step, step)


def _warp(plane: Bytes, across: Axis, down: Axis, out: Bytes) -> None:
    matrix = np.array(
        [[across.step, 0, across.first + MARGIN], [0, down.step, down.first + MARGIN]]
    )
    size = (out.shape[1], out.shape[0])
    out[:] = cv2.warpAffine(plane, matrix, size, None, LINEAR, cv2.BORDER_REPLICATE)
