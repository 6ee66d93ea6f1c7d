"""Any picture a vendor or a person gives becomes 8-bit sRGB that covers the frame."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pyvips
from numpy.typing import NDArray

from shortfactory.errors import MediaError

SMALLEST_SIDE_PX = 64
LARGEST_PIXELS = 500_000_000  # streamed by libvips, so this bounds time and not memory
Pixels = NDArray[np.uint8]


@dataclass(frozen=True)
class Size:
    """Width and height as a person sees them, after the camera's rotation tag."""

    width_px: int
    height_px: int


def measure(path: Path) -> Size:
    """Read a picture's size from its header.

    Raises:
        MediaError: it cannot be read, or is too small or too large to film.
    """
    try:
        header = pyvips.Image.new_from_file(str(path), access="sequential")
        turned = header.get_typeof("orientation") and header.get("orientation") in (5, 6, 7, 8)
    except pyvips.Error as error:
        raise MediaError(f"{path} is not a picture that can be read: {_reason(error)}.") from error
    width_px, height_px = header.width, header.height
    if min(width_px, height_px) < SMALLEST_SIDE_PX:
        raise MediaError(
            f"{path} is {width_px}x{height_px} px.",
            cure=f"A picture needs at least {SMALLEST_SIDE_PX} px on each side.",
        )
    if width_px * height_px > LARGEST_PIXELS:
        raise MediaError(
            f"{path} is {width_px}x{height_px} px.",
            cure=f"A picture may hold {LARGEST_PIXELS // 1_000_000} million pixels at most.",
        )
    return Size(height_px, width_px) if turned else Size(width_px, height_px)


def fit(path: Path, longest_px: int, background: tuple[int, int, int] = (0, 0, 0)) -> Pixels:
    """The whole picture as RGB (height, width, 3), its longer side scaled to `longest_px`."""
    size = measure(path)
    scale = longest_px / max(size.width_px, size.height_px)
    return _scaled(path, size, scale, background)


def cover(
    path: Path,
    width_px: int,
    height_px: int,
    focus: tuple[float, float] = (0.5, 0.5),
    background: tuple[int, int, int] = (0, 0, 0),
) -> tuple[Pixels, tuple[float, float]]:
    """RGB of the size's shape, cut around the focus; and the focus inside the cut.

    A larger picture is scaled down to the size; a smaller one is cut and not enlarged. Rotation
    tags are obeyed, colour profiles, CMYK, grey and 16 bits become 8-bit sRGB, and transparency
    shows the background.

    Raises:
        MediaError: the picture cannot be read, is truncated, too small or too large.
    """
    size = measure(path)
    scale = max(width_px / size.width_px, height_px / size.height_px)
    whole = _scaled(path, size, min(scale, 1.0), background)
    height, width = whole.shape[:2]
    cut_wide = min(width, round(width_px / max(scale, 1.0)))
    cut_high = min(height, round(height_px / max(scale, 1.0)))
    left = min(max(round(focus[0] * width - cut_wide / 2), 0), width - cut_wide)
    top = min(max(round(focus[1] * height - cut_high / 2), 0), height - cut_high)
    inside = (
        min(max((focus[0] * width - left) / cut_wide, 0.0), 1.0),
        min(max((focus[1] * height - top) / cut_high, 0.0), 1.0),
    )
    cut = whole[top : top + cut_high, left : left + cut_wide]
    return np.ascontiguousarray(cut), inside


def kept_part(
    path: Path, width_px: int, height_px: int, focus: tuple[float, float]
) -> tuple[float, float, float, float]:
    """What `cover` keeps of a picture, from its header alone: left, top, width, height as shares.

    Raises:
        MediaError: the picture cannot be read, or is too small or too large.
    """
    size = measure(path)
    scale = max(width_px / size.width_px, height_px / size.height_px)
    wide = min(1.0, width_px / scale / size.width_px)
    high = min(1.0, height_px / scale / size.height_px)
    left = min(max(focus[0] - wide / 2, 0.0), 1 - wide)
    return left, min(max(focus[1] - high / 2, 0.0), 1 - high), wide, high


def _scaled(path: Path, size: Size, scale: float, background: tuple[int, int, int]) -> Pixels:
    # libvips shrinks while it reads; enlarging is fifteen times cheaper in OpenCV.
    shrink = min(scale, 1.0)
    # Without a profile there is nothing to convert, and trying costs ten times the reading.
    profile: dict[str, Any] = {"output_profile": "srgb"} if _has_profile(path) else {}
    try:
        image = pyvips.Image.thumbnail(
            str(path),
            _side(size.width_px, shrink),
            height=_side(size.height_px, shrink),
            size="force",
            fail_on="truncated",
            **profile,
        )
        if image.hasalpha():
            image = image.flatten(background=list(background))
        pixels = image.colourspace("srgb").cast("uchar").numpy()
    except pyvips.Error as error:
        raise MediaError(
            f"{path} is damaged: {_reason(error)}.", cure="Draw or give the picture again."
        ) from error
    if scale > 1:
        grown = (_side(size.width_px, scale), _side(size.height_px, scale))
        pixels = cv2.resize(pixels, grown, interpolation=cv2.INTER_CUBIC)
    return np.asarray(pixels, np.uint8)


def _has_profile(path: Path) -> bool:
    header = pyvips.Image.new_from_file(str(path), access="sequential")
    return header.get_typeof("icc-profile-data") != 0 or header.interpretation == "cmyk"


def _side(length_px: int, scale: float) -> int:
    return ceil(length_px * scale - 1e-6)


def _reason(error: pyvips.Error) -> str:
    lines = [line.strip() for line in str(error.detail).splitlines() if line.strip()]
    return lines[-1] if lines else str(error.message)
