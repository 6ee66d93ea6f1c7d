"""How well one colour reads on another, by WCAG 2."""

from __future__ import annotations


def luminance(colour: str) -> float:
    """Relative luminance of "#rrggbb": 0 black to 1 white."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    light = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * light[0] + 0.7152 * light[1] + 0.0722 * light[2]


def ratio(first: str, second: str) -> float:
    """Contrast of two colours "#rrggbb", 1 to 21."""
    low, high = sorted((luminance(first), luminance(second)))
    return (high + 0.05) / (low + 0.05)


def ink_on(ground: str) -> str:
    """Near-black or white, whichever reads better on the ground."""
    return "#111111" if luminance(ground) > 0.18 else "#ffffff"


def deepened(colour: str, ground: str, least: float) -> str:
    """The colour, darkened or lightened step by step until it reads on the ground."""
    goal = 0 if luminance(ground) > 0.18 else 255
    while ratio(colour, ground) < least:
        parts = [int(colour[at : at + 2], 16) for at in (1, 3, 5)]
        steps = [round(0.9 * part + 0.1 * goal) for part in parts]
        if steps == parts:  # as far as it goes
            return ink_on(ground)
        colour = "#" + "".join(f"{step:02x}" for step in steps)
    return colour
