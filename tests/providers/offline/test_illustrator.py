"""The offline illustrator and poster: contract, determinism, legibility, calm, odd input."""

from __future__ import annotations

import math
import re
from importlib.resources import files
from itertools import combinations
from random import Random

import cv2
import numpy as np
import pytest

from media.inspection import stills
from media.style import load, names
from providers.offline.art import lettering
from providers.offline.art.colour import Tones, contrast, from_lab, luminance, parse, to_lab
from providers.offline.art.heroes import hero_art, hero_style
from providers.offline.art.layout import CAPTIONS, HEADROOM, MARGIN, SIZES_PX, arrange
from providers.offline.art.places import ALIKE, PLACES
from providers.offline.art.poster import poster
from providers.offline.art.scene import illustrate
from providers.offline.art.words import motif_of
from providers.offline.illustrator import OfflineIllustrator, OfflinePoster
from providers.ports import ImageModel, ImageReply, ImageRequest
from shortfactory.errors import InvalidInput

NAVY = ("#10233b", "#2f6690", "#f4efe6", "#ff8a3d")
CREAM = ("#f5ead8", "#7a9e7e", "#2d4a53", "#d1495b")
MONO = ("#111111", "#5c5c5c", "#d9d9d9", "#f5f5f5")
GREY = ("#7f7f7f", "#808080")
FILM = [
    ("Three hearts", "An octopus in the deep sea"),
    ("Blue blood", "A flask in a laboratory"),
    ("Nine brains", "A person in profile, thinking"),
    ("", "The open ocean at night"),
    ("Escape", "A door opens in an arch"),
    ("One year", "An hourglass runs out"),
]

every_model = pytest.mark.parametrize(
    "model", [OfflineIllustrator(), OfflinePoster()], ids=lambda model: model.id
)
every_painter = pytest.mark.parametrize("paint", [illustrate, poster])


def ask(**changes) -> ImageRequest:
    return ImageRequest(
        **{"prompt": "An octopus in the deep sea", "keyword": "Octopus", "palette": NAVY, **changes}
    )


def decoded(reply: ImageReply) -> np.ndarray:
    image = cv2.imdecode(np.frombuffer(reply.data, np.uint8), cv2.IMREAD_COLOR)
    assert image is not None
    return image


def gradient_hash(pixels: np.ndarray) -> np.ndarray:
    """128 bits: is each cell of an 8 x 16 grid brighter than its left neighbour?"""
    small = cv2.resize(pixels.mean(axis=-1), (9, 16), interpolation=cv2.INTER_AREA)
    return (small[:, 1:] > small[:, :-1]).ravel()


def detail(pixels: np.ndarray) -> np.ndarray:
    """What stands above the captions, as the film's test looks at it."""
    grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
    return stills._detail(grey[: round(0.55 * len(grey))])


def unrest(pixels: np.ndarray) -> float:
    """Mean local deviation (0..1) of brightness where captions go, in windows of a word's size."""
    grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY).astype(np.float32) / 255
    small = cv2.resize(grey, (270, 480), interpolation=cv2.INTER_AREA)
    band = small[round(CAPTIONS[0] * 480) : round(CAPTIONS[1] * 480)]
    mean = cv2.blur(band, (12, 12))
    return float(np.sqrt(np.maximum(0, cv2.blur(band * band, (12, 12)) - mean * mean)).mean())


@every_model
def test_it_is_an_image_model(model):
    port: ImageModel = model
    assert re.fullmatch(r"offline:[a-z]+", port.id)


@pytest.mark.parametrize("aspect", ["9:16", "16:9", "1:1", "4:5"])
@every_model
async def test_the_reply_is_what_it_says(model, aspect):
    reply = await model.draw(ask(aspect=aspect), ())
    assert (reply.width_px, reply.height_px) == SIZES_PX[aspect]
    assert decoded(reply).shape == (reply.height_px, reply.width_px, 3)
    assert reply.media_type == "image/jpeg"
    assert reply.data[:2] == b"\xff\xd8"


@every_model
async def test_larger_sizes_are_larger(model):
    reply = await model.draw(ask(size="2K"), ())
    assert decoded(reply).shape == (2880, 1620, 3)


@every_model
async def test_the_same_request_gives_the_same_bytes(model):
    first, second = await model.draw(ask(), ()), await model.draw(ask(), (b"ignored",))
    assert first.data == second.data


@every_model
async def test_another_variation_is_another_picture(model):
    one, two = [decoded(await model.draw(ask(variation=v), ())) for v in (0, 1)]
    assert np.abs(one.astype(float) - two).mean() > 4


@pytest.mark.parametrize("style", names())
@pytest.mark.parametrize("word", ["bee", "clock", "whale", "map"])
def test_a_picture_drawn_again_is_not_taken_for_the_one_before(word, style):
    """By the film's own test, which sent it back for being like a neighbour's."""
    palette, look = load(style).palette, load(style).finish
    note = (f"A {word}", word, "9:16", palette, 0.25, 7, look)
    one, other = (detail(illustrate(*note, turned=turned)) for turned in (False, True))
    assert stills.likeness(one, one) > stills.ALIKE
    assert stills.likeness(one, other) <= stills.ALIKE


@pytest.mark.parametrize("word", ["bee", "clock", "whale", "map"])
def test_a_picture_drawn_again_is_not_taken_for_its_neighbour(word):
    """Two long-lens pictures of one hero, told apart by the note of the other."""
    palette, look = load("wild").palette, load("wild").finish
    neighbour = f"A {word} very near"
    note = (f"A {word} by itself", word, "9:16", palette, 0.25, 7, look)
    other = detail(illustrate(neighbour, word, "9:16", palette, 0.25, 7, look))
    told = detail(illustrate(*note, turned=True, unlike=neighbour))
    untold = detail(illustrate(*note, turned=True))
    assert stills.likeness(other, told) <= stills.ALIKE
    assert stills.likeness(other, told) <= stills.likeness(other, untold)


async def test_only_the_illustrator_knows_a_neighbour():
    near, far = ask(unlike="An octopus"), ask()
    assert OfflineIllustrator().fingerprint(near) != OfflineIllustrator().fingerprint(far)
    assert OfflinePoster().fingerprint(near) == OfflinePoster().fingerprint(far)
    one, other = [decoded(await OfflineIllustrator().draw(each, ())) for each in (near, far)]
    assert np.abs(one.astype(float) - other).mean() > 4


@every_model
def test_the_fingerprint_holds_what_changes_the_picture(model):
    same = model.fingerprint(ask(references=("ab" * 32,)))
    assert same == model.fingerprint(ask())
    changes = {
        "prompt": "A whale", "keyword": "Whale", "palette": CREAM, "aspect": "1:1",
        "size": "2K", "variation": 1, "subject": "A whale", "look": "noir",
    }  # fmt: skip
    for name, value in changes.items():
        assert model.fingerprint(ask(**{name: value})) != same, name


@every_model
async def test_the_subject_decides_and_the_prompt_around_it_does_not(model):
    asked = [ask(subject="A whale", prompt=f"{style}: A whale") for style in ("Ink", "Oil")]
    one, two = [await model.draw(request, ()) for request in asked]
    assert one.data == two.data


@every_model
async def test_a_wrong_colour_is_refused_with_the_cure(model):
    with pytest.raises(InvalidInput, match=r"'orange'.*#rrggbb"):
        await model.draw(ask(palette=("#10233b", "orange")), ())


@pytest.mark.parametrize("look", sorted({load(name).finish for name in names()} - {"paper"}))
@every_painter
def test_each_look_prints_the_same_scene_in_its_own_way(paint, look):
    note = ("An octopus in the deep sea", "", "9:16", NAVY, 0.25, 4)
    plain, printed, again = paint(*note), paint(*note, look), paint(*note, look)
    assert np.array_equal(printed, again)
    poster_in_a_studio = paint is poster and look == "studio"
    assert (np.abs(printed.astype(int) - plain).mean() > 0.5) != poster_in_a_studio


@pytest.mark.parametrize("style", names())
def test_no_look_disturbs_the_captions(style):
    palette, look = load(style).palette, load(style).finish
    for seed, (word, note) in enumerate(FILM[:3]):
        assert unrest(illustrate(note, word, "9:16", palette, 0.25, seed, look)) < 0.06, word


def test_a_hero_stands_above_the_captions():
    for seed in range(12):
        layout = arrange("9:16", "Octopus", True, Random(seed))
        ground = layout.ridges[layout.hero.layer] / layout.height
        assert layout.block is None
        assert ground < 0.52
        assert ground - layout.hero.size / layout.height > HEADROOM - 0.01


@every_painter
def test_scenes_of_one_film_differ_visibly(paint):
    film = [paint(note, word, "9:16", NAVY, 0.25, seed) for seed, (word, note) in enumerate(FILM)]
    for one, two in combinations(film, 2):
        assert np.count_nonzero(gradient_hash(one) != gradient_hash(two)) >= 12


@pytest.mark.parametrize("palette", [NAVY, CREAM, MONO])
@every_painter
def test_the_caption_area_is_calm(paint, palette):
    for seed, (word, note) in enumerate(FILM):
        assert unrest(paint(note, word, "9:16", palette, 0.5, seed)) < 0.045, (word, seed)


@pytest.mark.parametrize("palette", [NAVY, CREAM, MONO, GREY, ("#ffffff",), ("#000000",), ()])
@every_painter
def test_the_keyword_reads(paint, palette):
    for seed in range(3):
        pixels = paint("zzz", "Entropy", "9:16", palette, 0.5, seed)
        assert keyword_contrast(paint, pixels, "Entropy") >= 4.5


@pytest.mark.parametrize(
    "text",
    ["", " ", "x", "word " * 2000, "a" * 5000, "مرحبا بالعالم", "שלום", "日本語", "🐙🎉👩‍👩‍👧",
     "<b>bold</b> & <svg onload='x'>", "</svg><script>", "{accent} %s $x \\n", "\x00\x07\ud7ff",
     "é\u0301\u0301\u0301", "Ünïcödé Ђ Ω ệ"],
)  # fmt: skip
@every_painter
def test_any_text_is_drawn_or_left_out(paint, text):
    assert paint(text, text, "9:16", NAVY, 0.125, 1).shape == (240, 135, 3)


@every_painter
def test_the_palette_is_obeyed(paint):
    for palette in (NAVY, CREAM):
        ground = {code: np.array(parse(code)) for code in palette}
        flat = paint("A bulb", "", "9:16", palette, 0.25, 3).reshape(-1, 3) / 255
        near = {c: (np.linalg.norm(flat - rgb, axis=1) < 0.16).mean() for c, rgb in ground.items()}
        assert near[palette[-1]] > 0.004
        assert sum(near.values()) > 0.1


def keyword_contrast(paint, pixels: np.ndarray, word: str) -> float:
    """Contrast of the type's median with the worse end of what surrounds it, both measured."""
    largest = 0.19 if paint is illustrate else 0.3
    y, tall = (0.18, 0.19) if paint is illustrate else (0.15, 0.285)
    across = (1 - 2 * MARGIN) * 1080
    block = lettering.fit(word, MARGIN * 1080, y * 1920, across, tall * 1920, largest * 1080)
    assert block
    ink = lettering.mask(block, 0.5)
    top, left = round(block.y * 0.5), round(block.x * 0.5)
    area = cv2.blur(pixels, (3, 3))[top : top + len(ink), left : left + ink.shape[1]] / 255
    levels = np.where(area <= 0.04045, area / 12.92, ((area + 0.055) / 1.055) ** 2.4)
    levels = levels @ np.array([0.2126, 0.7152, 0.0722])
    near = cv2.dilate(ink, np.ones((7, 7)))
    type_level = float(np.median(levels[cv2.erode(ink, np.ones((5, 5))) > 0.95]))
    around = levels[near < 0.02]
    ends = np.percentile(around, [5, 95])
    return min(contrast(type_level, float(end)) for end in ends)


def test_markup_in_a_keyword_is_set_as_text():
    plain = lettering.fit("<b>Hi</b>", 0, 0, 800, 400, 200)
    assert plain
    assert plain.lines == ("<b>Hi</b>",)
    assert plain.width > 1.8 * lettering.fit("Hi", 0, 0, 800, 400, plain.size).width


@pytest.mark.parametrize(
    "word", ["Idea", "Compound interest", "word " * 50, "W" * 90, "Ångström gj"]
)
@pytest.mark.parametrize("aspect", SIZES_PX)
def test_type_stays_inside_the_margins(word, aspect):
    layout = arrange(aspect, word, False, Random(1))
    assert layout.block
    ink = lettering.mask(layout.block, 1.0)
    assert layout.block.x + ink.shape[1] <= 0.9 * layout.width
    assert layout.block.y + len(ink) <= 0.6 * layout.height
    assert layout.block.size >= lettering.SMALLEST


def test_only_what_the_face_can_show_is_set():
    assert lettering.legible("Café 🐙  日本 Ω") == "Café Ω"
    assert lettering.legible("مرحبا") == ""
    assert lettering.legible("第2章") == ""
    assert lettering.legible("!?…") == ""


@pytest.mark.parametrize(
    ("keyword", "note", "hero", "place"),
    [
        ("Three hearts", "An octopus glides over the reef", "octopus", "deep"),
        ("Berries", "Two berries on a table", "fruit", "room"),
        ("Das Herz", "Ein Krake im Meer", "octopus", "deep"),
        ("Caches", "Cities grow at night", "", "city"),
        ("", "Money saved in the bank", "coins", "blocks"),
        ("Entropy", "zzz", "", ""),
        ("", "A cat, with calm space for captions", "cat", "room"),
        ("", "A clock, and behind it the open sea", "clock", "sea"),
        ("second", "A road winding over green hills to a field", "clock", "road"),
        ("angle", "The sun above a hill, and a small hive", "hive", "hills"),
    ],
)
def test_words_choose_the_motif(keyword, note, hero, place):
    motif = motif_of(keyword, note)
    assert (motif.hero, motif.place) == (hero, place)


def test_a_second_figure_keeps_the_first_company():
    motif = motif_of("", "A silver watch, and behind it a ship at sunrise")
    assert (motif.hero, motif.companion, motif.place) == ("watch", "boat", "sea")


def test_the_vocabulary_names_only_what_exists():
    art = files("providers.offline.art")
    drawn = {file.name.removesuffix(".svg") for file in (art / "heroes").iterdir()}
    lines = (art / "motifs.txt").read_text("utf-8").splitlines()
    rows = [line.split("|") for line in lines if not line.startswith("#")]
    assert {row[0].strip() for row in rows} - {"-"} == drawn
    assert {row[1].strip() for row in rows} | {p for all_ in ALIKE.values() for p in all_} == set(
        PLACES
    ) - {"studio"}  # a look's, not a word's


def test_every_class_of_the_drawings_has_a_meaning():
    style = hero_style(Tones.of(NAVY))
    for file in (files("providers.offline.art") / "heroes").iterdir():
        used = set(" ".join(re.findall(r'class="([^"]+)"', hero_art(file.name[:-4]))).split())
        missing = {name for name in used if f".{name}" not in style}
        assert not missing, file.name


def test_oklab_there_and_back():
    for code in NAVY:
        assert from_lab(to_lab(parse(code))) == pytest.approx(parse(code), abs=1e-4)


def test_black_on_white_is_21_to_1():
    assert math.isclose(contrast(luminance((0, 0, 0)), luminance((1, 1, 1))), 21)
