"""Lights and skies: what shines behind the land, as SVG in design pixels."""

from __future__ import annotations

import math
from random import Random

from providers.offline.art.layout import Layout


def light(kind: str, random: Random, layout: Layout) -> str:
    """Draw the light of a place; the drawings use the classes disc, veil, ray and dent."""
    return {
        "sun": _sun,
        "moon": _moon,
        "rings": _rings,
        "rays": _rays,
        "arch": _arch,
        "grid": _grid,
        "shafts": _shafts,
        "aurora": _aurora,
        "none": _moon,
    }[kind](random, layout)


def stars(random: Random, layout: Layout) -> str:
    """Small stars above the horizon, none of them behind the type."""
    block, parts = layout.block, list[str]()
    for _ in range(110):
        x, y = random.uniform(0, layout.width), random.uniform(0, 0.5 * layout.height)
        size = random.choice((1.2, 1.6, 1.6, 2.2, 3.4))
        near_type = block and block.y - 30 < y < block.y + block.height + 30
        if not near_type:
            fade = random.uniform(0.35, 0.95)
            parts.append(
                f'<circle class="star" cx="{x:.0f}" cy="{y:.0f}" r="{size}" opacity="{fade:.2f}"/>'
            )
    return "".join(parts)


def birds(random: Random, layout: Layout) -> str:
    """Three or four far birds near the light, on the open side."""
    x, y, radius = layout.light
    side = -1 if x > layout.width / 2 else 1
    parts: list[str] = []
    for number in range(random.choice((3, 4))):
        size = 17 - 2.5 * number
        bx = x + side * (radius + 70 + 62 * number)
        by = y - radius * 0.25 + random.uniform(-40, 30)
        parts.append(f"M{bx - 2 * size:.0f},{by:.0f} q{size},{-size} {2 * size},0 "
                     f"q{size},{-size} {2 * size},0")  # fmt: skip
    return f'<path class="bird" d="{" ".join(parts)}"/>'


def _circle(kind: str, x: float, y: float, radius: float, opacity: float = 1.0) -> str:
    place = f'cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}"'
    return f'<circle class="{kind}" {place} opacity="{opacity:.2f}"/>'


def _sun(_random: Random, layout: Layout) -> str:
    x, y, radius = layout.light
    return _circle("veil", x, y, radius * 1.32, 0.5) + _circle("disc", x, y, radius)


def _moon(_random: Random, layout: Layout) -> str:
    x, y, radius = layout.light
    dents = "".join(
        _circle("dent", x + dx * radius, y + dy * radius, size * radius, 0.6)
        for dx, dy, size in ((-0.35, -0.3, 0.22), (0.3, 0.15, 0.16), (-0.1, 0.45, 0.12))
    )
    return _circle("disc", x, y, radius) + dents


def _rings(_random: Random, layout: Layout) -> str:
    x, y, radius = layout.light
    shares = ((1.75, 0.22), (1.38, 0.38), (1.0, 1.0))
    return "".join(
        _circle("veil" if share > 1 else "disc", x, y, radius * share, fade)
        for share, fade in shares
    )


def _rays(random: Random, layout: Layout) -> str:
    x, y, radius = layout.light
    turn, count, reach = random.uniform(0, 1), 14, layout.height
    wedges = " ".join(
        f"M{x:.0f},{y:.0f} L{x + reach * math.cos(a):.0f},{y + reach * math.sin(a):.0f} "
        f"L{x + reach * math.cos(a + 0.2):.0f},{y + reach * math.sin(a + 0.2):.0f}Z"
        for a in (2 * math.pi * (step + turn) / count for step in range(count))
    )
    return f'<path class="veil" opacity=".16" d="{wedges}"/>' + _circle("disc", x, y, radius)


def _arch(_random: Random, layout: Layout) -> str:
    x, y, radius = layout.light
    foot = 0.56 * layout.height if layout.kind == "halo" else 0.72 * layout.height
    parts: list[str] = []
    for share, kind, fade in ((1.22, "veil", 0.45), (1.0, "disc", 1.0)):
        half = radius * share
        parts.append(
            f'<path class="{kind}" opacity="{fade}" d="M{x - half:.0f},{foot:.0f} V{y:.0f} '
            f'A{half:.0f},{half:.0f} 0 0 1 {x + half:.0f},{y:.0f} V{foot:.0f}Z"/>'
        )
    return "".join(parts)


def _grid(_random: Random, layout: Layout) -> str:
    x, y, radius = layout.light
    step = layout.width / 18
    dots = "".join(
        _circle("veil", column * step, row * step, 2.6, 0.55)
        for column in range(1, 18)
        for row in range(1, round(0.44 * layout.height / step))
        if not layout.block or row * step > layout.block.y + layout.block.height + 24
    )
    return dots + _circle("veil", x, y, radius * 1.25, 0.5) + _circle("disc", x, y, radius)


def _shafts(random: Random, layout: Layout) -> str:
    width, height = layout.width, layout.height
    parts: list[str] = []
    for step in range(5):
        x = width * (step / 4 + random.uniform(-0.08, 0.08))
        thin, wide = random.uniform(20, 60), random.uniform(110, 230)
        lean = (x - width * 0.5) * 0.7
        parts.append(
            f'<path class="ray" opacity="{random.uniform(0.10, 0.22):.2f}" d="M{x:.0f},-20 '
            f'h{thin:.0f} L{x + lean + wide:.0f},{0.8 * height:.0f} h-{wide + thin:.0f}Z"/>'
        )
    return "".join(parts)


def _aurora(random: Random, layout: Layout) -> str:
    width, height = layout.width, layout.height
    top, end, parts = 0.33 * height, width + 20, list[str]()
    for band in range(3):
        y, swing = top + band * 46, random.uniform(60, 120) * random.choice((-1, 1))
        parts.append(
            f'<path class="ray" opacity="{0.34 - 0.08 * band:.2f}" d="M-20,{y:.0f} '
            f"C{0.3 * width:.0f},{y - swing:.0f} {0.6 * width:.0f},{y + swing:.0f} "
            f"{end},{y - 40:.0f} V{y + 120:.0f} C{0.6 * width:.0f},{y + swing + 150:.0f} "
            f'{0.3 * width:.0f},{y - swing + 170:.0f} -20,{y + 140:.0f}Z"/>'
        )
    return "".join(parts)
