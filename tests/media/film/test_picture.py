"""Pictures of every kind are read by a clear rule or refused with the reason."""

import os

import cv2
import numpy as np
import pytest
import pyvips

from media.frames import open_scene
from media.picture import cover, fit, measure
from media.style import load
from media.timeline import plan
from shortfactory.errors import MediaError


def write(path, image, **options):
    pyvips.Image.new_from_array(image).copy(**options).write_to_file(str(path))
    return path


def halves(height=300, width=200):
    """Red above, blue below."""
    image = np.zeros((height, width, 3), np.uint8)
    image[: height // 2, :, 0] = 220
    image[height // 2 :, :, 2] = 220
    return image


def test_transparency_shows_the_background(tmp_path):
    image = np.dstack([halves(), np.zeros((300, 200), np.uint8)])
    path = write(tmp_path / "a.png", image, interpretation="srgb")
    pixels, _ = cover(path, 100, 160, background=(10, 200, 30))
    assert np.abs(pixels.reshape(-1, 3).mean(axis=0) - (10, 200, 30)).max() < 2


def test_sixteen_bits_become_eight(tmp_path):
    image = halves().astype(np.uint16) * 257
    path = write(tmp_path / "a.png", image, interpretation="rgb16")
    pixels = fit(path, 150)
    assert abs(int(pixels[20, 50, 0]) - 220) <= 2


def test_grey_becomes_rgb(tmp_path):
    cv2.imwrite(str(tmp_path / "a.png"), np.full((200, 200), 90, np.uint8))
    assert fit(tmp_path / "a.png", 100).shape == (100, 100, 3)


def test_cmyk_becomes_rgb(tmp_path):
    image = pyvips.Image.new_from_array(halves()).copy(interpretation="srgb")
    image.colourspace("cmyk").jpegsave(str(tmp_path / "a.jpg"))
    red, _, blue = fit(tmp_path / "a.jpg", 150)[20, 50]
    assert red > blue + 60


def test_the_camera_s_rotation_is_obeyed(tmp_path):
    image = pyvips.Image.new_from_array(halves()).copy(interpretation="srgb")
    image.set_type(pyvips.GValue.gint_type, "orientation", 6)
    image.jpegsave(str(tmp_path / "a.jpg"))
    size = measure(tmp_path / "a.jpg")
    assert (size.width_px, size.height_px) == (300, 200)
    pixels = fit(tmp_path / "a.jpg", 300)
    assert pixels[100, 250, 0] > 150  # what was on top is now on the right
    assert pixels[100, 50, 2] > 150


@pytest.mark.parametrize(
    ("size", "kept"), [((768, 1376), (768, 1365)), ((1536, 2752), (1080, 1920))]
)
def test_a_nano_banana_picture_fills_the_frame_by_losing_a_few_rows(tmp_path, size, kept):
    width, height = size
    path = write(tmp_path / "a.png", halves(height, width), interpretation="srgb")
    pixels, _ = cover(path, 1080, 1920)
    assert (pixels.shape[1], pixels.shape[0]) == kept
    assert pixels.any(axis=2).all()  # no bars


def test_the_cut_follows_the_focus(tmp_path):
    path = write(tmp_path / "a.png", halves(400, 800), interpretation="srgb")
    pixels, aim = cover(path, 100, 400, focus=(0.9, 0.5))
    assert pixels.shape == (400, 100, 3)
    assert aim[0] > 0.15
    assert 0 <= aim[0] <= 1


def test_a_giant_picture_is_read_in_bounded_time(tmp_path):
    pyvips.Image.black(20_000, 300, bands=3).copy(interpretation="srgb").write_to_file(
        str(tmp_path / "a.png")
    )
    assert cover(tmp_path / "a.png", 200, 300)[0].shape == (300, 200, 3)


def test_a_truncated_picture_is_refused(tmp_path):
    noise = np.random.default_rng(1).integers(0, 255, (600, 400, 3), np.uint8)
    write(tmp_path / "whole.png", noise, interpretation="srgb")
    (tmp_path / "a.png").write_bytes((tmp_path / "whole.png").read_bytes()[:200_000])
    with pytest.raises(MediaError, match=r"a\.png is damaged"):
        fit(tmp_path / "a.png", 200)


def test_a_picture_of_one_pixel_is_refused(tmp_path):
    path = write(tmp_path / "a.png", np.zeros((1, 1, 3), np.uint8), interpretation="srgb")
    with pytest.raises(MediaError, match=r"1x1 px.*at least 64"):
        measure(path)


@pytest.mark.parametrize("data", [b"", b"no picture", b"\x89PNG\r\n\x1a\n"])
def test_a_file_that_is_no_picture_is_refused(tmp_path, data):
    (tmp_path / "a.png").write_bytes(data)
    with pytest.raises(MediaError, match="not a picture"):
        measure(tmp_path / "a.png")


def test_a_missing_picture_is_named(tmp_path):
    with pytest.raises(MediaError, match=r"gone\.png"):
        fit(tmp_path / "gone.png", 100)


def test_a_picture_written_anew_under_its_old_name_is_opened_anew(takes, small, tmp_path):
    path, style = tmp_path / "again.png", load("editorial")
    seen: list[float] = []
    for at, shade in enumerate((40, 40, 200)):
        cv2.imwrite(str(path), np.full((400, 225, 3), shade, np.uint8))
        os.utime(path, ns=(at // 2, at // 2))
        body = plan(takes(900, 900, picture=path), style, small).bodies[0]
        seen.append(float(open_scene(body, style, small).master.y.mean()))
    assert seen[0] == seen[1] < 60
    assert seen[2] > 150


@pytest.mark.parametrize("ending", ["jpg", "png", "webp", "gif", "tif", "avif"])
def test_every_usual_format_shows_its_colours(tmp_path, ending):
    path = write(tmp_path / f"a.{ending}", halves(), interpretation="srgb")
    pixels, _ = cover(path, 90, 160)
    assert np.abs(pixels[10, 45].astype(int) - (220, 0, 0)).max() <= 6
    assert np.abs(pixels[150, 45].astype(int) - (0, 0, 220)).max() <= 6


def test_a_wide_gamut_profile_is_converted(tmp_path):
    """Display P3 writes sRGB's (200, 40, 40) as (180, 55, 49): read raw it would be duller."""
    red = np.full((200, 200, 3), (200, 40, 40), np.uint8)
    image = pyvips.Image.new_from_array(red).copy(interpretation="srgb")
    image.icc_export(output_profile="p3").write_to_file(str(tmp_path / "a.png"))
    raw = pyvips.Image.new_from_file(str(tmp_path / "a.png")).numpy()[5, 5]
    assert np.abs(raw.astype(int) - (200, 40, 40)).max() > 12
    assert np.abs(fit(tmp_path / "a.png", 100)[5, 5].astype(int) - (200, 40, 40)).max() <= 6


@pytest.mark.parametrize("size", [(64, 6000), (6000, 64), (64, 64)])
def test_a_strip_is_cut_to_the_shape_of_the_frame(tmp_path, size):
    noise = np.random.default_rng(1).integers(0, 255, (*size, 3), np.uint8)
    path = write(tmp_path / "a.png", noise, interpretation="srgb")
    pixels, aim = cover(path, 1620, 2880, (0.9, 0.5))
    assert pixels.shape[1] / pixels.shape[0] == pytest.approx(1620 / 2880, rel=0.02)
    assert all(0 <= share <= 1 for share in aim)
