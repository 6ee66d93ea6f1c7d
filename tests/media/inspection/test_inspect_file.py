"""Planted defects of the file: codecs, tags, boxes, damage."""

import pytest

from media.inspect import inspect_film


def checks(report):
    return {finding.check for finding in report.findings}


@pytest.mark.parametrize(
    ("changes", "check"),
    [
        ({"movflags": "+negative_cts_offsets"}, "faststart"),
        ({"movflags": "+faststart", "use_editlist": "1"}, "edit_list"),
        ({"x264": {"profile": "baseline"}}, "profile"),
        ({"x264": {"profile": "main"}}, "profile"),
        ({"pixel_format": "yuv422p", "x264": {"profile": "high422"}}, "pixel_format"),
        ({"pixel_format": "yuv444p", "x264": {"profile": "high444"}}, "pixel_format"),
        ({"tags": (2, 2, 2, 1)}, "color_tags"),
        ({"tags": (6, 6, 6, 1)}, "color_tags"),
        ({"tags": (1, 1, 1, 2)}, "color_tags"),
        ({"fps": 25}, "frame_rate"),
        ({"fps": 60}, "frame_rate"),
        ({"size": (272, 480)}, "size"),
        ({"size": (540, 960)}, "size"),
        ({"audio_codec": "libmp3lame"}, "audio_codec"),
        ({"audio_codec": None}, "audio_codec"),
        ({"audio_layout": "mono"}, "audio_channels"),
        ({"audio_rate": 44_100}, "audio_rate"),
        ({"x264": {"g": "150", "keyint_min": "150", "sc_threshold": "0"}}, "keyframes"),
        ({"times": lambda n: n + (n > 70)}, "constant_rate"),
        ({"frames": 140}, "duration"),
        ({"frames": 152}, "duration"),
    ],
)
def test_a_wrong_property_is_found(changes, check, build, wanted):
    report = inspect_film(build(**changes), wanted())
    assert check in checks(report)
    assert not report.passed


@pytest.mark.parametrize("share", [0.2, 0.5, 0.9])
def test_a_cut_file_is_found(share, build, wanted, tmp_path):
    whole = build().read_bytes()
    cut = tmp_path / "cut.mp4"
    cut.write_bytes(whole[: int(len(whole) * share)])
    assert "decodable" in checks(inspect_film(cut, wanted()))


@pytest.mark.parametrize("share", [0.3, 0.6, 0.8])
def test_damage_in_the_middle_is_found(share, build, wanted, tmp_path):
    data = bytearray(build().read_bytes())
    at = int(len(data) * share)
    data[at : at + 3_000] = bytes(3_000)
    damaged = tmp_path / "damaged.mp4"
    damaged.write_bytes(data)
    assert "decodable" in checks(inspect_film(damaged, wanted()))


@pytest.mark.parametrize("content", [b"", b"\0" * 4096, b"no film at all", b"\0\0\0\x08moov"])
def test_what_is_no_film_is_a_finding(content, wanted, tmp_path):
    path = tmp_path / "film.mp4"
    path.write_bytes(content)
    report = inspect_film(path, wanted())
    assert "decodable" in checks(report)
    assert not report.passed


def test_a_missing_file_is_a_finding(wanted, tmp_path):
    assert "decodable" in checks(inspect_film(tmp_path / "none.mp4", wanted()))
