"""The scene: sky, light, layered land, hero and type, composed into one picture."""

from __future__ import annotations

from random import Random

import numpy as np

from providers.offline.art import lights, terrain
from providers.offline.art.canvas import Canvas
from providers.offline.art.colour import WHITE, Tones, code, lightness, mix
from providers.offline.art.finish import FINISHES
from providers.offline.art.heroes import hero_style, place_hero
from providers.offline.art.inscribe import inscribe
from providers.offline.art.layout import Layout, Spot, arrange
from providers.offline.art.places import ALIKE, PLACES, Place, lane
from providers.offline.art.words import Motif, apart, motif_of

SUNS = ("sun", "sun", "rings", "rays")
SHALLOW_PX = 9.0  # how far a long lens spreads what lies behind the hero
DARKEST_SUN = 0.45  # the accent's lightness; heroes darker than this stand against a bright sun
NIGHT_MOONS = 0.75  # the share of nights with a moon; the others keep a low sun or its rings


def illustrate(
    note: str,
    keyword: str,
    aspect: str,
    palette: tuple[str, ...],
    scale: float,
    seed: int,
    look: str = "",
    *,
    turned: bool = False,
    unlike: str = "",
) -> np.ndarray:
    """Paint the picture of a note and its keyword: height x width x 3 bytes, RGB.

    A `look` that is no finish leaves it paper-cut. `turned`, the same things are seen from
    the other side, from further away and in another light. A hero that the note `unlike` calls
    too is only a small figure.

    Raises:
        InvalidInput: a palette colour that is not #rrggbb.
    """
    random = Random(seed)
    tones, motif = Tones.of(palette), motif_of(keyword, note)
    if look == "studio":  # one object and much air
        motif = motif._replace(companion="")
    kind = "studio" if look == "studio" else random.choice(ALIKE.get(motif.place, (motif.place,)))
    place = PLACES[kind]
    layout = arrange(aspect, keyword, bool(motif.hero), random, turned=turned)
    if unlike and look != "studio":  # arranged for its hero all the same: no type takes its place
        motif = apart(motif, unlike)
    canvas = Canvas(layout.width, layout.height, scale)
    style = _style(tones, halo=layout.kind == "halo")
    _backdrop(canvas, layout, tones, place, motif, style, random)
    _land(canvas, layout, tones, place, motif, style, random, shallow=look == "telephoto")
    if turned and not layout.block:
        canvas.mirror()
    canvas.vignette(0.16 if tones.dark else 0.07)
    if look in FINISHES:
        FINISHES[look](canvas, tones, np.random.default_rng(seed))
    if layout.block:
        inscribe(canvas, layout.block, tones, tones.sky, tones.accent)
    canvas.grain(seed, 0.014)
    return canvas.finished()


def _backdrop(
    canvas: Canvas,
    layout: Layout,
    tones: Tones,
    place: Place,
    motif: Motif,
    style: str,
    random: Random,
) -> None:
    horizon = layout.ridges[1] / layout.height
    canvas.sky([(0.0, tones.sky), (horizon * 0.62, tones.sky), (horizon, tones.horizon)])
    night = motif.night and tones.dark
    x, y, radius = layout.light
    if night or place.stars:
        canvas.layer(style + lights.stars(random, layout), 0)
    warm = mix(tones.horizon, tones.accent, 0.35)
    canvas.glow(x, y, radius * 1.5, warm if tones.dark else WHITE, 0.55 if tones.dark else 0.6)
    kind = random.choice(SUNS) if place.light == "sun" else place.light
    kind = "moon" if night and kind in SUNS and random.random() < NIGHT_MOONS else kind
    canvas.layer(style + lights.light(kind, random, layout), 0, shadow=0.10, drop=14)
    if place.birds:
        canvas.layer(style + lights.birds(random, layout), 0)


def _land(
    canvas: Canvas,
    layout: Layout,
    tones: Tones,
    place: Place,
    motif: Motif,
    style: str,
    random: Random,
    *,
    shallow: bool,
) -> None:
    last = len(layout.ridges) - 1
    figures = [(motif.hero, layout.hero), (motif.companion, layout.companion)]
    for number, y in enumerate(layout.ridges):
        ridge = _ridge(layout, place, number, y, random)
        for name, spot in figures:
            if name and spot.layer == number:
                if shallow and spot is layout.hero:
                    canvas.defocus(SHALLOW_PX)
                _stand(canvas, name, spot, ridge, style, random)
        depth = number / last * (0.3 if place.layers else 1)
        if place.layers and number not in place.layers:
            continue
        drawing = _layer(layout, tones, place, ridge, depth, random, number)
        top = min(point[1] for point in ridge) - 0.16 * layout.height
        canvas.layer(style + drawing, top, shadow=0.16 + 0.16 * depth, drop=9 + 13 * depth)
        if number == last - 1 and place.road:
            road = lane(layout.width / 2, layout.ridges[3] + 0.02 * layout.height, layout.height)
            canvas.layer(style + road, layout.ridges[3], shadow=0.2)
        if number == 2:
            first, end = 0.40 * layout.height, 0.78 * layout.height
            canvas.mist(first, end, tones.horizon, 0.16 if tones.dark else 0.28)


def _ridge(layout: Layout, place: Place, number: int, y: float, random: Random) -> terrain.Ridge:
    """The edge of one layer: gentle where the hero stands on it, never a cliff in front."""
    last = len(layout.ridges) - 1
    kind = place.far if number < 2 else place.near if number == last else place.middle
    steep = min(1.0, place.bump) if number == last else place.bump
    calm = 0.45 if number in {layout.hero.layer, layout.companion.layer} else 1.0
    bump = layout.bump * steep * (0.75 + 0.5 * number / last) * calm
    return kind(random, layout.width, y, bump)


def _stand(
    canvas: Canvas, name: str, spot: Spot, ridge: terrain.Ridge, style: str, random: Random
) -> None:
    """A figure sinks a little behind its ridge, and may look the other way."""
    under = (spot.x + share * spot.size for share in (-0.3, 0.0, 0.3))
    base = min(terrain.height_at(ridge, x) for x in under) + 0.05 * spot.size
    mirrored = random.random() < 0.5
    place_hero(canvas, name, spot.x, base, spot.size, style, mirrored=mirrored)


def _layer(
    layout: Layout,
    tones: Tones,
    place: Place,
    ridge: terrain.Ridge,
    depth: float,
    random: Random,
    number: int,
) -> str:
    last = len(layout.ridges) - 1
    smooth = place.smooth or (number == last and place.near in (terrain.hills, terrain.steps))
    y, land = layout.ridges[number], tones.land(depth)
    hazy = mix(land, tones.horizon, 0.42 * (1 - depth))
    path = terrain.outline(ridge, layout.height + 40, smooth)
    adorn = place.front if number == last else place.ornament
    size = (0.45 + 0.75 * depth) * layout.height / 1920
    extra = adorn(random, ridge, size, depth) if adorn else ""
    return (
        f'<defs><linearGradient id="l" gradientUnits="userSpaceOnUse" x1="0" x2="0" '
        f'y1="{y - 40:.0f}" y2="{y + 0.22 * layout.height:.0f}"><stop stop-color="{code(land)}"/>'
        f'<stop offset="1" stop-color="{code(hazy)}"/></linearGradient></defs>'
        f'<path class="land" d="{path}"/>{extra}<path class="rim" d="{path}"/>'
    )


def _style(tones: Tones, halo: bool) -> str:
    soft = (
        mix(tones.horizon, tones.paper, 0.22) if tones.dark else mix(tones.sky, tones.accent, 0.24)
    )
    sun = mix(tones.accent, tones.paper, 0.12)
    if lightness(tones.accent) < DARKEST_SUN:
        sun = mix(tones.sky, tones.paper, 0.75)
    disc = soft if halo else sun
    fills = {
        "disc": disc,
        "veil": mix(disc, tones.horizon, 0.4),
        "ray": mix(soft, tones.paper, 0.15),
        "dent": mix(disc, tones.horizon, 0.35),
        "star": tones.paper,
        "snow": tones.paper,
        "lit": mix(tones.accent, tones.paper, 0.35),
    }
    bird = code(tones.paper if tones.dark else tones.near)
    return hero_style(tones) + (
        "<style>"
        + "".join(f".{name}{{fill:{code(colour)}}}" for name, colour in fills.items())
        + ".land{fill:url(#l)}.snow{fill-opacity:.85}"
        ".rim{fill:none;stroke:#fff;stroke-opacity:.16;stroke-width:2.5}"
        f".glint{{fill:none;stroke:{code(tones.paper)};stroke-width:5;stroke-linecap:round}}"
        f".bird{{fill:none;stroke:{bird};stroke-width:4.5;stroke-linecap:round;stroke-opacity:.8}}"
        "</style>"
    )
