"""The measurements of a film as rows for a person: what, how much, how much is allowed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from pydantic import JsonValue

from media.inspection.captions import LEAST_CONTRAST, OPENING_MS
from media.inspection.covered import MOST_COVERED
from media.inspection.moving import FROZEN_S
from media.inspection.sound import HIGHEST_DBTP, LONGEST_SILENCE_MS, TARGET_LUFS, TOLERANCE_LU
from media.inspection.stills import ALIKE, WIDEST_EDGE_PX
from media.inspection.timing import LARGEST_ONSET_MS, LATE_VOICE_MS
from media.report import Expected, Report

PER_SCENE = re.compile(r"(.+)_scene_(\d+)")


GROUPS = ("File", "Picture", "Captions", "Sound", "Other")


class Row(NamedTuple):
    """One line of the table. `limit` is empty where a value is only told."""

    group: str
    label: str
    measured: str
    limit: str
    failed: bool


class _Measure(NamedTuple):
    group: str
    label: str
    unit: str
    limit: str
    checks: tuple[str, ...]  # a finding of one of these makes the row fail


def rows(report: Report, expected: Expected) -> tuple[Row, ...]:
    """Every measurement, group by group; those of scenes carry the scene's number."""
    return tuple(sorted(_rows(report, expected), key=lambda row: GROUPS.index(row.group)))


def _rows(report: Report, expected: Expected) -> Iterator[Row]:
    known = _known(expected)
    failed = {(each.check, each.scene) for each in report.findings if each.severity == "fail"}
    checks = {check for check, _ in failed}
    for name, value in report.measurements.items():
        part = PER_SCENE.fullmatch(name)
        measure = known.get(part[1] if part else name)
        measure = measure or _Measure("Other", _words(name), "", "", ())
        label, bad = measure.label, not checks.isdisjoint(measure.checks)
        if part:
            label = f"{label}, scene {part[2]}"
            bad = any((check, int(part[2])) in failed for check in measure.checks)
        limit = "" if value is None and not bad else measure.limit  # nothing was held against it
        yield Row(measure.group, label, _said(value, measure), limit, bad)


def _said(value: JsonValue, measure: _Measure) -> str:
    if value is None:
        return "not measured"
    number = f"{value:g}" if isinstance(value, float) else str(value)
    return f"{number} {measure.unit}".strip()


def _words(name: str) -> str:
    return name.replace("_", " ").capitalize()


def _known(expected: Expected) -> dict[str, _Measure]:
    return {**_file(expected), **_picture(), **_captions(expected), **_sound()}


def _file(expected: Expected) -> dict[str, _Measure]:
    def plain(label: str, name: str, limit: str, unit: str = "") -> _Measure:
        return _Measure("File", label, unit, limit, (name,))

    size, fps = f"{expected.width_px}x{expected.height_px}", f"{expected.fps} fps"
    length = f"{expected.duration_ms} ms ± 1 frame"
    return {
        "duration_ms": plain("Length", "duration", length, "ms"),
        "video_codec": plain("Video codec", "video_codec", "h264"),
        "profile": plain("Profile", "profile", "High"),
        "pixel_format": plain("Pixel format", "pixel_format", "yuv420p"),
        "size": plain("Size", "size", size),
        "pixel_shape": plain("Pixel shape", "pixel_shape", "1"),
        "frame_rate": _Measure("File", "Frame rate", "fps", fps, ("frame_rate", "constant_rate")),
        "color_tags": plain("Colour tags", "color_tags", "bt709 limited"),
        "audio_codec": plain("Sound codec", "audio_codec", "aac LC"),
        "audio_rate": plain("Sound rate", "audio_rate", "48000 Hz", "Hz"),
        "audio_channels": plain("Sound channels", "audio_channels", "2"),
    }


def _picture() -> dict[str, _Measure]:
    edges, alike = f"≤ {WIDEST_EDGE_PX:g} px", f"≤ {ALIKE:g}"
    still = ("frozen", "opening_motion")
    return {
        "black_frames": _Measure("Picture", "Black frames", "", "0", ("black",)),
        "longest_still_s": _Measure(
            "Picture", "Longest without motion", "s", f"< {FROZEN_S:g} s", still
        ),
        "flashes": _Measure("Picture", "Flashes", "", "0", ("flash",)),
        "largest_step": _Measure("Picture", "Largest step between frames", "code values", "", ()),
        "edge_px": _Measure(
            "Picture", "Width of the sharpest edges", "px", edges, ("sharpness", "flat")
        ),
        "likeness": _Measure(
            "Picture", "Likeness of the two most alike", "", alike, ("duplicate",)
        ),
    }


def _captions(expected: Expected) -> dict[str, _Measure]:
    looked = any(cue.faces is not None for cue in expected.cues)  # else no limit is met
    free = f"≤ {MOST_COVERED:g}" if looked else ""
    early = f"< {OPENING_MS} ms"

    def caption(label: str, unit: str, limit: str, check: str) -> _Measure:
        return _Measure("Captions", label, unit, limit, (check,))

    return {
        "caption_contrast": caption(
            "Lowest contrast", ": 1", f"≥ {LEAST_CONTRAST:g} : 1", "caption_contrast"
        ),
        "caption_outside_px": caption("Outside the safe area", "px", "≤ 1 px", "caption_safe_area"),
        "face_under_caption": caption(
            "Largest share of a face under one", "", free, "caption_face"
        ),
        "unlooked_scenes": _Measure("Captions", "Not looked at for faces: scene", "", "", ()),
        "first_caption_ms": caption("First caption", "ms", early, "opening_caption"),
    }


def _sound() -> dict[str, _Measure]:
    early, silence = f"< {LATE_VOICE_MS} ms", f"≤ {LONGEST_SILENCE_MS} ms"
    loudness = f"{TARGET_LUFS:g} ± {TOLERANCE_LU:g} LUFS"
    late = f"± {LARGEST_ONSET_MS} ms"

    def sound(label: str, unit: str, limit: str, check: str) -> _Measure:
        return _Measure("Sound", label, unit, limit, (check,))

    return {
        "loudness_lufs": sound("Loudness", "LUFS", loudness, "loudness"),
        "true_peak_dbtp": sound("True peak", "dBTP", f"≤ {HIGHEST_DBTP:g} dBTP", "true_peak"),
        "sample_peak": sound("Highest sample", "", "not clipped", "clipping"),
        "longest_silence_ms": sound("Longest silence", "ms", silence, "voice_silence"),
        "audio_start_ms": sound("Start", "ms", "with the picture", "av_offset"),
        "first_voice_ms": sound("First word", "ms", early, "opening_voice"),
        "onset_error_ms": sound("Voice after its caption", "ms", late, "caption_onset"),
    }
