"""Covers: the title inside what every feed's crop keeps, and readable on every palette."""

import cv2
import numpy as np
import pytest

from media.contrast import deepened, ink_on, ratio
from media.cover import LEAST_CONTRAST, draw_cover
from media.style import load, names
from shortfactory.errors import InvalidInput
from shortfactory.sight import Sight

TITLES = ("Tea", "Why bees dance", "Ten thousand steps were an advertisement", "章鱼有三颗心脏")
SQUARE = slice(420, 1500)  # what a 1:1 crop keeps; 4:5 and 3:4 keep more


def inked(picture, style, tmp_path, title):
    """Where a cover differs from the same cover with another title: only type, shade and bar."""
    covers = []
    for number, words in enumerate((title, ".")):
        draw_cover(picture, words, load(style), tmp_path / f"{number}.png")
        covers.append(cv2.imread(str(tmp_path / f"{number}.png")).astype(int))
    return covers[0], np.abs(covers[0] - covers[1]).max(axis=2)


@pytest.mark.parametrize("title", TITLES)
def test_the_title_stands_inside_every_feed_s_crop(still, tmp_path, title):
    cover, changed = inked(still(1), "editorial", tmp_path, title)
    assert cover.shape == (1920, 1080, 3)
    sharp = np.abs(cv2.Laplacian(changed.astype(np.float32), cv2.CV_32F)) > 60
    rows, columns = np.flatnonzero(sharp.any(axis=1)), np.flatnonzero(sharp.any(axis=0))
    assert rows[0] >= SQUARE.start
    assert rows[-1] < SQUARE.stop
    assert columns[0] >= 60
    assert columns[-1] <= 1020


@pytest.mark.parametrize("title", TITLES)
@pytest.mark.parametrize("face", [(0.3, 0.3, 0.6, 0.5), (0.4, 0.5, 0.7, 0.7)])
def test_the_title_keeps_off_a_face(still, tmp_path, title, face):
    """Whatever else draws the eye: the face alone is pulled out of the type's way."""
    covers = []
    for number, words in enumerate((title, ".")):
        out = tmp_path / f"{number}.png"
        draw_cover(still(1), words, load("editorial"), out, Sight(faces=(face,)))
        covers.append(cv2.imread(str(out)).astype(np.float32))
    changed = np.abs(cv2.Laplacian(np.abs(covers[0] - covers[1]).max(axis=2), cv2.CV_32F)) > 60
    top, bottom = round(face[1] * 1920), round(face[3] * 1920)
    assert changed.any()
    assert not changed[top:bottom].any()


@pytest.mark.parametrize("style", names())
def test_a_thumbnail_still_shows_the_title(still, tmp_path, style):
    """At 108 px across, letters and ground stay apart in luma."""
    draw_cover(still(2), "Three hearts", load(style), tmp_path / "c.png")
    small = cv2.resize(cv2.imread(str(tmp_path / "c.png"), 0), (108, 192), cv2.INTER_AREA)
    low, high = np.quantile(small[42:150], [0.02, 0.98])
    assert high - low > 70


@pytest.mark.parametrize("style", names())
def test_title_colours_read_on_the_palette_s_ground(style):
    ground, accent = load(style).palette[0], load(style).palette[-1]
    assert ratio(deepened(accent, ground, LEAST_CONTRAST), ground) >= LEAST_CONTRAST
    assert ratio(ink_on(ground), ground) >= 4.5


def test_a_colour_that_cannot_be_deepened_gives_way_to_ink():
    assert deepened("#ffffff", "#ffffff", 30.0) == "#111111"


def test_a_cover_without_a_title_is_refused(still, tmp_path):
    with pytest.raises(InvalidInput, match="at least one word"):
        draw_cover(still(1), " \n", load("editorial"), tmp_path / "c.png")


@pytest.mark.parametrize("first", names())
def test_every_palette_is_its_own(first):
    """Ground and accent of any two styles differ enough to be told apart at a glance."""

    def far(one, other):
        parts = [[int(code[at : at + 2], 16) for at in (1, 3, 5)] for code in (one, other)]
        return float(np.linalg.norm(np.subtract(*parts)))

    mine = load(first).palette
    for other in set(names()) - {first}:
        theirs = load(other).palette
        assert far(mine[0], theirs[0]) + far(mine[1], theirs[1]) + far(mine[-1], theirs[-1]) > 90
