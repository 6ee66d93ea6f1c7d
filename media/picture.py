"""Any picture a vendor or a person gives becomes 8-bit sRGB that covers the frame."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from pathlib import Path

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
    """RGB (height, width, 3) that fills the size, cut around the focus; the focus inside the cut.

    Rotation tags are obeyed, colour profiles, CMYK, grey and 16 bits become 8-bit sRGB, and
    transparency shows the background.

    Raises:
        MediaError: the picture cannot be read, is truncated, too small or too large.
    """
    size = measure(path)
    scale = max(width_px / size.width_px, height_px / size.height_px)
    whole = _scaled(path, size, scale, background)
    height, width = whole.shape[:2]
    left = min(max(round(focus[0] * width - width_px / 2), 0), width - width_px)
    top = min(max(round(focus[1] * height - height_px / 2), 0), height - height_px)
    inside = (
        (focus[0] * width - left) / width_px,
        (focus[1] * height - top) / height_px,
    )
    cut = whole[top : top + height_px, left : left + width_px]
    return np.ascontiguousarray(cut), inside


def _scaled(path: Path, size: Size, scale: float, background: tuple[int, int, int]) -> Pixels:
    try:
        image = pyvips.Image.thumbnail(
            str(path),
            ceil(size.width_px * scale - 1e-6),
            height=ceil(size.height_px * scale - 1e-6),
            size="force",
            output_profile="srgb",
            fail_on="truncated",
        )
        if image.hasalpha():
            image = image.flatten(background=list(background))
        pixels = image.colourspace("srgb").cast("uchar").numpy()
    except pyvips.Error as error:
        raise MediaError(
            f"{path} is damaged: {_reason(error)}.", cure="Draw or give the picture again."
        ) from error
    pixels = np.asarray(pixels, np.uint8)
    return pixels[:, :, :3] if pixels.ndim == 3 else np.repeat(pixels[:, :, None], 3, axis=2)


def _reason(error: pyvips.Error) -> str:
    lines = [line.strip() for line in str(error.detail).splitlines() if line.strip()]
    return lines[-1] if lines else str(error.message)
