"""What is really in a finished film, a narration or a picture, measured on the file itself."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from pydantic import JsonValue

from media.inspection.captions import Captions
from media.inspection.container import check_boxes, check_streams
from media.inspection.covered import check_faces, measured_faces
from media.inspection.moving import MovingPictures
from media.inspection.picture import inspect_picture
from media.inspection.sound import check_clipping, check_levels, check_silence, silences_ms
from media.inspection.stills import Stills
from media.inspection.timing import check_lengths, check_voices
from media.inspection.voice import inspect_voice
from media.inspection.watching import Watched, watch
from media.loudness import measure
from media.report import Expected, Finding, Report
from media.waveform import RATE_HZ, Samples, read_sound
from shortfactory.errors import MediaError

__all__ = ["inspect_film", "inspect_picture", "inspect_voice"]

_LONGEST_S = 3_600


def inspect_film(path: Path, expected: Expected) -> Report:
    """Measure a finished film against what it was meant to be.

    Pictures are decoded once, sound once. Nothing is taken from the file's own claims where it
    can be measured. A file that cannot be opened is a finding, not an error.

    Returns:
        Passed when no finding fails; every finding names its scene where one is at fault.
    """
    try:
        findings, properties = check_streams(path, expected)
    except (OSError, ValueError) as error:
        return _report([_undecodable(str(error), 0)], {})
    findings += check_boxes(path)
    measurements: dict[str, JsonValue] = {**properties}
    if properties["video_codec"] == "none":
        findings.append(_undecodable("it holds no pictures", 0))
    else:
        watched, seen, counted = _look(path, expected)
        findings += seen
        measurements |= counted
        if properties["audio_codec"] != "none" and not watched.error:
            heard, levels = _listen(path, expected, watched)
            findings += heard
            measurements |= levels
    return _report(findings, measurements)


def _look(path: Path, expected: Expected) -> tuple[Watched, list[Finding], dict[str, JsonValue]]:
    moving, stills, captions = MovingPictures(expected), Stills(expected), Captions(expected)
    watched = watch(path, (moving, stills, captions))
    findings = [*moving.findings(), *stills.findings(), *captions.findings()]
    findings += check_faces(expected)
    if watched.error:
        findings.append(_undecodable(watched.error, watched.frames))
    elif watched.frames < watched.declared_frames:
        missing = f"{watched.declared_frames - watched.frames} frames are missing"
        findings.append(_undecodable(missing, watched.frames))
    measured = {**moving.measurements(), **stills.measurements(), **captions.measurements()}
    measured |= measured_faces(expected)
    return watched, findings, {**measured, "duration_ms": round(watched.duration_ms, 1)}


def _listen(
    path: Path, expected: Expected, watched: Watched
) -> tuple[list[Finding], dict[str, JsonValue]]:
    try:
        samples: Samples = read_sound(path, limit_samples=_LONGEST_S * RATE_HZ)
    except MediaError as error:
        return [_undecodable(str(error), watched.frames)], {}
    levels = measure(samples)
    voices, onsets = check_voices(samples, expected)
    findings = check_levels(levels) + check_silence(levels, expected)
    findings += check_clipping(samples, expected) + voices
    findings += check_lengths(watched, expected, samples)
    measured: dict[str, JsonValue] = {
        "loudness_lufs": round(levels.lufs, 2),
        "true_peak_dbtp": round(levels.true_peak_dbtp, 2),
        "longest_silence_ms": max((long for _, long in silences_ms(levels)), default=0),
        "audio_start_ms": watched.audio_start_ms,
        "sample_peak": round(float(np.abs(samples).max()), 4),
        **onsets,
    }
    return findings, measured


def _undecodable(why: str, frames: int) -> Finding:
    return Finding(
        check="decodable",
        severity="fail",
        message=f"The film cannot be played to its end: {why}. Render it again.",
        measured=frames,
        limit="every frame",
    )


def _report(findings: list[Finding], measurements: dict[str, JsonValue]) -> Report:
    passed = all(finding.severity != "fail" for finding in findings)
    return Report(passed=passed, findings=tuple(findings), measurements=measurements)
