"""Heroes: the drawings in `heroes/`, and what their colour classes mean in one picture."""

from __future__ import annotations

import functools
from importlib.resources import files

from providers.offline.art.canvas import Canvas
from providers.offline.art.colour import Colour, Tones, code, mix

ONE_WAY = frozenset(
    ("book", "chart", "chip", "clock", "compass", "globe", "map", "record", "watch")
)
"""Drawings that would say something else in a mirror: a rise a fall, ten o'clock two."""


def place_hero(
    canvas: Canvas,
    name: str,
    x: float,
    base: float,
    size: float,
    style: str,
    *,
    mirrored: bool = False,
) -> None:
    """Paste a hero, centred on x and standing on `base`, with its shadow on what is behind it.

    A mirrored one looks the other way, where that changes no meaning.
    """
    top = base - size
    placed = f'x="{x - size / 2:.1f}" y="{top:.1f}" width="{size:.1f}" height="{size:.1f}"'
    drawing = hero_art(name).replace("<svg ", f'<svg {placed} overflow="visible" ', 1)
    if mirrored and name not in ONE_WAY:
        drawing = f'<g transform="translate({2 * x:.1f} 0) scale(-1 1)">{drawing}</g>'
    canvas.layer(style + drawing, top - 0.35 * size, shadow=0.34, drop=0.035 * size)


@functools.cache
def hero_art(name: str) -> str:
    """The drawing of a hero: SVG in a square of 1000 units, coloured by class."""
    return (files("providers.offline.art") / "heroes" / f"{name}.svg").read_text("utf-8")


def hero_style(tones: Tones) -> str:
    """What the classes of the hero drawings mean in these tones."""
    fills = {
        "accent": tones.accent,
        "second": tones.second,
        "paper": tones.paper,
        "ink": tones.ink,
        "body": tones.land(0.55),
        "deep": mix(tones.near, tones.ink, 0.45),
        "skin": mix(tones.paper, tones.accent, 0.30),
        "skin2": mix(mix(tones.accent, tones.ink, 0.55), tones.paper, 0.12),
        "skin3": mix(mix(tones.accent, tones.ink, 0.22), tones.paper, 0.35),
        "glow": mix(tones.accent, tones.paper, 0.62),
    }
    strokes = _strokes(tones, fills["glow"], fills["deep"])
    shadow = code(mix(tones.ink, tones.accent, 0.12))
    return (
        "<style>"
        + "".join(f".{name}{{fill:{code(colour)}}}" for name, colour in fills.items())
        + "".join(
            f".{name}{{fill:none;stroke:{colour};stroke-width:{wide};stroke-linecap:round;"
            f"stroke-linejoin:round}}"
            for name, (colour, wide) in strokes.items()
        )
        + f".shade{{fill:{shadow};fill-opacity:.17}}.shade2{{fill:{shadow};fill-opacity:.3}}"
        f".shine{{fill:#fff;fill-opacity:.26}}.glass{{fill:{code(tones.paper)};fill-opacity:.5}}"
        f".beam{{fill:{code(fills['glow'])};fill-opacity:.22}}.lines,.groove{{fill:none;"
        f"stroke:{code(tones.ink)};stroke-opacity:.28;stroke-width:13;stroke-linecap:round}}"
        f".groove{{stroke:#fff;stroke-opacity:.14;stroke-width:7}}</style>"
    )


def _strokes(tones: Tones, glow: Colour, deep: Colour) -> dict[str, tuple[str, int]]:
    """Line classes: colour, and width in the drawing's own thousandths."""
    line, ink = code(tones.paper if tones.dark else tones.ink), code(tones.ink)
    accent, second = code(tones.accent), code(tones.second)
    return {
        "outline": (line, 18), "outline.thick": (line, 30), "orbit": (line, 20),
        "handle": (accent, 58), "handle2": (line, 30), "handle3": (second, 36),
        "ringline": (second, 44), "rays": (code(glow), 28),
        "rain": (accent, 24), "lash": (ink, 44), "rungs": (line, 28), "strand1": (accent, 74),
        "strand2": (second, 74), "stem": (code(deep), 36), "dashes": (ink, 18),
        "inkline": (ink, 16), "spiral": (code(deep), 30),
    }  # fmt: skip
