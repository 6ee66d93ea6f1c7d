"""The camera: what a view sees of a master picture, to a fraction of a pixel."""

from __future__ import annotations

import cv2
import numpy as np

from media.motion import View
from media.planes import MARGIN, Bytes, Master, Planes
from media.scaling import NEAR_PX, Axis, whole_cut
from media.timeline import Frame

COLOUR_NEAR = 1.5  # times NEAR_PX: the eye places colours less sharply than light
LINEAR = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP


class Camera:
    """Samples masters into the planes of a frame."""

    def __init__(self, frame: Frame) -> None:
        self._size = (frame.width_px, frame.height_px)

    def shoot(self, master: Master, seen: View, out: Planes) -> None:
        """Fill the planes with what the view sees, luma exact to 1/48 pixel of the master."""
        across = _axis(seen.x, seen.zoom, master.width_px, self._size[0])
        down = _axis(seen.y, seen.zoom, master.height_px, self._size[1])
        out.y[:] = _sampled(master.y, across, down, self._size, NEAR_PX)
        # Master chroma k covers luma 2k and 2k+1: its centre is luma 2k + 0.5. The frame's is
        # left-sited: column 2i, between the rows 2j and 2j+1.
        across = Axis((across.first - 0.5) / 2, across.step)
        down = Axis((down.first + 0.5 * down.step - 0.5) / 2, down.step)
        size = (self._size[0] // 2, self._size[1] // 2)
        out.uv[:] = _sampled(master.uv, across, down, size, NEAR_PX * COLOUR_NEAR)


def _axis(centre: float, zoom: float, master_px: int, frame_px: int) -> Axis:
    step = master_px / frame_px / zoom
    return Axis(centre * master_px - 0.5 - (frame_px - 1) / 2 * step, step)


def _sampled(
    plane: Bytes, across: Axis, down: Axis, size: tuple[int, int], near_px: float
) -> Bytes:
    width, height = size
    columns = whole_cut(across, width, plane.shape[1], near_px)
    rows = whole_cut(down, height, plane.shape[0], near_px)
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
