"""Good films pass; a film with a planted defect is found out, with its scene."""

import cv2
import numpy as np
import pytest

from media.inspect import inspect_film
from shortfactory.story import Plain

RATE_HZ = 48_000


def checks(report, scene="any"):
    return {f.check for f in report.findings if scene in ("any", f.scene)}


def between(first, last, change):
    """Change only the frames first..last."""
    return lambda n, luma: change(luma) if first <= n <= last else luma


@pytest.fixture(scope="module")
def good(build, wanted):
    return inspect_film(build(), wanted())


def test_a_good_film_passes(good):
    assert good.findings == ()
    assert good.passed


def test_the_report_says_what_was_measured(good):
    assert good.measurements["size"] == "270x480"
    assert good.measurements["loudness_lufs"] == pytest.approx(-14, abs=0.2)
    assert abs(good.measurements["onset_error_ms"]) < 20
    assert good.measurements["duration_ms"] == pytest.approx(5000, abs=1)
    assert isinstance(good, Plain)
    assert type(good).model_validate_json(good.model_dump_json()) == good


@pytest.mark.parametrize("seed", range(3, 6))
def test_good_films_of_other_pictures_pass(seed, build, wanted, painted):
    path = build(pictures={1: painted(seed), 2: painted(seed + 100)})
    assert inspect_film(path, wanted()).findings == ()


@pytest.mark.parametrize("drift", [0.25, -1.0, 2.0])
def test_slow_and_fast_cameras_pass(drift, build, wanted):
    assert inspect_film(build(drift={1: drift, 2: drift}), wanted()).findings == ()


def test_a_crossfade_is_no_flash(build, wanted, painted):
    pictures = {1: painted(1), 2: painted(2)}

    def fade(n, luma):
        share = min(1.0, max(0.0, (72 - n) / 14))
        other = cv2.resize(pictures[2], luma.shape[::-1])
        return cv2.addWeighted(luma, share, other, 1 - share, 0) if n < 72 else luma

    assert "flash" not in checks(inspect_film(build(frame=fade), wanted()))


BLACK = np.full((480, 270), 16, np.uint8)


@pytest.mark.parametrize(
    ("first", "last", "level", "scene"),
    [(20, 20, 16, 1), (30, 45, 16, 1), (100, 101, 18, 2), (140, 149, 20, 2), (0, 3, 16, 1)],
)
def test_black_frames_are_found(first, last, level, scene, build, wanted):
    path = build(finished=between(first, last, lambda luma: np.full_like(luma, level)))
    assert "black" in checks(inspect_film(path, wanted()), scene)


def test_a_caption_on_black_is_still_black(build, wanted):
    path = build(frame=between(80, 100, lambda luma: np.full_like(luma, 16)))
    assert "black" in checks(inspect_film(path, wanted()), 2)


@pytest.mark.parametrize(("first", "seconds", "scene"), [(0, 2.2, 1), (75, 2.4, 2), (85, 1.7, 2)])
def test_a_frozen_picture_is_found_though_captions_move(first, seconds, scene, build, wanted):
    held = {}

    def freeze(n, luma):
        inside = first <= n < first + seconds * 30
        return held.setdefault("picture", luma) if inside else luma

    report = inspect_film(build(frame=freeze), wanted())
    assert "frozen" in checks(report, scene)


@pytest.mark.parametrize("drift", [{1: 0.0, 2: 1.0}, {1: 1.0, 2: 0.0}])
def test_a_camera_that_never_moves_is_found(drift, build, wanted):
    still = next(number for number, amount in drift.items() if not amount)
    report = inspect_film(build(drift=drift), wanted())
    assert "frozen" in checks(report, still)
    assert ("opening_motion" in checks(report)) == (still == 1)


@pytest.mark.parametrize(
    ("first", "length", "level", "scene"),
    [(40, 1, 235, 1), (41, 2, 235, 1), (110, 3, 16, 2), (90, 1, 200, 2), (95, 3, 220, 2)],
)
def test_flash_frames_are_found(first, length, level, scene, build, wanted):
    flash = between(first, first + length - 1, lambda luma: np.full_like(luma, level))
    assert "flash" in checks(inspect_film(build(finished=flash), wanted()), scene)


def test_a_foreign_frame_is_found(build, wanted, painted):
    foreign = cv2.resize(painted(77), (270, 480))
    path = build(finished=between(60, 60, lambda _: foreign))
    assert "flash" in checks(inspect_film(path, wanted()), 1)


@pytest.mark.parametrize(("sigma", "scene"), [(5.0, 1), (8.0, 2), (20.0, 1)])
def test_a_blurred_picture_is_found(sigma, scene, build, wanted, painted):
    pictures = {1: painted(1), 2: painted(2)}
    pictures[scene] = cv2.GaussianBlur(pictures[scene], (0, 0), sigma)
    report = inspect_film(build(pictures=pictures), wanted())
    assert checks(report, scene) >= {"sharpness"}
    assert "sharpness" not in checks(report, 3 - scene)


@pytest.mark.parametrize("level", [40, 128, 220])
def test_an_empty_picture_is_found(level, build, wanted, painted):
    pictures = {1: painted(1), 2: np.full((640, 360), level, np.uint8)}
    assert "flat" in checks(inspect_film(build(pictures=pictures), wanted()), 2)


@pytest.mark.parametrize(("zoom", "light"), [(1.0, 0), (1.1, 0), (0.93, 15), (1.2, -20)])
def test_the_same_picture_twice_is_found(zoom, light, build, wanted, painted):
    size = (round(360 * zoom), round(640 * zoom))
    again = cv2.resize(painted(1), size, interpolation=cv2.INTER_AREA).astype(np.int16) + light
    top, left = (again.shape[0] - 640) // 2, (again.shape[1] - 360) // 2
    if zoom > 1:
        again = again[top : top + 640, left : left + 360]
    pictures = {1: painted(1), 2: np.clip(again, 16, 235).astype(np.uint8)}
    assert "duplicate" in checks(inspect_film(build(pictures=pictures), wanted()), 2)


@pytest.mark.parametrize(
    ("box", "caught"),
    [((40, 270, 220, 320), False), ((10, 270, 190, 320), True), ((40, 270, 250, 320), True),
     ((40, 400, 220, 450), True), ((40, 20, 220, 70), True), ((27, 68, 232, 365), False)],
)  # fmt: skip
def test_captions_outside_the_safe_area_are_found(box, caught, build, wanted):
    cues = tuple(cue.model_copy(update={"box": box}) for cue in wanted().cues)
    report = inspect_film(build(), wanted(cues=cues))
    assert ("caption_safe_area" in checks(report)) == caught


def test_missing_captions_are_found(build, wanted):
    def plain(_, luma):
        luma[265:330] = 120
        return luma

    report = inspect_film(build(frame=plain, captioned=False), wanted())
    assert "caption_contrast" in checks(report)


def test_captions_nobody_can_read_are_found(build, wanted):
    def fade(_, luma):
        inside = luma[265:330].astype(np.float32)
        luma[265:330] = 150 + (inside - inside.mean()) * 0.2
        return luma

    assert "caption_contrast" in checks(inspect_film(build(finished=fade), wanted()))


def test_a_late_first_caption_is_found(build, wanted):
    late = wanted().cues[4:]
    assert "opening_caption" in checks(inspect_film(build(), wanted(cues=late)))
