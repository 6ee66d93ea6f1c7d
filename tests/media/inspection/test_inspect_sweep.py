"""Twenty variations of each planted picture defect, shown to the observers without a codec."""

import cv2
import numpy as np
import pytest

from media.inspection.moving import MovingPictures
from media.inspection.stills import Stills
from media.report import Expected

FPS, SCENES = 30, ((1, 0, 2000), (2, 2000, 4000))
EXPECTED = Expected(width_px=270, height_px=480, fps=FPS, duration_ms=4000, scenes=SCENES)


def view(picture, zoom, dx, dy):
    height, width = picture.shape
    scale = zoom * 270 / width
    matrix = np.float32([[scale, 0, 135 - scale * width / 2 + dx],
                         [0, scale, 240 - scale * height / 2 + dy]])  # fmt: skip
    return cv2.warpAffine(picture, matrix, (270, 480), borderMode=cv2.BORDER_REFLECT)


def show(observer, pictures, rng, change=lambda _, luma: luma):
    """Run four seconds of two slowly moving pictures past an observer."""
    speed, dx, dy = rng.uniform(0.03, 0.12), rng.uniform(-8, 8), rng.uniform(-12, 12)
    for n in range(4 * FPS):
        number, share = 1 + n // 60, (n % 60) / 60
        moved = view(pictures[number], 1.05 + speed * share, dx * share, dy * share)
        luma = change(n, moved)
        observer.see(n * 1000 / FPS, luma, cv2.resize(luma, (135, 240), interpolation=3))
    return {(finding.check, finding.scene) for finding in observer.findings()}


@pytest.fixture
def rng(request):
    return np.random.default_rng(request.param)


variations = pytest.mark.parametrize("rng", range(20), indirect=True)


@variations
def test_moving_pictures(rng, painted):
    seed = int(rng.integers(1000))
    pictures = {1: painted(seed), 2: painted(seed + 1)}
    assert show(MovingPictures(EXPECTED), pictures, rng) == set()
    first, length = int(rng.integers(5, 100)), int(rng.integers(1, 4))
    level = int(rng.choice([16, 210, 235]))

    def flash(n, luma):
        return np.full_like(luma, level) if first <= n < first + length else luma

    scene = 1 + (first >= 60)
    if first + length <= 60 or first > 60:  # across a cut there is no picture to come back to
        assert ("flash", scene) in show(MovingPictures(EXPECTED), pictures, rng, flash)
    held, start = {}, int(rng.choice([0, 5, 60, 65]))

    def freeze(n, luma):
        return held.setdefault(0, luma) if start <= n < start + 52 else luma

    assert ("frozen", 1 + start // 60) in show(MovingPictures(EXPECTED), pictures, rng, freeze)


@variations
def test_stills(rng, painted):
    seed = int(rng.integers(1000))
    pictures = {1: painted(seed), 2: painted(seed + 1)}
    assert show(Stills(EXPECTED), pictures, rng) == set()
    blurred = cv2.GaussianBlur(pictures[2], (0, 0), float(rng.uniform(6, 25)))
    assert show(Stills(EXPECTED), {1: pictures[1], 2: blurred}, rng) == {("sharpness", 2)}
    crop = view(pictures[1], float(rng.uniform(1.0, 1.15)), *rng.uniform(-10, 10, 2))
    again = cv2.resize(crop, (360, 640), interpolation=cv2.INTER_CUBIC)
    assert ("duplicate", 2) in show(Stills(EXPECTED), {1: pictures[1], 2: again}, rng)
