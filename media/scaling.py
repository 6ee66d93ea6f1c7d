"""Where plain scaling, which begins at a whole pixel, falls on what the camera wants to see."""

from __future__ import annotations

from math import ceil
from typing import NamedTuple

import numpy as np

from media.planes import MARGIN, MASTER_SCALE

STARTS = 96
NEAR_PX = 1 / 48  # of the master; a coarser start would be seen as jitter in slow moves
NUDGE, NUDGES = 0.0004, 15  # of a zoom: together too little to be seen


class Axis(NamedTuple):
    """Output pixel i samples the plane at `first + i * step`, pixel centres on whole numbers."""

    first: float
    step: float


class Cut(NamedTuple):
    """Scaling this part of a plane from its own edge gives the axis after `skip` pixels."""

    at: int
    end: int
    skip: int


def whole_cut(axis: Axis, count: int, room: int, near_px: float = NEAR_PX) -> Cut | None:
    """Find the whole pixel from which plain scaling falls on the axis.

    Scaling is three times as fast as warping, but begins at a whole pixel. Beginning some output
    pixels earlier and skipping them gives other fractions to choose from.

    Args:
        axis: in the master's own pixels, its margin not counted.
        count: output pixels wanted.
        room: pixels of the plane, margins included.
        near_px: how far from the axis is near enough.

    Returns:
        None where no start comes near, as when the step is a short fraction.
    """
    skips = np.arange(STARTS)
    starts = axis.first + 0.5 - (skips + 0.5) * axis.step + MARGIN
    missed = np.abs(starts - np.rint(starts))
    missed[starts < 0] = 1.0
    skip = int(missed.argmin())
    at = round(float(starts[skip]))
    end = at + ceil((skip + count) * axis.step) + 1
    return Cut(at, end, skip) if missed[skip] <= near_px and end <= room else None


def steady_zoom(zoom: float) -> float:
    """The zoom next to this one at which every place has a start that comes near.

    A level move keeps its zoom, so one whose step is a short fraction would be warped throughout.
    """
    nudges = sorted(range(-NUDGES, NUDGES + 1), key=abs)
    tried = (zoom * (1 + NUDGE * nudge) for nudge in nudges)
    return next((near for near in tried if _widest_gap(MASTER_SCALE / near) < 2 * NEAR_PX), zoom)


def _widest_gap(step: float) -> float:
    """Between the fractions of a pixel that the starts offer."""
    fractions = np.sort(np.arange(STARTS) * step % 1)
    return float(np.diff(fractions, append=fractions[0] + 1).max())
