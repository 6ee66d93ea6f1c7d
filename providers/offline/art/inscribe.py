"""Inscribing: type set on a painted canvas so that it can be read, whatever lies behind it."""

from __future__ import annotations

import cv2
import numpy as np

from providers.offline.art import lettering
from providers.offline.art.canvas import Canvas, Pixels
from providers.offline.art.colour import BLACK, WHITE, Colour, Tones, code, contrast, luminance
from providers.offline.art.lettering import Block

LEGIBLE = 4.5  # WCAG 2.2, success criterion 1.4.3, contrast (minimum)
VEILS = 8  # half of what disturbs goes with each veil; after eight nothing is left of it


def inscribe(canvas: Canvas, block: Block, tones: Tones, ground: Colour, bar: Colour) -> None:
    """Set a block with a bar above it, in the tone that reads best on what is there.

    Where the picture is too busy for any tone, `ground` is drawn over it softly until one reads.
    """
    scale = canvas.scale
    ink = lettering.mask(block, scale)
    top, left = round(block.y * scale), round(block.x * scale)
    area = canvas.pixels[top : top + len(ink), left : left + ink.shape[1]]
    colour = _legible(canvas, area, block, tones, ground)
    canvas.layer(
        f'<rect x="{block.x:.1f}" y="{block.y - 52:.1f}" width="92" height="14" rx="7" '
        f'fill="{code(bar)}"/>',
        block.y - 60,
    )
    share = ink[: len(area), : area.shape[1], None]
    area += share * (np.array(colour, np.float32) - area)


def _legible(canvas: Canvas, area: Pixels, block: Block, tones: Tones, ground: Colour) -> Colour:
    middle, reach = block.y + block.height / 2, 1.8 * block.height
    for _ in range(VEILS):
        dark, bright = _extremes(area)
        for pair in ((tones.paper, tones.ink), (WHITE, BLACK)):
            best = max(pair, key=lambda each: _worst(each, dark, bright))
            if _worst(best, dark, bright) >= LEGIBLE:
                return best
        canvas.mist(middle - reach, middle + reach, ground, 0.5)
    dark, bright = _extremes(area)
    return max((WHITE, BLACK), key=lambda each: _worst(each, dark, bright))


def _worst(colour: Colour, dark: float, bright: float) -> float:
    level = luminance(colour)
    return min(contrast(level, dark), contrast(level, bright))


def _extremes(area: np.ndarray) -> tuple[float, float]:
    """The darkest and brightest luminance behind the type, but for stray pixels."""
    small = cv2.resize(area, (48, 32), interpolation=cv2.INTER_AREA).clip(0, 1)
    channels = np.where(small <= 0.04045, small / 12.92, ((small + 0.055) / 1.055) ** 2.4)
    levels = channels @ np.array([0.2126, 0.7152, 0.0722], np.float32)
    return float(np.percentile(levels, 1)), float(np.percentile(levels, 99))
