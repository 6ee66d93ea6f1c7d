"""Twenty variations of every planted picture defect, shown to the observers without a codec."""

import cv2
import numpy as np
import pytest

from media.inspection.moving import MovingPictures
from media.inspection.stills import Stills
from media.report import Expected, ExpectedCue

SHAPES = ((270, 480), (480, 270), (360, 360), (288, 360))
SECOND_S = 2  # the second scene begins here; the film is twice as long


class Clip:
    """Two slowly moving pictures with a caption that changes, in a shape and at a rate."""

    def __init__(self, rng, painted, lettered):
        self.rng, self.lettered = rng, lettered
        self.size, self.fps = SHAPES[rng.integers(4)], int(rng.choice([24, 25, 30]))
        seed, larger = int(rng.integers(10_000)), [round(side * 4 / 3) for side in self.size]
        self.pictures = {1: painted(seed, larger), 2: painted(seed + 1, larger)}
        width, height = self.size
        self.box = (width // 5, round(height * 0.56), width * 4 // 5, round(height * 0.56) + 48)
        # a word that springs up is for a moment larger than its place
        grown = int(rng.uniform(0, 0.03) * min(self.size))
        self.drawn = (
            self.box[0] - grown,
            self.box[1] - grown,
            self.box[2] + grown,
            self.box[3] + grown,
        )
        cues = [
            ExpectedCue(
                text="here", start_ms=at, end_ms=at + 600, scene=1 + at // 2000, box=self.box
            )
            for at in (300, 1_100, 2_300, 3_100)
        ]
        self.expected = Expected(
            width_px=width, height_px=height, fps=self.fps, duration_ms=4_000, cues=cues,
            scenes=((1, 0, 2_000), (2, 2_000, 4_000)),
        )  # fmt: skip
        self.speed, self.drift = {1: 1.0, 2: 1.0}, rng.uniform([0.03, -8, -12], [0.12, 8, 12])

    @property
    def frames(self):
        return 2 * SECOND_S * self.fps

    def some(self, longest):
        """A scene, and a run of its frames that neither begins nor ends it."""
        scene, border = int(self.rng.integers(1, 3)), SECOND_S * self.fps
        long = int(self.rng.integers(1, longest + 1))
        first = int(self.rng.integers(2, border - long - 2)) + (scene - 1) * border
        return scene, range(first, first + long)

    def frame(self, n, change=lambda _, luma: luma):
        number = 1 + n // (SECOND_S * self.fps)
        share = (n / self.fps % SECOND_S) / SECOND_S * self.speed[number]
        zoom, dx, dy = self.drift * share
        (width, height), (wide, high) = self.size, self.pictures[number].shape[::-1]
        scale = (1.05 + zoom) * width / wide
        shift = (width - scale * wide) / 2 + dx, (height - scale * high) / 2 + dy
        matrix = np.float32([[scale, 0, shift[0]], [0, scale, shift[1]]])
        picture = self.pictures[number]
        luma = cv2.warpAffine(picture, matrix, self.size, borderMode=cv2.BORDER_REFLECT)
        luma = change(n, luma)
        worded = any(cue.start_ms <= n * 1000 / self.fps < cue.end_ms for cue in self.expected.cues)
        return self.lettered(luma, self.drawn) if worded else luma

    def seen(self, observer, change=lambda _, luma: luma, step=1):
        """(check, scene) of everything that an observer finds in the clip."""
        small = (135, round(135 * self.size[1] / self.size[0]))
        for n in range(0, self.frames, step):
            luma = self.frame(n, change)
            observer.see(n * 1000 / self.fps, luma, cv2.resize(luma, small, interpolation=3))
        return {(finding.check, finding.scene) for finding in observer.findings()}

    def moving(self, change=lambda _, luma: luma):
        return self.seen(MovingPictures(self.expected), change)

    def stills(self):
        return self.seen(Stills(self.expected), step=6)  # it looks six times in all


@pytest.fixture
def clip(rng, painted, lettered):
    return Clip(rng, painted, lettered)


def within(frames, change):
    return lambda n, luma: change(luma) if n in frames else luma


def test_clean_pictures_pass(clip):
    assert clip.moving() == set()
    assert clip.stills() == set()


def test_black_is_found_under_captions_too(clip, rng):
    scene, frames = clip.some(longest=20)
    noise = rng.integers(0, 4, clip.size[::-1])
    level = int(rng.integers(14, 20))
    change = within(frames, lambda _: (level + noise).astype(np.uint8))
    assert ("black", scene) in clip.moving(change)


def test_a_flash_is_found(clip, rng):
    scene, frames = clip.some(longest=3)
    level = int(rng.choice([16, 180, 210, 235]))
    change = within(frames, lambda luma: np.full_like(luma, level))
    assert ("flash", scene) in clip.moving(change)


def test_a_foreign_frame_is_found(clip, painted, rng):
    scene, frames = clip.some(longest=3)
    foreign = painted(20_000 + int(rng.integers(1_000)), clip.size)
    assert ("flash", scene) in clip.moving(within(frames, lambda _: foreign))


def test_a_frozen_picture_is_found(clip, rng):
    scene, held = int(rng.integers(1, 3)), {}
    first = (scene - 1) * SECOND_S * clip.fps + int(rng.integers(0, clip.fps // 5))
    frames = range(first, first + round(clip.fps * rng.uniform(1.65, 1.8)))
    noise = rng.integers(-1, 2, (4, *clip.size[::-1])).astype(np.int16)

    def freeze(n, luma):
        if n not in frames:
            return luma
        kept = held.setdefault(0, luma).astype(np.int16)
        return np.clip(kept + noise[n % 4], 0, 255).astype(np.uint8)  # as coding leaves it

    assert ("frozen", scene) in clip.moving(freeze)


def test_a_still_beginning_is_found(clip, rng):
    clip.speed[1] = float(rng.uniform(0, 0.002))
    assert ("opening_motion", None) in clip.moving()


def test_a_blurred_picture_is_found(clip, rng):
    scene = int(rng.integers(1, 3))
    blurred = cv2.GaussianBlur(clip.pictures[scene], (0, 0), float(rng.uniform(6, 25)))
    clip.pictures[scene] = blurred
    assert clip.stills() == {("sharpness", scene)}


def test_an_empty_picture_is_found(clip, rng):
    scene, shape = int(rng.integers(1, 3)), clip.pictures[1].shape
    slope = np.linspace(0, float(rng.uniform(0, 12)), shape[0])[:, None]
    grain = rng.normal(0, float(rng.uniform(0, 3)), shape)
    clip.pictures[scene] = np.clip(rng.integers(30, 220) + slope + grain, 0, 255).astype(np.uint8)
    assert ("flat", scene) in clip.stills()


def test_the_same_picture_twice_is_found(clip, rng):
    high, wide = clip.pictures[1].shape
    zoom, dx, dy = rng.uniform([0.93, -10, -10], [1.15, 10, 10])
    matrix = np.float32(
        [[zoom, 0, (1 - zoom) * wide / 2 + dx], [0, zoom, (1 - zoom) * high / 2 + dy]]
    )
    again = cv2.warpAffine(clip.pictures[1], matrix, (wide, high), borderMode=cv2.BORDER_REFLECT)
    light = again * rng.uniform(0.85, 1.1) + rng.uniform(-15, 15)
    clip.pictures[2] = np.clip(light, 16, 235).astype(np.uint8)
    assert ("duplicate", 2) in clip.stills()


def test_two_pictures_under_the_same_sun_are_not_the_same(clip, rng):
    high, wide = clip.pictures[1].shape
    x, y, radius = (
        wide // 2,
        round(high * 0.3),
        round(min(high * 0.56, wide) * rng.uniform(0.1, 0.22)),
    )
    for picture in clip.pictures.values():
        hero = cv2.resize(picture, (radius, radius))
        cv2.circle(picture, (x, y), radius, 235, -1)
        picture[y : y + radius, x : x + radius] = hero
    assert ("duplicate", 2) not in clip.stills()
