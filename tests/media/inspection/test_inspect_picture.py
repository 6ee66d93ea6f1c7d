"""Pictures that can be filmed pass; planted defects are named."""

import cv2
import numpy as np
import pytest

from media.inspect import inspect_picture


@pytest.fixture
def saved(tmp_path):
    def save(picture, name="picture.png"):
        path = tmp_path / name
        assert cv2.imwrite(str(path), picture)
        return path

    return save


def checks(findings):
    return {finding.check for finding in findings}


@pytest.mark.parametrize("size", [(768, 1344), (1080, 1920), (1536, 2752)])
@pytest.mark.parametrize("name", ["p.png", "p.jpg"])
def test_good_pictures_pass(size, name, saved, painted):
    assert inspect_picture(saved(painted(5, size), name)) == []


@pytest.mark.parametrize(("size", "aspect"), [((1344, 768), (16, 9)), ((1024, 1024), (1, 1))])
def test_other_shapes_pass_where_they_are_asked(size, aspect, saved, painted):
    path = saved(painted(5, size))
    assert inspect_picture(path, aspect) == []
    assert "picture_shape" in checks(inspect_picture(path))


def test_webp_passes(saved, painted):
    assert inspect_picture(saved(painted(5, (768, 1344)), "p.webp")) == []


def test_flat_artwork_is_sharp(saved):
    poster = np.full((1344, 768), 40, np.uint8)
    cv2.circle(poster, (384, 600), 260, 210, -1, cv2.LINE_AA)
    assert inspect_picture(saved(poster)) == []


@pytest.mark.parametrize("level", [0, 16, 128, 255])
def test_one_colour_is_found(level, saved):
    assert "flat" in checks(inspect_picture(saved(np.full((1344, 768), level, np.uint8))))


@pytest.mark.parametrize("sigma", [6, 10, 25, 60])
@pytest.mark.parametrize("seed", [5, 6, 7])
def test_blur_is_found(sigma, seed, saved, painted):
    picture = cv2.GaussianBlur(painted(seed, (768, 1344)), (0, 0), sigma)
    assert "sharpness" in checks(inspect_picture(saved(picture)))


def test_an_enlarged_thumbnail_is_found(saved, painted):
    small = cv2.resize(painted(5, (768, 1344)), (96, 168), interpolation=cv2.INTER_AREA)
    large = cv2.resize(small, (768, 1344), interpolation=cv2.INTER_CUBIC)
    assert "sharpness" in checks(inspect_picture(saved(large)))


@pytest.mark.parametrize("spread", [0.1, 0.15])
def test_a_washed_out_picture_is_found(spread, saved, painted):
    grey = 128 + (painted(5, (768, 1344)).astype(np.float32) - 128) * spread
    assert checks(inspect_picture(saved(grey.astype(np.uint8)))) & {"contrast", "flat", "sharpness"}


@pytest.mark.parametrize("size", [(1, 1), (64, 114), (300, 533)])
def test_a_tiny_picture_is_found(size, saved, painted):
    assert "picture_size" in checks(inspect_picture(saved(painted(5, size))))


def test_a_huge_picture_is_measured(saved, painted):
    huge = cv2.resize(painted(5, (1080, 1920)), (3400, 6044))
    assert "picture_readable" not in checks(inspect_picture(saved(huge)))


@pytest.mark.parametrize("share", [0.0, 0.02, 0.5])
def test_a_cut_file_is_found(share, saved, painted):
    path = saved(painted(5, (768, 1344)))
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])
    assert checks(inspect_picture(path)) == {"picture_readable"}


@pytest.mark.parametrize("share", [0.3, 0.7])
def test_a_cut_jpeg_is_found(share, saved, painted):
    path = saved(painted(5, (768, 1344)), "p.jpg")
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])
    assert checks(inspect_picture(path)) == {"picture_readable"}


def test_what_is_no_picture_is_found(tmp_path):
    path = tmp_path / "picture.png"
    path.write_bytes(b"<html>not found</html>")
    assert checks(inspect_picture(path)) == {"picture_readable"}
    assert checks(inspect_picture(tmp_path / "missing.png")) == {"picture_readable"}
