"""The camera: never the same move twice, always inside the picture, smooth to a fraction."""

from itertools import pairwise

import cv2
import numpy as np
import pytest

from media.camera import Camera
from media.focus import find_focus
from media.motion import View, shots, view
from media.planes import MARGIN, Planes, to_master
from media.scaling import NEAR_PX, Axis, steady_zoom, whole_cut
from media.style import load, names
from media.timeline import Frame, plan


def camera_plan(takes, style, focus=(0.3, 0.7)):
    look = load(style)
    film = plan(takes, look, Frame())
    return [shots(body, look.motion, film.frame, focus) for body in film.bodies]


@pytest.mark.parametrize("style", names())
def test_no_move_is_made_twice_in_a_row(style, takes):
    lengths = (2000, 9000, 14_000, 3000, 7000, 7000, 500)
    moves = [shot.move for scene in camera_plan(takes(*lengths), style) for shot in scene]
    assert all(a != b for a, b in pairwise(moves))


def test_long_scenes_get_several_shots_of_three_to_five_seconds(takes):
    for scene in camera_plan(takes(15_000, 11_000), "editorial"):
        assert len(scene) >= 3
        inner = [shot.end - shot.start for shot in scene[1:-1]]
        assert all(60 <= frames <= 180 for frames in inner)


@pytest.mark.parametrize("focus", [(0.0, 0.0), (0.5, 0.5), (1.0, 0.9)])
def test_the_camera_never_leaves_the_picture(focus, takes):
    for scene in camera_plan(takes(9000, 5000, 12_000), "pulp", focus):
        for at in range(-27, scene[-1].end + 5):
            seen = view(scene, at, 0.4)
            half = 0.5 / seen.zoom
            assert half - 1e-9 <= seen.x <= 1 - half + 1e-9
            assert half - 1e-9 <= seen.y <= 1 - half + 1e-9
            assert seen.zoom >= 1


def test_a_zoom_grows_by_the_same_share_every_frame(takes):
    (scene, *_) = camera_plan(takes(3500, 3000), "editorial")
    zooms = np.array([view(scene, at, 0.0).zoom for at in range(0, 90)])
    growth = np.diff(np.log(zooms))
    assert np.ptp(growth) < 1e-9
    assert growth[0] != 0


def test_a_pan_moves_by_exactly_the_fraction_asked_for():
    """A slow pan's steps, by least squares on gradients, differ by less than 0.02 px rms."""
    frame = Frame(width_px=256, height_px=256)
    noise = np.random.default_rng(2).normal(size=(384, 384))
    grey = np.clip(128 + cv2.GaussianBlur(noise, (0, 0), 4) * 600, 0, 255).astype(np.uint8)
    master = to_master(np.dstack([grey] * 3))
    camera, out = Camera(frame), Planes.empty(frame)
    pictures = []
    for step in range(40):
        camera.shoot(master, View(1.3, 0.45 + step * 0.0003, 0.5), out)
        pictures.append(out.y[8:-8, 8:-8].astype(np.float64))
    moved = []
    for before, after in pairwise(pictures):
        slope = np.gradient((before + after) / 2, axis=1)
        moved.append((slope * (after - before)).sum() / (slope**2).sum())
    assert np.std(moved) < 0.02
    assert np.mean(moved) == pytest.approx(0.0003 * 256 * 1.3, rel=0.05)


@pytest.mark.parametrize("zoom", [1.03, 1.11, 1.2, 1.25, 1.37, 1.449])
def test_scaling_a_cut_samples_where_the_camera_looks(zoom):
    """Where no whole pixel fits, None says so; the step 1.25 of zoom 1.2 has only quarters."""
    found = 0
    for first in np.linspace(0, 60, 101):
        axis = Axis(float(first), 1.5 / zoom)
        cut = whole_cut(axis, 1080, 1620 + 2 * MARGIN)
        if cut is not None:
            begins = cut.at + (cut.skip + 0.5) * axis.step - 0.5 - MARGIN
            assert abs(begins - first) <= NEAR_PX
            assert round((cut.end - cut.at) / axis.step) >= cut.skip + 1080
            found += 1
    assert found < 20 if zoom in (1.2, 1.25) else found > 60


@pytest.mark.parametrize("zoom", [1.04, 1.125, 1.2, 1.25, 1.3125, 1.45])
def test_a_level_move_is_scaled_wherever_it_goes(zoom):
    """Next to a zoom whose step is a short fraction stands one that reaches every place."""
    near = steady_zoom(zoom)
    axes = (Axis(float(first), 1.5 / near) for first in np.linspace(0, 60, 301))
    assert all(whole_cut(axis, 1080, 1620 + 2 * MARGIN) for axis in axes)
    assert near == pytest.approx(zoom, rel=0.006)


def test_scaling_and_warping_see_the_same():
    noise = np.random.default_rng(5).normal(size=(1080, 720, 3))
    image = np.clip(128 + cv2.GaussianBlur(noise, (0, 0), 3) * 500, 0, 255).astype(np.uint8)
    master, frame = to_master(image), Frame(width_px=480, height_px=720)
    scaled, warped = Planes.empty(frame), Planes.empty(frame)
    seen = View(1.1731, 0.51, 0.47)
    Camera(frame).shoot(master, seen, scaled)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("media.camera.NEAR_PX", -1.0)
        Camera(frame).shoot(master, seen, warped)
    for a, b in zip(scaled, warped, strict=True):
        assert np.abs(a.astype(int) - b).max() <= 2
        assert np.abs(a.astype(int) - b).mean() < 0.4


def test_the_focus_is_found_where_the_subject_is():
    image = np.full((800, 450, 3), 120, np.uint8)
    image += np.random.default_rng(1).integers(0, 20, image.shape, np.uint8)
    cv2.circle(image, (330, 260), 60, (230, 40, 30), -1)
    x, y = find_focus(image)
    assert abs(x - 330 / 450) < 0.12
    assert abs(y - 260 / 800) < 0.12


def test_a_flat_picture_has_its_focus_in_the_middle():
    x, y = find_focus(np.full((300, 300, 3), 77, np.uint8))
    assert (x, y) == pytest.approx((0.5, 0.5), abs=0.05)
