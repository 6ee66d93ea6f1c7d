"""Places: which terrain a scene is layered from, and the small things that live on it."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from providers.offline.art import terrain
from providers.offline.art.terrain import Ridge, Terrain

Ornament = Callable[[Random, Ridge, float, float], str]
"""(random, ridge, scale of this layer, depth 0..1) to SVG in the layer's own classes."""


@dataclass(frozen=True)
class Place:
    """One kind of setting: its far, middle and near terrain, and how the air and light are."""

    far: Terrain
    middle: Terrain
    near: Terrain
    ornament: Ornament | None = None
    front: Ornament | None = None
    smooth: bool = True
    light: str = "sun"  # sun, moon, halo, rays or none
    bump: float = 1.0
    birds: bool = False
    stars: bool = False
    road: bool = False
    layers: tuple[int, ...] = ()  # those that are drawn; none named means all


def pines(random: Random, ridge: Ridge, size: float, depth: float) -> str:
    """Firs along a ridge, taller the nearer they are."""
    parts: list[str] = []
    x, right = ridge[0][0], ridge[-1][0]
    while x < right:
        tall = size * random.uniform(70, 150)
        y, half = terrain.height_at(ridge, x) + 0.12 * tall, tall * 0.24
        for tier in range(3):
            top, low = y - tall * (1 - 0.24 * tier), y - tall * (0.5 - 0.24 * tier)
            wide = half * (0.55 + 0.24 * tier)
            parts.append(f"M{x:.0f},{top:.0f} L{x + wide:.0f},{low:.0f} H{x - wide:.0f}Z")
        x += tall * random.uniform(0.26, 0.7) * (1.3 - 0.5 * depth)
    return f'<path class="land" d="{" ".join(parts)}"/>'


def windows(random: Random, ridge: Ridge, size: float, depth: float) -> str:
    """Lit windows under the roofs; the far ones are too small to be seen."""
    lit: list[str] = []
    for (x0, y0), (x1, _) in zip(ridge[::2], ridge[1::2], strict=False):
        pane, gap = 11 * size, 30 * size
        columns = int((x1 - x0 - gap) // gap)
        left = x0 + (x1 - x0 - (columns - 1) * gap - pane) / 2
        for row in range(5):
            for column in range(columns):
                if random.random() < 0.12 + 0.2 * depth:
                    x, y = left + column * gap, y0 + (row * 1.35 + 1.0) * gap
                    lit.append(f"M{x:.0f},{y:.0f} h{pane:.0f} v{1.5 * pane:.0f} h-{pane:.0f}Z")
    spires = [
        f"M{(x0 + x1) / 2:.0f},{y - 90 * size:.0f} h{4 * size:.1f} V{y + 4:.0f} h-{4 * size:.1f}Z"
        for (x0, y), (x1, _) in zip(ridge[::2], ridge[1::2], strict=False)
        if random.random() < 0.25
    ]
    glow = f'<path class="lit" opacity="{0.22 + 0.65 * depth**1.5:.2f}" d="{" ".join(lit)}"/>'
    return f'<path class="land" d="{" ".join(spires)}"/>{glow}'


def slopes(_random: Random, ridge: Ridge, size: float, depth: float) -> str:
    """Shade the lee side of the summits, down to the valley."""
    shades: list[str] = []
    for number in _summits(ridge, 200 * size):
        lee = _down(ridge, number)
        (x, y), (end_x, end_y) = lee[0], lee[-1]
        wide, tall = end_x - x, 1.5 * (end_y - y)
        lee += [
            (x + 0.62 * wide, y + 1.05 * tall),
            (x + 0.30 * wide, y + 0.78 * tall),
            (x + 0.36 * wide, y + 0.52 * tall),
            (x - 0.04 * wide, y + 0.32 * tall),
        ]
        shades.append("M" + " L".join(f"{px:.0f},{py:.0f}" for px, py in lee) + "Z")
    return f'<path class="shade" opacity="{0.6 + 0.4 * depth:.2f}" d="{" ".join(shades)}"/>'


def _down(ridge: Ridge, number: int) -> Ridge:
    """From a summit to the next valley on its right."""
    end = number + 1
    while end < len(ridge) - 1 and ridge[end + 1][1] > ridge[end][1]:
        end += 1
    return ridge[number : end + 1]


def alps(random: Random, ridge: Ridge, size: float, depth: float) -> str:
    """Slopes, and snow on the summits that are far and high enough."""
    shade = slopes(random, ridge, size, depth)
    if depth > 0.3:
        return shade
    caps = [_cap(ridge, number, 120 * size) for number in _summits(ridge, 200 * size)]
    return f'<path class="snow" d="{" ".join(caps)}"/>{shade}'


def _summits(ridge: Ridge, apart: float) -> list[int]:
    """Indexes of the highest local tops, at most four, not closer than `apart`."""
    inner = range(1, len(ridge) - 1)
    tops = [i for i in inner if ridge[i][1] < ridge[i - 1][1] and ridge[i][1] < ridge[i + 1][1]]
    chosen: list[int] = []
    for i in sorted(tops, key=lambda i: ridge[i][1]):
        if len(chosen) < 4 and all(abs(ridge[i][0] - ridge[j][0]) > apart for j in chosen):
            chosen.append(i)
    return chosen


def _cap(ridge: Ridge, number: int, deep: float) -> str:
    """The part of a summit above its snow line, with a torn lower edge."""
    (x, y), widest = ridge[number], 1.6 * deep
    first = last = number
    while first > 0 and ridge[first - 1][1] < y + deep and ridge[first - 1][0] > x - widest:
        first -= 1
    while (
        last < len(ridge) - 1 and ridge[last + 1][1] < y + deep and ridge[last + 1][0] < x + widest
    ):
        last += 1
    edge = ridge[first : last + 1]
    (x0, y0), (x1, y1) = edge[0], edge[-1]
    torn = [
        (x1 - (x1 - x0) * s / 6, y1 + (y0 - y1) * s / 6 + deep * (0.55 if s % 2 else 0.1))
        for s in range(1, 6)
    ]
    return "M" + " L".join(f"{px:.0f},{py:.0f}" for px, py in [*edge, *torn]) + "Z"


def grass(random: Random, ridge: Ridge, size: float, depth: float) -> str:
    """Blades and stems along the edge, bent by one wind."""
    x, right, blades = ridge[0][0], ridge[-1][0], list[str]()
    bend = random.choice((-1, 1)) * random.uniform(0.2, 0.5)
    while x < right:
        y, tall = terrain.height_at(ridge, x) + 12, size * random.uniform(28, 120) * depth
        tip, wide = x + bend * tall, 3.5 + tall * 0.05
        blades.append(
            f"M{x - wide:.0f},{y:.0f} Q{x:.0f},{y - tall * 0.6:.0f} {tip:.0f},{y - tall:.0f} "
            f"Q{x + wide:.0f},{y - tall * 0.5:.0f} {x + wide:.0f},{y:.0f}Z"
        )
        x += random.uniform(7, 30)
    return f'<path class="land" d="{" ".join(blades)}"/>'


def weed(random: Random, ridge: Ridge, size: float, depth: float) -> str:
    """Kelp and corals at both sides, so that the middle stays open."""
    right, parts = ridge[-1][0], list[str]()
    for share in (0.0, 0.05, 0.1, 0.145, 0.86, 0.91, 0.955, 1.0):
        x = share * right + random.uniform(-20, 20)
        y = terrain.height_at(ridge, x) + 20
        tall = size * depth * random.uniform(150, 330) * (1.25 - 2 * min(share, 1 - share))
        sway, wide = random.choice((-1, 1)) * tall * 0.14, 7 + tall * 0.035
        third = tall / 3
        parts.append(
            f"M{x - wide:.0f},{y:.0f} C{x - wide + sway:.0f},{y - third:.0f} "
            f"{x - wide - sway:.0f},{y - 2 * third:.0f} {x + sway / 2:.0f},{y - tall:.0f} "
            f"C{x + wide - sway / 2:.0f},{y - 2 * third:.0f} {x + wide + sway:.0f},{y - third:.0f} "
            f"{x + wide:.0f},{y:.0f}Z"
        )
    return f'<path class="land" d="{" ".join(parts)}"/>'


def ripples(random: Random, ridge: Ridge, size: float, depth: float) -> str:
    """Short strokes of light that lie on the water, few and flat."""
    right, strokes = ridge[-1][0], list[str]()
    for _ in range(9):
        x, below = random.uniform(0, right), random.uniform(30, 110) * size
        y, long = terrain.height_at(ridge, x) + below, random.uniform(40, 150) * size
        strokes.append(f"M{x - long:.0f},{y:.0f} q{long:.0f},{-9 * size:.0f} {2 * long:.0f},0")
    return f'<path class="glint" opacity="{0.16 + 0.2 * depth:.2f}" d="{" ".join(strokes)}"/>'


def craters(random: Random, ridge: Ridge, size: float, depth: float) -> str:
    """Round dents in the ground of another world."""
    right, parts = ridge[-1][0], list[str]()
    for _ in range(7):
        x, wide = random.uniform(0, right), size * random.uniform(18, 74)
        y = terrain.height_at(ridge, x) + wide * 0.5 + random.uniform(20, 130) * size
        parts.append(
            f'<ellipse class="shade" opacity="{0.5 + 0.4 * depth:.2f}" cx="{x:.0f}" cy="{y:.0f}" '
            f'rx="{wide:.0f}" ry="{wide * 0.32:.0f}"/>'
        )
    return "".join(parts)


def lane(x: float, top: float, bottom: float) -> str:
    """A winding road from the lower edge to a vanishing point, with marks that shrink."""

    def edge(share: float, side: float) -> str:
        bend = 46 * math.sin(4.2 * share) * (0.35 + share)
        return f"{x + bend + side * (3 + 190 * share**1.7):.1f},{top + share * (bottom - top):.1f}"

    shares = [step / 24 for step in range(25)]
    border = [edge(s, -1) for s in shares] + [edge(s, 1) for s in reversed(shares)]
    marks = " ".join(
        f"M{edge(s, -0.035)} L{edge(s, 0.035)} L{edge(s + 0.05, 0.035)} L{edge(s + 0.05, -0.035)}Z"
        for s in (0.05, 0.15, 0.25, 0.35, 0.45, 0.57, 0.69, 0.82)
    )
    return f'<path class="deep" d="M{" L".join(border)}Z"/><path class="lit" d="{marks}"/>'


T = terrain
PLACES: dict[str, Place] = {
    "hills": Place(T.hills, T.hills, T.hills, None, grass, birds=True),
    "forest": Place(T.hills, T.hills, T.hills, pines, pines, light="rays"),
    "peaks": Place(T.peaks, T.peaks, T.hills, alps, pines, smooth=False, bump=2.3, birds=True),
    "sea": Place(T.waves, T.waves, T.waves, ripples, ripples, bump=0.55, birds=True),
    "deep": Place(T.hills, T.dunes, T.dunes, None, weed, light="shafts", bump=0.8),
    "city": Place(T.skyline, T.skyline, T.skyline, windows, windows, smooth=False),
    "desert": Place(T.dunes, T.dunes, T.dunes, None, None),
    "ice": Place(T.peaks, T.facets, T.facets, alps, None, smooth=False, light="aurora"),
    "stars": Place(T.globe, T.globe, T.hills, craters, craters, light="none", stars=True),
    "sky": Place(T.billows, T.billows, T.billows, None, None, bump=0.7),
    "road": Place(T.hills, T.hills, T.hills, birds=True, road=True),
    "room": Place(T.steps, T.steps, T.steps, None, None, light="arch", bump=0.5),
    "arch": Place(T.steps, T.hills, T.steps, None, None, light="rings", bump=0.6),
    "rays": Place(T.steps, T.steps, T.hills, light="rays", bump=0.6),
    "blocks": Place(T.skyline, T.skyline, T.steps, smooth=False, light="grid", bump=0.8),
    "ribbons": Place(T.dunes, T.hills, T.waves, None, None, light="rings"),
    "studio": Place(T.steps, T.steps, T.steps, bump=0.3, layers=(2,)),
    "folds": Place(T.dunes, T.dunes, T.hills, None, None, light="sun", bump=1.6),
    "slabs": Place(T.facets, T.peaks, T.facets, slopes, None, smooth=False, bump=1.2),
}
ALIKE = {
    "": ("ribbons", "folds", "slabs", "arch"),
    "arch": ("arch", "arch", "ribbons", "folds"),
    "room": ("room", "room", "ribbons", "rays"),
    "blocks": ("blocks", "blocks", "slabs"),
}
"""Indoor and abstract motifs stand anywhere that is calm; a film should not repeat one stage."""
