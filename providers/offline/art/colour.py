"""Colour: OKLab mixing, WCAG contrast, and the tones one picture is painted with."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from shortfactory.errors import InvalidInput

Colour = tuple[float, float, float]
"""sRGB, each channel 0..1."""

DEFAULT_PALETTE = ("#10233b", "#2f6690", "#f4efe6", "#ff8a3d")
WHITE: Colour = (1.0, 1.0, 1.0)
BLACK: Colour = (0.0, 0.0, 0.0)

# Björn Ottosson, "A perceptual color space for image processing" (2020)
_TO_LMS = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
_TO_LAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)


def parse(code: str) -> Colour:
    """Read "#rrggbb".

    Raises:
        InvalidInput: any other form.
    """
    if not re.fullmatch(r"#[0-9a-fA-F]{6}", code):
        raise InvalidInput("palette colour", code, "give #rrggbb, for example #10233b")
    red, green, blue = (int(code[i : i + 2], 16) / 255 for i in (1, 3, 5))
    return red, green, blue


def code(colour: Colour) -> str:
    """Write as "#rrggbb", clipped into range."""
    return "#" + "".join(f"{round(255 * min(1, max(0, channel))):02x}" for channel in colour)


def linear(channel: float) -> float:
    """Undo the sRGB curve of one channel."""
    return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4


def _curve(channel: float) -> float:
    channel = min(1.0, max(0.0, channel))
    return 12.92 * channel if channel <= 0.0031308 else 1.055 * channel ** (1 / 2.4) - 0.055


def to_lab(colour: Colour) -> np.ndarray:
    """OKLab: lightness 0..1, then green-red and blue-yellow."""
    return _TO_LAB @ np.cbrt(_TO_LMS @ np.array([linear(channel) for channel in colour]))


def from_lab(lab: np.ndarray) -> Colour:
    """Back to sRGB, clipped."""
    rgb = np.linalg.solve(_TO_LMS, np.linalg.solve(_TO_LAB, lab) ** 3)
    return _curve(rgb[0]), _curve(rgb[1]), _curve(rgb[2])


def lightness(colour: Colour) -> float:
    """OKLab lightness, 0 black to 1 white."""
    return float(to_lab(colour)[0])


def mix(first: Colour, second: Colour, share: float) -> Colour:
    """Walk `share` of the way from the first to the second, evenly to the eye."""
    return from_lab((1 - share) * to_lab(first) + share * to_lab(second))


def at_lightness(colour: Colour, wanted: float, chroma: float = 1.0) -> Colour:
    """Keep the hue, set the lightness, scale the colourfulness."""
    lab = to_lab(colour)
    return from_lab(np.array([wanted, lab[1] * chroma, lab[2] * chroma]))


def luminance(colour: Colour) -> float:
    """WCAG 2 relative luminance."""
    red, green, blue = (linear(channel) for channel in colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(first: float, second: float) -> float:
    """WCAG 2 contrast ratio of two relative luminances, 1 to 21."""
    low, high = sorted((first, second))
    return (high + 0.05) / (low + 0.05)


@dataclass(frozen=True)
class Tones:
    """Everything a picture is painted with, derived from one palette."""

    sky: Colour
    horizon: Colour
    far: Colour
    near: Colour
    accent: Colour
    second: Colour
    paper: Colour
    ink: Colour
    dark: bool

    @classmethod
    def of(cls, palette: tuple[str, ...]) -> Tones:
        """Derive tones; background first, accent last, body colours between."""
        colours = [parse(text) for text in palette or DEFAULT_PALETTE]
        sky, accent = colours[0], colours[-1]
        dark = lightness(sky) < 0.55
        body = _body(colours, sky)
        accent = _apart(accent, body if len(colours) > 1 else sky)
        horizon = _horizon(sky, body, accent, dark)
        far_level = lightness(horizon) + (-0.06 if dark else -0.10)
        near_level = max(0.12, lightness(sky) - 0.07) if dark else 0.30
        return cls(
            sky=sky,
            horizon=horizon,
            far=at_lightness(mix(horizon, body, 0.55), far_level),
            near=at_lightness(mix(body, sky, 0.35 if dark else 0.0), near_level, 0.9),
            accent=accent,
            second=_second(colours, body, accent),
            paper=at_lightness(mix(sky, accent, 0.3), 0.965, 0.16),
            ink=at_lightness(sky, 0.17, 0.5),
            dark=dark,
        )

    def land(self, depth: float) -> Colour:
        """The colour of a layer, 0 the farthest to 1 the nearest."""
        return mix(self.far, self.near, depth)


def _body(colours: list[Colour], sky: Colour) -> Colour:
    """The colour of the land: colourful, and unlike the accent that will stand on it.

    Under a dark sky a very light colour would have to turn to mud; the sky's own hue is lifted.
    """
    dark, accent = lightness(sky) < 0.55, to_lab(colours[-1])
    middle = [each for each in colours[1:-1] if not dark or lightness(each) < 0.8]

    def fitness(each: Colour) -> float:
        lab = to_lab(each)
        return 2.5 * float(np.hypot(lab[1], lab[2])) + 0.7 * float(np.linalg.norm(lab - accent))

    return max(middle, key=fitness, default=at_lightness(mix(sky, colours[-1], 0.08), 0.5, 1.3))


def _second(colours: list[Colour], body: Colour, accent: Colour) -> Colour:
    """A companion of the accent: a bright middle colour of the palette, or the land's, lifted."""
    bright = [each for each in colours[1:-1] if 0.5 < lightness(each) < 0.93]
    if bright:
        return bright[0]
    return at_lightness(body, 0.76 if lightness(accent) < 0.72 else 0.6, 1.15)


def _apart(accent: Colour, other: Colour) -> Colour:
    """Shift an accent that would vanish in the land."""
    if float(np.linalg.norm(to_lab(accent) - to_lab(other))) > 0.12:
        return accent
    level = lightness(other)
    return at_lightness(accent, level + 0.34 if level < 0.6 else level - 0.34)


def _horizon(sky: Colour, body: Colour, accent: Colour, dark: bool) -> Colour:
    """The light at the end of the sky: the land's own hue, which lets the accent shine."""
    level = min(0.66, max(0.44, lightness(sky) + 0.28)) if dark else 0.92
    return at_lightness(mix(mix(sky, body, 0.7), accent, 0.06), level, 1.25 if dark else 0.6)
