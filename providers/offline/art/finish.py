"""Finishes: how a painted picture is printed; each look has its own, paper-cut has none."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np

from providers.offline.art.canvas import Canvas, Pixels
from providers.offline.art.colour import WHITE, Colour, Tones, mix

Finish = Callable[[Canvas, Tones, np.random.Generator], None]
LIGHT = np.array([0.2126, 0.7152, 0.0722], np.float32)  # of sRGB's channels, BT.709
QUIET = (0.44, 0.70)  # of the height: captions are read here, so lines and dots fade


def blueprint(canvas: Canvas, tones: Tones, random: np.random.Generator) -> None:  # noqa: ARG001
    """White lines on blue over a measured grid; the one bright part is hatched."""
    pixels, scale = canvas.pixels, canvas.scale
    lines, bright = _lines(pixels, 1.1 * scale), _near(pixels, tones.accent)
    flat = _light(pixels)[..., None]
    pixels[:] = np.array(tones.sky, np.float32) * (0.72 + 0.75 * flat)
    _lay(pixels, 0.10 * _grid(pixels, 54 * scale, 1.6 * scale), WHITE)
    _lay(pixels, 0.14 * _grid(pixels, 270 * scale, 2.6 * scale), WHITE)
    _lay(pixels, bright * (0.45 + 0.55 * _hatch(pixels, 21 * scale)), tones.accent)
    _lay(pixels, 0.92 * lines * _quieted(pixels, 0.45), tones.paper)


def comic(canvas: Canvas, tones: Tones, random: np.random.Generator) -> None:  # noqa: ARG001
    """Ink outlines, flat steps of colour, and dots where the shade lies."""
    pixels, scale = canvas.pixels, canvas.scale
    lines = cv2.dilate(_lines(pixels, 1.4 * scale), _disc(2.2 * scale))
    light = _light(pixels)
    steps = np.round(light * 7) / 7
    pixels *= (np.maximum(steps, 0.02) / np.maximum(light, 0.02)).clip(0.7, 1.4)[..., None]
    shade = (1 - light).clip(0, 1) ** 0.7
    dots = _dots(pixels, 17 * scale, 0.26 + 0.40 * shade)
    _lay(pixels, 0.24 * dots * _quieted(pixels, 0.4), mix(tones.ink, tones.near, 0.35))
    _lay(pixels, 0.95 * lines * _quieted(pixels, 0.5), tones.ink)


def screenprint(canvas: Canvas, tones: Tones, random: np.random.Generator) -> None:
    """Flat inks, printed a little beside one another, on paper that shows through."""
    pixels, scale = canvas.pixels, canvas.scale
    light = _light(pixels)
    steps = np.round(light * 6) / 6
    pixels *= (np.maximum(steps, 0.02) / np.maximum(light, 0.02)).clip(0.75, 1.35)[..., None]
    for channel, (x, y) in ((0, (4.5, -2.5)), (2, (-3.5, 3.0))):
        move = np.array([[1, 0, x * scale], [0, 1, y * scale]], np.float32)
        plane = np.ascontiguousarray(pixels[..., channel])
        size = (plane.shape[1], plane.shape[0])
        pixels[..., channel] = cv2.warpAffine(plane, move, size, borderMode=cv2.BORDER_REPLICATE)
    worn = _noise(pixels, random, 2.2 * scale) * 0.75 + _noise(pixels, random, 60 * scale) * 0.5
    _lay(pixels, 0.55 * _ramp(worn, 1.55, 2.1), tones.paper)


def film_noir(canvas: Canvas, tones: Tones, random: np.random.Generator) -> None:
    """Black and white but for the accent, hard light from one side, blinds, fog and grain."""
    pixels, scale = canvas.pixels, canvas.scale
    kept = _near(pixels, tones.accent)[..., None]
    light = _light(pixels)
    light = light + 0.22 * np.sin(2 * np.pi * (light.clip(0, 1) - 0.5)) / 2  # a steeper middle
    rows, columns = light.shape
    down, across = np.mgrid[0:rows, 0:columns].astype(np.float32)
    down, across = down / rows, across / columns
    light = light.clip(0, 1) ** (1 - 0.42 * _ramp(down, 0.55, 0.82))  # the ground keeps its shapes
    beam = 1.5 - 0.72 * across - 0.25 * down
    slats = 0.5 + 0.5 * np.sin(2 * np.pi * (down + 0.42 * across * columns / rows) / 0.058)
    beam *= 1 - 0.15 * _ramp(slats, 0.45, 0.75) * (1 - _ramp(down, 0.25, 0.45))
    fog = _noise(pixels, random, 90 * scale, 420 * scale) + 0.5 * _noise(
        pixels, random, 30 * scale, 200 * scale
    )
    light += 0.27 * _ramp(fog, -0.9, 1.6) * _ramp(down, 0.70, 0.84) * (1 - light)
    grey = (light * beam)[..., None] + 0.03 * random.standard_normal((rows, columns, 1), np.float32)
    pixels[:] = grey * (1 - kept) + kept * pixels * beam[..., None].clip(0.8, 1.1)
    canvas.vignette(0.5)


def neon(canvas: Canvas, tones: Tones, random: np.random.Generator) -> None:  # noqa: ARG001
    """Dark shapes with glowing edges in two colours, and their bloom in wet air."""
    pixels, scale = canvas.pixels, canvas.scale
    lines = _lines(pixels, 1.6 * scale)[..., None] * _quieted(pixels, 0.3)[..., None]
    bright = cv2.dilate(_near(pixels, tones.accent), _disc(4 * scale))[..., None]
    tube = np.array(tones.second, np.float32) * (1 - bright)
    glow = lines * (tube + bright * np.array(tones.accent, np.float32))
    pixels *= 0.42 + 0.3 * bright
    for reach, share in ((26, 1.5), (8, 0.9), (1.5, 1.0)):
        soft = cv2.GaussianBlur(glow, (0, 0), reach * scale)
        pixels[:] = 1 - (1 - pixels.clip(0, 1)) * (1 - (share * soft).clip(0, 1))


def gouache(canvas: Canvas, tones: Tones, random: np.random.Generator) -> None:  # noqa: ARG001
    """Edges drawn by hand, strokes of a broad brush, pigment that gathers at the rim."""
    pixels, scale = canvas.pixels, canvas.scale
    rows, columns = pixels.shape[:2]
    down, across = np.mgrid[0:rows, 0:columns].astype(np.float32)
    across += 2.6 * scale * _noise(pixels, random, 44 * scale)
    down += 2.6 * scale * _noise(pixels, random, 44 * scale)
    rim = _lines(pixels, 3.5 * scale)
    pixels -= 0.09 * cv2.GaussianBlur(rim, (0, 0), 3 * scale)[..., None]
    pixels[:] = cv2.remap(pixels, across, down, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    strokes = _noise(pixels, random, 3 * scale, 46 * scale) + 0.7 * _noise(
        pixels, random, 90 * scale
    )
    pixels *= (1 + 0.030 * strokes)[..., None]


def relief(canvas: Canvas, tones: Tones, random: np.random.Generator) -> None:
    """Cut in stone: light along every edge, and fine veins."""
    pixels, scale = canvas.pixels, canvas.scale
    light = cv2.GaussianBlur(_light(pixels), (0, 0), 2.2 * scale)
    slope = cv2.Sobel(light, cv2.CV_32F, 1, 0) + cv2.Sobel(light, cv2.CV_32F, 0, 1)
    pixels += (slope * 1.1 / scale**0.5).clip(-0.22, 0.22)[..., None]
    rows, columns = light.shape
    down, across = np.mgrid[0:rows, 0:columns].astype(np.float32)
    path = (across + 0.6 * down) / (300 * scale) + 1.3 * _noise(pixels, random, 110 * scale)
    path += 0.35 * _noise(pixels, random, 24 * scale)
    vein = (1 - np.abs(np.sin(np.pi * path))) ** 26
    fade = (0.6 + 0.4 * _noise(pixels, random, 150 * scale)).clip(0, 1)
    _lay(pixels, 0.62 * vein * fade * _quieted(pixels, 0.5), mix(tones.near, tones.accent, 0.4))


def telephoto(canvas: Canvas, tones: Tones, random: np.random.Generator) -> None:
    """Sun against the lens: haze at the horizon, discs of light, grass too near to be sharp."""
    pixels, scale = canvas.pixels, canvas.scale
    rows, columns = pixels.shape[:2]
    down = np.linspace(0, 1, rows, dtype=np.float32)
    behind = _ramp(_light(pixels), 0.42, 0.6)  # light lies behind the hero, never on it
    haze = 0.3 * np.exp(-(((down - 0.40) / 0.10) ** 2))[:, None]
    _lay(pixels, haze * behind, mix(tones.paper, tones.sky, 0.35))
    spots = np.zeros((rows, columns), np.float32)
    for _ in range(26):
        x, y = random.uniform(0, columns), random.uniform(0, 0.43 * rows)
        disc = np.zeros_like(spots)
        size = int(random.uniform(14, 52) * scale)
        cv2.circle(disc, (int(x), int(y)), max(size, 1), random.uniform(0.08, 0.24), -1)
        spots += disc
    _lay(pixels, cv2.GaussianBlur(spots, (0, 0), 1.6 * scale).clip(0, 0.4) * behind, tones.paper)
    near = _ramp(down, 0.70, 0.86)[:, None, None]
    pixels += near * (cv2.GaussianBlur(pixels, (0, 0), 13 * scale) - pixels)


FINISHES: dict[str, Finish] = {
    "blueprint": blueprint,
    "comic": comic,
    "screenprint": screenprint,
    "noir": film_noir,
    "neon": neon,
    "gouache": gouache,
    "relief": relief,
    "telephoto": telephoto,
}


def _light(pixels: Pixels) -> Pixels:
    return pixels.clip(0, 1) @ LIGHT


def _lines(pixels: Pixels, soft: float) -> Pixels:
    """Where shapes end, 0..1: the steepest channel; soft shadows are no edges."""
    smooth = cv2.GaussianBlur(pixels, (0, 0), max(soft, 0.5))
    steep = cv2.magnitude(cv2.Sobel(smooth, cv2.CV_32F, 1, 0), cv2.Sobel(smooth, cv2.CV_32F, 0, 1))
    return _ramp(steep.max(axis=2) * max(soft, 0.5), 0.10, 0.30)


def _near(pixels: Pixels, colour: Colour) -> Pixels:
    """How much of a colour a pixel is, 0..1, in any light."""
    length = np.linalg.norm(pixels, axis=2)
    wanted = np.array(colour, np.float32)
    alike = pixels @ (wanted / np.linalg.norm(wanted)) / np.maximum(length, 1e-3)
    return _ramp(alike, 0.965, 0.99) * _ramp(length, 0.35, 0.6)


def _ramp(values: Pixels, low: float, high: float) -> Pixels:
    part = ((values - low) / (high - low)).clip(0, 1)
    return np.asarray(part * part * (3 - 2 * part), np.float32)


def _lay(pixels: Pixels, share: Pixels, colour: Colour) -> None:
    pixels += share[..., None] * (np.array(colour, np.float32) - pixels)


def _quieted(pixels: Pixels, left: float) -> Pixels:
    """1 everywhere but behind the captions, where only `left` of an effect stays."""
    rows, columns = pixels.shape[:2]
    at = np.linspace(0, 1, rows, dtype=np.float32)
    inside = _ramp(at, QUIET[0] - 0.03, QUIET[0] + 0.03) * (
        1 - _ramp(at, QUIET[1], QUIET[1] + 0.06)
    )
    return np.broadcast_to((1 - (1 - left) * inside)[:, None], (rows, columns))


def _grid(pixels: Pixels, step: float, wide: float) -> Pixels:
    rows, columns = pixels.shape[:2]
    down = (np.arange(rows, dtype=np.float32) % step < wide)[:, None]
    across = (np.arange(columns, dtype=np.float32) % step < wide)[None, :]
    return np.asarray(down | across, np.float32)


def _hatch(pixels: Pixels, step: float) -> Pixels:
    down, across = np.mgrid[0 : pixels.shape[0], 0 : pixels.shape[1]].astype(np.float32)
    return _ramp(np.sin(2 * np.pi * (down + across) / step), -0.9, -0.4)


def _dots(pixels: Pixels, step: float, size: Pixels) -> Pixels:
    """A grid of dots at 45 degrees; `size` is each place's radius in steps."""
    down, across = np.mgrid[0 : pixels.shape[0], 0 : pixels.shape[1]].astype(np.float32)
    u, v = ((across + down) / step) % 1 - 0.5, ((across - down) / step) % 1 - 0.5
    return 1 - _ramp(np.sqrt(u * u + v * v) - size, -0.06, 0.06)


def _noise(
    pixels: Pixels, random: np.random.Generator, size: float, long: float | None = None
) -> Pixels:
    """Smooth noise of unit deviation, its grains `size` high and `long` wide."""
    rows, columns = pixels.shape[:2]
    high, wide = max(size, 1.0), max(long or size, 1.0)
    coarse = (int(columns / wide * 2) + 4, int(rows / high * 2) + 4)
    seeds = random.standard_normal((coarse[1], coarse[0]), np.float32)
    noise = cv2.resize(seeds, (columns, rows), interpolation=cv2.INTER_CUBIC)
    return noise / max(float(noise.std()), 1e-6)


def _disc(radius: float) -> np.ndarray:
    side = 2 * max(1, round(radius)) + 1
    return cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
