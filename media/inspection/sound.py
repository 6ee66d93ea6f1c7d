"""How the film's decoded sound measures: loudness, peak, silence, clipping."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from media.loudness import Levels, lufs_of
from media.report import Expected, Finding
from media.waveform import SAMPLES_PER_MS, Samples

TARGET_LUFS, TOLERANCE_LU = -14.0, 0.5
HIGHEST_DBTP = -1.0
_SILENT_LUFS = -58.0  # momentary; a bed under a pause is above -35
LONGEST_SILENCE_MS = 700
_WINDOW_MS = 50
_ENDING_MS = 600  # the last fade may end in silence
_CLIPPED = 0.985
_CLIPPED_RUN = 3  # neighbouring samples at the rail; a sine's crest there is shorter


def check_levels(levels: Levels) -> list[Finding]:
    """Integrated loudness and true peak of the whole film."""
    findings: list[Finding] = []
    if abs(levels.lufs - TARGET_LUFS) > TOLERANCE_LU:
        message = f"The film's loudness is {levels.lufs:.1f} LUFS, not {TARGET_LUFS:.0f}."
        findings.append(_finding("loudness", message, round(levels.lufs, 2), TARGET_LUFS))
    if levels.true_peak_dbtp > HIGHEST_DBTP:
        peak = round(levels.true_peak_dbtp, 2)
        message = f"The film's true peak is {peak} dBTP: players will distort it."
        findings.append(_finding("true_peak", message, peak, HIGHEST_DBTP))
    return [each.model_copy(update={"at_ms": int(levels.peak.argmax())}) for each in findings]


def check_silence(levels: Levels, expected: Expected) -> list[Finding]:
    """Holes in the sound; the music should fill every pause."""
    return [
        _finding(
            "voice_silence",
            f"For {length / 1000:.1f} s nothing is heard.",
            length,
            LONGEST_SILENCE_MS,
            at_ms=start,
            scene=expected.scene_at(start + length / 2),
        )
        for start, length in silences_ms(levels)
        if length > LONGEST_SILENCE_MS
    ]


def silences_ms(levels: Levels) -> list[tuple[int, int]]:
    """(start, length) of every hole; the last fade is none."""
    window = np.ones(_WINDOW_MS) / _WINDOW_MS
    momentary = np.convolve(levels.power, window, "same")[: len(levels.power)]
    floor = 10 ** ((_SILENT_LUFS - lufs_of(1.0)) / 10)
    return runs(momentary[: max(0, len(momentary) - _ENDING_MS)] < floor)


def check_clipping(samples: Samples, expected: Expected) -> list[Finding]:
    """Samples that stand at full scale; one finding a scene."""
    found: dict[int | None, Finding] = {}
    starts = clipped_runs(samples, _CLIPPED)
    for start in starts:
        at_ms = int(start) // SAMPLES_PER_MS
        scene = expected.scene_at(at_ms)
        message = "The sound is clipped: crests are cut flat at full scale."
        clipped = _finding("clipping", message, len(starts), 0, at_ms=at_ms, scene=scene)
        found.setdefault(scene, clipped)
    return list(found.values())


def clipped_runs(samples: Samples, rail: float) -> NDArray[np.int64]:
    """Where three or more samples in a row of one channel are at or beyond the rail."""
    starts: list[int] = []
    for channel in samples.T:
        high = channel >= rail
        low = channel <= -rail
        starts += [at for at, length in runs(high) + runs(low) if length >= _CLIPPED_RUN]
    return np.unique(np.asarray(starts, np.int64))


def runs(flags: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """(first index, length) of every run of True."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], flags, [False]]).astype(np.int8)))
    return [(a, b - a) for a, b in list(pairwise(edges.tolist()))[::2]]


def _finding(
    check: str,
    message: str,
    measured: float,
    limit: float,
    *,
    at_ms: int | None = None,
    scene: int | None = None,
) -> Finding:
    return Finding(
        check=check, severity="fail", message=message, measured=measured, limit=limit,
        at_ms=at_ms, scene=scene,
    )  # fmt: skip
