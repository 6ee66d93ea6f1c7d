"""Twenty variations of every planted defect of captions, in four shapes and several inks."""

import cv2
import numpy as np
import pytest

from media.contrast import ink_on, luminance
from media.inspection.captions import TITLE_SAFE, UPRIGHT_SAFE, Captions
from media.report import Expected, ExpectedCue

SHAPES = ((540, 960), (960, 540), (600, 600), (480, 600))
INKS = ("#ffffff", "#17181b", "#fff3d6", "#ffd83d", "#b6e35a", "#ff5fa8")


def code(colour):
    """The luma of a colour, limited range."""
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return 16 + 219 / 255 * (0.2126 * red + 0.7152 * green + 0.0722 * blue)


class Clip:
    """Three captions over one picture, looked at in the middle of their time."""

    def __init__(self, rng, painted, lettered):
        self.lettered, self.size = lettered, SHAPES[rng.integers(4)]
        self.picture = painted(int(rng.integers(10_000)), self.size)
        self.ink = INKS[rng.integers(len(INKS))]
        self.ground = code(ink_on(self.ink))
        wide, high = int(rng.uniform(0.5, 0.7) * self.size[0]), int(rng.uniform(60, 110))
        left, top = (self.size[0] - wide) // 2, int(rng.uniform(0.4, 0.55) * self.size[1])
        self.box = (left, top, left + wide, top + high)
        self.starts_ms = (400, 1_400, 2_500)

    def expected(self, box=None, starts_ms=None):
        cues = [
            ExpectedCue(text="here", start_ms=at, end_ms=at + 700, scene=1, box=box or self.box)
            for at in starts_ms or self.starts_ms
        ]
        return Expected(
            width_px=self.size[0], height_px=self.size[1], fps=30, duration_ms=4_000, cues=cues,
            inks=(self.ink, "#7f7f00"),
        )  # fmt: skip

    def written(self, picture=None):
        base = self.picture if picture is None else picture
        return self.lettered(base, self.box, code(self.ink), self.ground)

    def found(self, frame, expected=None):
        """Checks that complain when the film shows this frame all the time."""
        observer = Captions(expected or self.expected())
        for n in range(0, 120, 10):
            observer.see(n * 1000 / 30, frame, frame)
        return {finding.check for finding in observer.findings()}


@pytest.fixture
def clip(rng, painted, lettered):
    return Clip(rng, painted, lettered)


def test_captions_that_can_be_read_pass(clip):
    assert clip.found(clip.written()) == set()


def test_captions_as_coding_leaves_them_pass(clip, rng):
    coded = cv2.GaussianBlur(clip.written(), (0, 0), 0.4).astype(np.int16)
    coded += rng.integers(-3, 4, coded.shape)
    assert clip.found(np.clip(coded, 0, 255).astype(np.uint8)) == set()


def test_missing_captions_are_found(clip):
    assert clip.found(clip.picture) == {"caption_contrast"}


def test_missing_captions_are_found_on_a_ground_of_their_own_colour(clip, rng):
    light = np.clip(clip.picture / 4.0 + rng.uniform(-25, 25) + code(clip.ink) - 32, 0, 255)
    assert clip.found(light.astype(np.uint8)) == {"caption_contrast"}


def test_captions_without_their_ground_are_found_on_their_own_colour(clip, rng):
    level = np.full_like(clip.picture, round(code(clip.ink)))
    near = (level + rng.integers(-9, 10)).clip(0, 255).astype(np.uint8)
    assert clip.found(clip.lettered(near, clip.box, code(clip.ink), int(near[0, 0]))) == {
        "caption_contrast"
    }


def test_faded_captions_are_found(clip, rng):
    mean, share = float(clip.picture.mean()), float(rng.uniform(0.05, 0.35))
    faded = mean + (clip.written().astype(np.float32) - mean) * share
    assert clip.found(np.rint(faded).astype(np.uint8)) == {"caption_contrast"}


def test_captions_elsewhere_than_was_said_are_found(clip, rng):
    x0, y0, x1, y1 = clip.box
    away = int(rng.choice([-1, 1]) * (y1 - y0) * rng.uniform(1.1, 1.4))
    told = clip.expected(box=(x0, y0 + away, x1, y1 + away))
    assert "caption_contrast" in clip.found(clip.written(), told)


def test_captions_under_buttons_are_found(clip, rng):
    wide, high = clip.size
    shares = UPRIGHT_SAFE if high > 1.5 * wide else TITLE_SAFE
    left, top, right, bottom = (a * b for a, b in zip(shares, clip.size * 2, strict=True))
    over, (x0, y0, x1, y1) = float(rng.uniform(2, 40)), clip.box
    shift = [
        (left - over - x0, 0), (right + over - x1, 0), (0, top - over - y0), (0, bottom + over - y1)
    ][rng.integers(4)]  # fmt: skip
    box = tuple(round(side + shift[at % 2]) for at, side in enumerate(clip.box))
    assert "caption_safe_area" in clip.found(clip.written(), clip.expected(box=box))


def test_a_late_first_caption_is_found(clip, rng):
    late = tuple(int(at) for at in np.sort(rng.integers(2_000, 3_300, 3)))
    assert clip.found(clip.written(), clip.expected(starts_ms=late)) == {"opening_caption"}


def test_inks_of_the_test_contrast_with_their_grounds():
    assert all(abs(luminance(ink) - luminance(ink_on(ink))) > 0.2 for ink in INKS)
