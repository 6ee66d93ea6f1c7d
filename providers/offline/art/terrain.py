"""Terrain: the upper edge of one paper layer, as points, and as an SVG path."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import pairwise
from random import Random

Point = tuple[float, float]
Ridge = list[Point]
Terrain = Callable[[Random, float, float, float], Ridge]
"""(random, width, y, height of its bumps) to points from left to right, past both edges."""

BEYOND = 60.0  # how far a ridge runs past the picture's edges, in design pixels


def _spread(width: float, count: int) -> list[float]:
    return [-BEYOND + i * (width + 2 * BEYOND) / (count - 1) for i in range(count)]


def hills(random: Random, width: float, y: float, bump: float) -> Ridge:
    """Long soft swells: three sines that never meet in step."""
    waves = [
        (random.uniform(0.6, 1.3) * (k + 1), random.uniform(0, 6.3), bump / (k + 1.2) ** 1.4)
        for k in range(3)
    ]
    return [
        (x, y + sum(a * math.sin(2 * math.pi * f * x / width + p) for f, p, a in waves))
        for x in _spread(width, 41)
    ]


def dunes(random: Random, width: float, y: float, bump: float) -> Ridge:
    """Long rise, short fall, as the wind makes them."""
    start, points = random.uniform(-0.5, 0.0) * width, list[Point]()
    while start < width + BEYOND:
        length = random.uniform(0.55, 0.95) * width
        height = bump * random.uniform(0.7, 1.3)
        for share, level in ((0.0, 0.0), (0.3, 0.32), (0.55, 0.78), (0.68, 1.0), (0.8, 0.52)):
            points.append((start + share * length, y + bump * 0.4 - height * level))
        start += length
    return [*points, (start, y + bump * 0.4)]


def peaks(random: Random, width: float, y: float, bump: float) -> Ridge:
    """Sharp mountains: summits and valleys in turn, with broken flanks."""
    points: Ridge = [(-width * 0.2, y + bump * 0.2)]
    x = random.uniform(-0.05, 0.15) * width
    while x < width * 1.1:
        points.append((x, y - bump * random.uniform(0.55, 1.35)))
        x += width * random.uniform(0.13, 0.22)
        points.append((x, y + bump * random.uniform(-0.1, 0.3)))
        x += width * random.uniform(0.13, 0.22)
    rough = bump * 0.13
    for _ in range(2):
        split: Ridge = []
        for (x0, y0), (x1, y1) in pairwise(points):
            share = random.uniform(0.38, 0.62)
            height = y0 + (y1 - y0) * share + random.uniform(-rough, rough)
            split += [(x0, y0), (x0 + (x1 - x0) * share, height)]
        points, rough = [*split, points[-1]], rough * 0.5
    return [*points, (x + width * 0.2, y)]


def waves(random: Random, width: float, y: float, bump: float) -> Ridge:
    """Rounded crests at an even pace."""
    length = width / random.uniform(2.2, 3.4)
    shift = random.uniform(0, length)
    points: Ridge = []
    for x in _spread(width, 61):
        phase = ((x + shift) / length) % 1
        points.append((x, y - bump * 0.5 * (1 - abs(math.sin(math.pi * phase))) ** 1.6 * 2))
    return points


def skyline(random: Random, width: float, y: float, bump: float) -> Ridge:
    """Roofs of houses and towers, as steps."""
    x, points = -BEYOND, list[Point]()
    while x < width + BEYOND:
        wide = width * random.uniform(0.075, 0.17)
        roof = y - bump * random.choice((0.15, 0.35, 0.6, 0.85, 1.1, 1.6))
        points += [(x, roof), (x + wide, roof)]
        x += wide
    return points


def facets(random: Random, width: float, y: float, bump: float) -> Ridge:
    """Broken ice: flat tables and slanted cliffs."""
    x, points = -BEYOND, list[Point]()
    while x < width + 2 * BEYOND:
        level = y - bump * random.uniform(-0.3, 0.9)
        wide = width * random.uniform(0.08, 0.24)
        points += [(x, level), (x + wide, level + bump * random.uniform(-0.25, 0.25))]
        x += wide + width * random.uniform(0.02, 0.07)
    return points


def billows(random: Random, width: float, y: float, bump: float) -> Ridge:
    """Banks of cloud: arcs of unequal size."""
    x, points = -BEYOND, list[Point]()
    while x < width + BEYOND:
        radius = width * random.uniform(0.07, 0.16)
        lift = bump * random.uniform(-0.5, 0.5)
        for step in range(9):
            angle = math.pi * (1 - step / 8)
            rise = radius * math.sin(angle) * 0.9
            points.append((x + radius + radius * math.cos(angle), y + lift - rise))
        x += 2 * radius
    return points


def globe(random: Random, width: float, y: float, bump: float) -> Ridge:
    """The limb of something enormous."""
    centre, radius = width * random.uniform(0.25, 0.75), width * 1.35
    return [
        (x, y - bump * 0.4 + radius - math.sqrt(max(0, radius**2 - (x - centre) ** 2)))
        for x in _spread(width, 41)
    ]


def steps(random: Random, width: float, y: float, bump: float) -> Ridge:
    """A stage: one broad arc, flat where something stands."""
    centre, half = width * random.uniform(0.42, 0.58), width * random.uniform(0.5, 0.75)
    return [
        (x, y - bump * 0.5 + bump * 1.3 * min(1.6, abs((x - centre) / half)) ** 2.6)
        for x in _spread(width, 41)
    ]


def height_at(ridge: Ridge, x: float) -> float:
    """The ridge's y at x, between its points."""
    for (x0, y0), (x1, y1) in pairwise(ridge):
        if x0 <= x <= x1:
            return y0 if x1 == x0 else y0 + (y1 - y0) * (x - x0) / (x1 - x0)
    return ridge[-1][1]


def outline(ridge: Ridge, bottom: float, smooth: bool) -> str:
    """An SVG path of the land below a ridge."""
    edge = _smooth(ridge) if smooth else " ".join(f"L{x:.1f},{y:.1f}" for x, y in ridge[1:])
    (x0, y0), (x1, _) = ridge[0], ridge[-1]
    return f"M{x0:.1f},{y0:.1f} {edge} L{x1:.1f},{bottom:.1f} L{x0:.1f},{bottom:.1f}Z"


def _smooth(ridge: Ridge) -> str:
    """Catmull-Rom through the points, as cubic curves."""
    padded = [ridge[0], *ridge, ridge[-1]]
    curves: list[str] = []
    for before, start, end, after in zip(padded, padded[1:], padded[2:], padded[3:], strict=False):
        ax, ay = start[0] + (end[0] - before[0]) / 6, start[1] + (end[1] - before[1]) / 6
        bx, by = end[0] - (after[0] - start[0]) / 6, end[1] - (after[1] - start[1]) / 6
        curves.append(f"C{ax:.1f},{ay:.1f} {bx:.1f},{by:.1f} {end[0]:.1f},{end[1]:.1f}")
    return " ".join(curves)
