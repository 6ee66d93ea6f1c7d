"""Layout: where type, hero, horizon and every paper layer go, with calm room for captions."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Literal, NamedTuple

from providers.offline.art import lettering
from providers.offline.art.lettering import Block

SIZES_PX: dict[str, tuple[int, int]] = {
    "9:16": (1080, 1920),
    "16:9": (1920, 1080),
    "1:1": (1080, 1080),
    "4:5": (1080, 1350),
}
CAPTIONS = (0.45, 0.68)
"""Share of the height where captions are read: large, quiet shapes only."""

WIDE_RIDGES = (0.52, 0.58, 0.65, 0.72, 0.80, 0.90)
HIGH_SHARE = 0.58  # of the pictures whose type leaves room for a hero above the captions
MARGIN = 0.17  # a move that zooms by 1.2 and is aimed at one side crops up to 0.167 of the other


class Spot(NamedTuple):
    """Where a figure stands: behind which layer, centred on which x, how large."""

    layer: int
    x: float
    size: float


NOBODY = Spot(-1, 0.0, 0.0)


@dataclass(frozen=True)
class Layout:
    """Design pixels throughout. Figures stand behind a layer, given by its index."""

    width: int
    height: int
    block: Block | None
    ridges: tuple[float, ...]
    hero: Spot
    companion: Spot
    light: tuple[float, float, float]  # x, y, radius
    kind: Literal["high", "low", "open"]

    @property
    def bump(self) -> float:
        """The height of a hill, in design pixels, before the place scales it."""
        return 0.045 * self.height


def arrange(aspect: str, keyword: str, hero: bool, random: Random) -> Layout:
    """Place everything for one picture; the type's real height decides what fits under it."""
    width, height = SIZES_PX[aspect]
    wide = width > height
    block = lettering.fit(
        keyword,
        x=MARGIN * width,
        y=(0.16 if wide else 0.145) * height,
        width=(0.44 if wide else 1 - 2 * MARGIN) * width,
        height=(0.34 if wide else 0.19) * height,
        largest=0.19 * min(width, height),
    )
    below = (block.y + block.height if block else 0.12 * height) + 0.025 * height
    if not hero:
        return _open(width, height, block, below, random)
    if wide:
        return _beside(width, height, block)
    room = 0.505 * height - below
    if room > 0.34 * width and random.random() < HIGH_SHARE:
        return _high(width, height, block, below, room, random)
    return _low(width, height, block, below, random)


def _high(
    width: int, height: int, block: Block | None, below: float, room: float, random: Random
) -> Layout:
    """The hero stands on a ridge above the captions, before a halo."""
    size = min(room, 0.62 * width)
    x = width * (random.choice((0.36, 0.5, 0.64)) if size < 0.5 * width else 0.5)
    ridges = _ys(height, (0.415, 0.455, 0.495, 0.69, 0.80, 0.91))
    middle = 0.505 * height - size * 0.52
    radius = min(0.66 * size, middle - below + 0.45 * size)
    away = width * (0.5 + (0.2 if x < 0.5 * width else -0.2 if x > 0.5 * width else 0.16))
    hero, companion = Spot(2, x, size), Spot(5, away, 0.19 * height)
    return Layout(width, height, block, ridges, hero, companion, (x, middle, radius), "high")


def _low(width: int, height: int, block: Block | None, below: float, random: Random) -> Layout:
    """The hero stands large in the foreground; the light keeps it company from afar."""
    side = random.choice((-1, 1))
    size = min(0.28 * height, 0.56 * width)
    x = width * (0.5 + side * random.choice((0.0, 0.13, 0.17)))
    ridges = _ys(height, (0.435, 0.50, 0.585, 0.69, 0.80, 0.91))
    y = max(0.375 * height, below + 0.05 * height)
    far = width * (0.5 - side * random.uniform(0.14, 0.22))
    light = (far, y, random.uniform(0.10, 0.15) * width)
    hero, companion = Spot(5, x, size), Spot(1, far, min(0.10 * height, 0.47 * height - below))
    return Layout(width, height, block, ridges, hero, companion, light, "low")


def _open(width: int, height: int, block: Block | None, below: float, random: Random) -> Layout:
    """No hero: the place itself is the subject, and its light is large."""
    wide = width > height
    ridges = WIDE_RIDGES if wide else (0.425, 0.495, 0.575, 0.68, 0.79, 0.905)
    radius = random.uniform(0.16, 0.24) * min(width, height)
    y = max(below + radius * 0.75, random.uniform(0.34, 0.41) * height)
    x, y = (0.745 * width, 0.42 * height) if wide else (width * random.choice((0.33, 0.5, 0.67)), y)
    companion = Spot(5, width - x if abs(x - width / 2) > 1 else 0.66 * width, 0.2 * height)
    return Layout(
        width, height, block, _ys(height, ridges), NOBODY, companion, (x, y, radius), "open"
    )


def _beside(width: int, height: int, block: Block | None) -> Layout:
    """Landscape: type to the left, hero to the right."""
    ridges = _ys(height, WIDE_RIDGES)
    size, x = 0.60 * height, 0.745 * width
    hero, companion = Spot(5, x, size), Spot(4, 0.36 * width, 0.2 * height)
    light = (x, 0.5 * height, 0.7 * size)
    return Layout(width, height, block, ridges, hero, companion, light, "high")


def _ys(height: int, shares: tuple[float, ...]) -> tuple[float, ...]:
    return tuple(share * height for share in shares)
