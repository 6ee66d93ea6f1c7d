"""Where captions may stand: the part of the frame that no platform covers with its own things."""

from __future__ import annotations

from typing import NamedTuple

from media.timeline import Frame


class Area(NamedTuple):
    """A rectangle in pixels, right and bottom excluded."""

    left: int
    top: int
    right: int
    bottom: int


def safe_area(frame: Frame) -> Area:
    """The area for captions.

    Upright films: x 108..900, y 270..1250 of 1080x1920, the intersection of what Shorts, TikTok,
    Reels and Meta's strict rule for ads (bottom 35 %) leave free. Other shapes: the title-safe
    tenth at every side.
    """
    width, height = frame.width_px, frame.height_px
    if height > 1.5 * width:
        return Area(
            _even(width * 108 / 1080),
            _even(height * 270 / 1920),
            _even(width * 900 / 1080),
            _even(height * 1250 / 1920),
        )
    return Area(_even(width * 0.1), _even(height * 0.1), _even(width * 0.9), _even(height * 0.9))


def centred(frame: Frame) -> Area:
    """The part of the safe area that is as wide to the left of the middle as to the right."""
    area = safe_area(frame)
    half = min(frame.width_px // 2 - area.left, area.right - frame.width_px // 2)
    middle = frame.width_px // 2
    return Area(middle - half, area.top, middle + half, area.bottom)


def _even(pixels: float) -> int:
    return 2 * round(pixels / 2)
