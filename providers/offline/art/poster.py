"""The poster: flat colour, giant type and one bold cut of geometry; the other hand of the house."""

from __future__ import annotations

import math
from random import Random

import numpy as np

from providers.offline.art import lettering
from providers.offline.art.canvas import Canvas
from providers.offline.art.colour import Colour, Tones, at_lightness, code, lightness, mix
from providers.offline.art.finish import FINISHES
from providers.offline.art.heroes import hero_style, place_hero
from providers.offline.art.inscribe import inscribe
from providers.offline.art.layout import MARGIN, SIZES_PX
from providers.offline.art.words import motif_of

COLUMNS = 4  # of the tile grid, across the shorter side


def poster(
    note: str,
    keyword: str,
    aspect: str,
    palette: tuple[str, ...],
    scale: float,
    seed: int,
    look: str = "",
) -> np.ndarray:
    """Print the poster of a note and its keyword: height x width x 3 bytes, RGB.

    Raises:
        InvalidInput: a palette colour that is not #rrggbb.
    """
    random = Random(seed)
    tones = Tones.of(palette)
    width, height = SIZES_PX[aspect]
    canvas = Canvas(width, height, scale)
    ground = random.choice((tones.sky, tones.sky, tones.accent, tones.second))
    inks = _inks(tones, ground)
    canvas.sky([(0.0, ground), (1.0, mix(ground, inks[0], 0.08))])
    hero = motif_of(keyword, note).hero
    if hero:
        _medallion(canvas, hero, tones, inks, random)
    else:
        random.choice((_tiles, _sunrise, _stripes))(canvas, inks, random)
    wide = width > height
    if not keyword and not wide:
        _sun(canvas, inks, random)
    if look in FINISHES:
        FINISHES[look](canvas, tones, np.random.default_rng(seed))
    block = lettering.fit(
        keyword,
        x=MARGIN * width,
        y=0.15 * height,
        width=(0.42 if wide else 1 - 2 * MARGIN) * width,
        height=(0.6 if wide else 0.285) * height,
        largest=0.3 * min(width, height),
    )
    if block:
        inscribe(canvas, block, tones, ground, inks[0])
    canvas.grain(seed, 0.018)
    return canvas.finished()


def _inks(tones: Tones, ground: Colour) -> list[Colour]:
    """The print colours that show on the ground, the strongest first."""
    far = 0.16
    options = [tones.accent, tones.second, tones.paper, tones.near, tones.horizon]
    shown = [each for each in options if abs(lightness(each) - lightness(ground)) > far]
    return (
        shown if len(shown) > 1 else [*shown, at_lightness(ground, 0.9), at_lightness(ground, 0.2)]
    )


def _lower(canvas: Canvas) -> tuple[float, float, float, float]:
    """Where geometry may stand: left, top, width, height; under the captions, or to the right."""
    if canvas.width > canvas.height:
        return 0.56 * canvas.width, 0.0, 0.44 * canvas.width, float(canvas.height)
    return 0.0, 0.705 * canvas.height, float(canvas.width), 0.295 * canvas.height


def _medallion(canvas: Canvas, hero: str, tones: Tones, inks: list[Colour], random: Random) -> None:
    """The hero, large, before a half disc that grows out of the edge."""
    left, top, width, height = _lower(canvas)
    x = left + width * (0.5 if width > height * 1.2 and random.random() < 0.4 else 0.62)
    x = x if random.random() < 0.5 else 2 * left + width - x
    base, size = top + height * 0.97, min(height * 0.98, width * 0.62)
    shown = [each for each in inks if each != tones.accent and lightness(each) > 0.35]
    disc = shown[0] if shown else tones.paper
    backing = random.choice((_rings, _rings, _slab, _window))
    canvas.layer(backing(x, base, size, canvas.width, code(disc)), 0)
    place_hero(canvas, hero, x, base, size * 0.94, hero_style(tones))


def _rings(x: float, base: float, size: float, _width: float, colour: str) -> str:
    return "".join(
        f'<circle cx="{x:.0f}" cy="{base:.0f}" r="{size * share:.0f}" fill="{colour}" '
        f'opacity="{fade}"/>'
        for share, fade in ((1.16, 0.25), (0.96, 0.45), (0.76, 1))
    )


def _slab(_x: float, base: float, size: float, width: float, colour: str) -> str:
    """A plain block of colour across the sheet."""
    top = base - 0.62 * size
    return f'<path fill="{colour}" d="M-2,{top:.0f} H{width + 2} v{2 * size:.0f} H-2Z"/>'


def _window(x: float, base: float, size: float, _width: float, colour: str) -> str:
    """An arch, and its echo."""
    return "".join(
        f'<path fill="{colour}" opacity="{fade}" d="M{x - half:.0f},{base + size:.0f} '
        f"V{base - 0.5 * size:.0f} a{half:.0f},{half:.0f} 0 0 1 {2 * half:.0f},0 "
        f'V{base + size:.0f}Z"/>'
        for half, fade in ((0.68 * size, 0.3), (0.58 * size, 1))
    )


def _sun(canvas: Canvas, inks: list[Colour], random: Random) -> None:
    """A great disc where the type would be."""
    x, y = canvas.width * random.choice((0.34, 0.5, 0.66)), 0.265 * canvas.height
    canvas.layer(
        f'<circle cx="{x:.0f}" cy="{y:.0f}" r="{0.25 * canvas.width:.0f}" fill="{code(inks[0])}"/>',
        0,
    )


def _tiles(canvas: Canvas, inks: list[Colour], random: Random) -> None:
    """Quarter circles, half circles and dots on a grid."""
    left, top, width, height = _lower(canvas)
    side = min(canvas.width, canvas.height) / COLUMNS
    rows, columns = math.ceil(height / side), math.ceil(width / side)
    cells = [
        _tile(random, left + column * side, canvas.height - (row + 1) * side, side, inks)
        for row in range(rows)
        for column in range(columns)
    ]
    canvas.layer("".join(cells), top - side)


def _tile(random: Random, x: float, y: float, side: float, inks: list[Colour]) -> str:
    back, front = random.sample(inks, 2)
    half = side / 2
    shape = random.choice(
        (
            f'<path d="M0,0 H{side} A{side},{side} 0 0 1 0,{side}Z"/>',
            f'<path d="M0,{half} A{half},{half} 0 0 1 {side},{half}Z"/>',
            f'<circle cx="{half}" cy="{half}" r="{half * 0.62}"/>',
            f'<path d="M0,0 L{side},{side} H0Z"/>',
            f'<path d="M0,0 A{half},{half} 0 0 1 {half},{half} '
            f'A{half},{half} 0 0 0 {side},{side} H0Z"/>',
        )
    )
    turn = random.choice((0, 90, 180, 270))
    return (
        f'<g transform="translate({x:.1f} {y:.1f})"><path d="M0,0 H{side + 0.6} V{side + 0.6} H0Z" '
        f'fill="{code(back)}"/><g fill="{code(front)}" transform="rotate({turn} {half} {half})">'
        f"{shape}</g></g>"
    )


def _sunrise(canvas: Canvas, inks: list[Colour], random: Random) -> None:
    """Concentric half discs out of the lower edge."""
    left, top, width, height = _lower(canvas)
    x, base = left + width * random.choice((0.3, 0.5, 0.7)), float(canvas.height)
    discs = "".join(
        f'<circle cx="{x:.0f}" cy="{base:.0f}" r="{min(width * 0.7, height) * share:.0f}" '
        f'fill="{code(inks[step % len(inks)])}"/>'
        for step, share in enumerate((1.0, 0.8, 0.6, 0.4, 0.2))
    )
    canvas.layer(discs, top - 0.1 * height)


def _stripes(canvas: Canvas, inks: list[Colour], random: Random) -> None:
    """Bars that rise like a chart or a skyline."""
    left, _, width, height = _lower(canvas)
    count = random.choice((6, 8, 9))
    wide, turn = width / count, random.choice((-1, 1))
    bars: list[str] = []
    for step in range(count):
        rise = (step if turn > 0 else count - 1 - step) / (count - 1)
        tall = height * (0.25 + 0.75 * rise**1.4)
        bars.append(
            f'<path d="M{left + step * wide:.1f},{canvas.height + 2} v{-tall + wide / 2:.1f} '
            f'a{wide / 2:.1f},{wide / 2:.1f} 0 0 1 {wide:.1f},0 V{canvas.height + 2}Z" '
            f'fill="{code(inks[step % len(inks)])}"/>'
        )
    canvas.layer("".join(bars), 0.6 * canvas.height if left == 0 else 0)
