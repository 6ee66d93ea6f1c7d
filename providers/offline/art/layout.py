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
HALO_SHARE = 0.55  # of the heroes stand before a disc of light; the others have it beside them
MARGIN = 0.2  # the camera's nearest framing crops up to a fifth of a side
GROUND = 0.475  # of the height: where heroes stand, so that near shots keep off the captions
TURNED_SIZE = 0.74  # a wider shot: further from the first one than a camera's zoom goes
HEADROOM = 0.14  # of the height: what apps lay over a film's upper edge


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
    kind: Literal["halo", "beside", "open"]

    @property
    def bump(self) -> float:
        """The height of a hill, in design pixels, before the place scales it."""
        return 0.045 * self.height


def arrange(
    aspect: str, keyword: str, hero: bool, random: Random, *, turned: bool = False
) -> Layout:
    """Place everything for one picture; `turned`, from further away and in another light.

    An upright picture's hero needs no word beside it, for the captions say it; where nothing can
    be drawn the keyword is the picture. A wide picture has room for both.
    """
    width, height = SIZES_PX[aspect]
    wide = width > height
    block = None if hero and not wide else _block(width, height, keyword)
    if hero:
        return _beside(width, height, block) if wide else _above(width, height, random, turned)
    below = (block.y + block.height if block else 0.12 * height) + 0.025 * height
    return _open(width, height, block, below, random, turned)


def _block(width: int, height: int, keyword: str) -> Block | None:
    wide = width > height
    return lettering.fit(
        keyword,
        x=MARGIN * width,
        y=(0.16 if wide else 0.18) * height,
        width=(0.44 if wide else 1 - 2 * MARGIN) * width,
        height=(0.34 if wide else 0.19) * height,
        largest=0.19 * min(width, height),
    )


def _above(width: int, height: int, random: Random, turned: bool) -> Layout:
    """The hero stands on a ridge above the captions; a companion may stand under them."""
    size = min((GROUND - HEADROOM) * height, 0.56 * width) * random.uniform(0.86, 1.0)
    size *= TURNED_SIZE if turned else 1
    side = random.choice((-1, 1))
    x = width * (0.5 + side * random.choice((0.0, 0.05, 0.09)))
    ridges = _ys(height, (random.uniform(0.36, 0.40), 0.43, GROUND - 0.01, 0.69, 0.80, 0.91))
    companion = Spot(4, width * (0.5 - side * 0.2), 0.125 * height)
    hero = Spot(2, x, size)
    if (random.random() < HALO_SHARE) != turned:
        middle = GROUND * height - size * 0.52
        light = (x, middle, size * random.uniform(0.56, 0.68))
        return Layout(width, height, None, ridges, hero, companion, light, "halo")
    away = min(max(x - side * (0.42 * size + 0.14 * width), 0.14 * width), 0.86 * width)
    light = (away, random.uniform(0.17, 0.30) * height, random.uniform(0.10, 0.14) * width)
    return Layout(width, height, None, ridges, hero, companion, light, "beside")


def _open(
    width: int, height: int, block: Block | None, below: float, random: Random, turned: bool
) -> Layout:
    """No hero: the place itself is the subject, and its light is large."""
    wide = width > height
    ridges = WIDE_RIDGES if wide else (0.425, 0.495, 0.575, 0.68, 0.79, 0.905)
    radius = random.uniform(0.16, 0.24) * min(width, height)
    y = max(below + radius * 0.75, random.uniform(0.34, 0.41) * height)
    across = random.choice((0.67, 0.33, 0.5) if turned else (0.33, 0.5, 0.67))
    x, y = (0.745 * width, 0.42 * height) if wide else (width * across, y)
    companion = Spot(4, width - x if abs(x - width / 2) > 1 else 0.66 * width, 0.16 * height)
    return Layout(
        width, height, block, _ys(height, ridges), NOBODY, companion, (x, y, radius), "open"
    )


def _beside(width: int, height: int, block: Block | None) -> Layout:
    """Landscape: type to the left, hero to the right."""
    ridges = _ys(height, WIDE_RIDGES)
    size, x = 0.60 * height, 0.745 * width
    hero, companion = Spot(5, x, size), Spot(4, 0.36 * width, 0.2 * height)
    light = (x, 0.5 * height, 0.7 * size)
    return Layout(width, height, block, ridges, hero, companion, light, "halo")


def _ys(height: int, shares: tuple[float, ...]) -> tuple[float, ...]:
    return tuple(share * height for share in shares)
