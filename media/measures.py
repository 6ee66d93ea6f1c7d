"""The measurements of a film as rows for a person: what, how much, how much is allowed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from pydantic import JsonValue

from media.inspection.captions import LEAST_CONTRAST
from media.inspection.sound import HIGHEST_DBTP, TARGET_LUFS, TOLERANCE_LU
from media.inspection.stills import WIDEST_EDGE_PX
from media.inspection.timing import LARGEST_ONSET_MS
from media.report import Expected, Report

PER_SCENE = re.compile(r"(.+)_scene_(\d+)")


class Row(NamedTuple):
    """One line of the table. `limit` is empty where a value is only told."""

    label: str
    measured: str
    limit: str
    failed: bool


class _Measure(NamedTuple):
    label: str
    unit: str
    limit: str
    checks: tuple[str, ...]  # a finding of one of these makes the row fail


def rows(report: Report, expected: Expected) -> tuple[Row, ...]:
    """Every measurement in the report's order; those of scenes carry the scene's number."""
    return tuple(_rows(report, expected))


def _rows(report: Report, expected: Expected) -> Iterator[Row]:
    known = _known(expected)
    failed = {(each.check, each.scene) for each in report.findings if each.severity == "fail"}
    checks = {check for check, _ in failed}
    for name, value in report.measurements.items():
        part = PER_SCENE.fullmatch(name)
        measure = known.get(part[1] if part else name) or _Measure(_words(name), "", "", ())
        if part:
            bad = any((check, int(part[2])) in failed for check in measure.checks)
            yield Row(
                f"{measure.label}, scene {part[2]}", _said(value, measure), measure.limit, bad
            )
        else:
            bad = not checks.isdisjoint(measure.checks)
            yield Row(measure.label, _said(value, measure), measure.limit, bad)


def _said(value: JsonValue, measure: _Measure) -> str:
    if value is None:
        return "not measured"
    return (
        f"{value:g} {measure.unit}".strip()
        if isinstance(value, float)
        else (f"{value} {measure.unit}".strip())
    )


def _words(name: str) -> str:
    return name.replace("_", " ").capitalize()


def _known(expected: Expected) -> dict[str, _Measure]:
    size = f"{expected.width_px}x{expected.height_px}"
    return {
        "video_codec": _Measure("Video codec", "", "h264", ("video_codec",)),
        "profile": _Measure("Profile", "", "High", ("profile",)),
        "pixel_format": _Measure("Pixel format", "", "yuv420p", ("pixel_format",)),
        "size": _Measure("Size", "", size, ("size",)),
        "pixel_shape": _Measure("Pixel shape", "", "1", ("pixel_shape",)),
        "frame_rate": _Measure(
            "Frame rate", "fps", f"{expected.fps} fps", ("frame_rate", "constant_rate")
        ),
        "color_tags": _Measure("Colour tags", "", "bt709 limited", ("color_tags",)),
        "audio_codec": _Measure("Sound codec", "", "aac LC", ("audio_codec",)),
        "audio_rate": _Measure("Sound rate", "Hz", "48000 Hz", ("audio_rate",)),
        "audio_channels": _Measure("Sound channels", "", "2", ("audio_channels",)),
        "moving_share": _Measure("Share of frames that move", "", "", ("frozen", "opening_motion")),
        "largest_step": _Measure("Largest step between frames", "code values", "", ("flash",)),
        "edge_px": _Measure(
            "Width of the sharpest edges", "px", f"≤ {WIDEST_EDGE_PX:g} px", ("sharpness",)
        ),
        "caption_contrast": _Measure(
            "Lowest contrast of a caption",
            ": 1",
            f"≥ {LEAST_CONTRAST:g} : 1",
            ("caption_contrast",),
        ),
        "duration_ms": _Measure(
            "Length", "ms", f"{expected.duration_ms} ms ± 1 frame", ("duration",)
        ),
        "loudness_lufs": _Measure(
            "Loudness", "LUFS", f"{TARGET_LUFS:g} ± {TOLERANCE_LU:g} LUFS", ("loudness",)
        ),
        "true_peak_dbtp": _Measure("True peak", "dBTP", f"≤ {HIGHEST_DBTP:g} dBTP", ("true_peak",)),
        "sample_peak": _Measure("Highest sample", "", "", ("clipping",)),
        "audio_start_ms": _Measure("Start of the sound", "ms", "with the picture", ("av_offset",)),
        "onset_error_ms": _Measure(
            "Voice after its caption", "ms", f"± {LARGEST_ONSET_MS} ms", ("caption_onset",)
        ),
    }
