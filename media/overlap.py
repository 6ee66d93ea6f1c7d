"""How much of one rectangle another one covers."""

from __future__ import annotations

Rectangle = tuple[int, int, int, int]
"""Left, top, right, bottom; right and bottom lie outside."""
Bounds = tuple[float, float, float, float]
"""The same in any unit, shares among them."""


def covered_share(below: Bounds, above: Bounds) -> float:
    """The share of `below` that `above` hides, 0 to 1; 0 for a rectangle without extent."""
    wide = min(below[2], above[2]) - max(below[0], above[0])
    high = min(below[3], above[3]) - max(below[1], above[1])
    whole = (below[2] - below[0]) * (below[3] - below[1])
    return wide * high / whole if wide > 0 and high > 0 and whole > 0 else 0.0
