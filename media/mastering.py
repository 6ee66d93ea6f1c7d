"""Gain and limiter, solved together, so that loudness and peak are both met in one pass."""

from __future__ import annotations

import numpy as np

from media.loudness import Levels, integrated_lufs
from media.waveform import Curve, from_db

TARGET_LUFS = -14.0
CEILING_DBTP = -1.5  # AAC overshoots; the finished film stays below -1
_MARGIN_DB = 0.05  # the moving gain itself makes tiny overshoots between samples
_REACH_MS, _SMOOTHING_MS = 6, 11  # the minimum reaches further than the smoothing: never above
_SEARCH_DB = (-60.0, 60.0)
_STEPS = 28


def master_gain(levels: Levels) -> Curve:
    """The gain per millisecond that brings a mix to TARGET_LUFS under CEILING_DBTP.

    The loudness of every trial is computed on the block values, never on samples. A mix too
    sparse to reach the target (a single click) ends at the loudest gain that was searched.
    """
    low, high = _SEARCH_DB
    for _ in range(_STEPS):
        middle = (low + high) / 2
        curve = _limited(levels.peak, middle)
        if integrated_lufs(levels.power * curve**2) < TARGET_LUFS:
            low = middle
        else:
            high = middle
    return _limited(levels.peak, (low + high) / 2)


def _limited(peak: Curve, gain_db: float) -> Curve:
    gain = from_db(gain_db)
    allowed = np.minimum(1.0, from_db(CEILING_DBTP - _MARGIN_DB) / np.maximum(peak * gain, 1e-9))
    padded = np.pad(allowed, _REACH_MS + _SMOOTHING_MS // 2, mode="edge")
    lowest = np.lib.stride_tricks.sliding_window_view(padded, 2 * _REACH_MS + 1).min(axis=-1)
    window = np.hanning(_SMOOTHING_MS + 2)[1:-1]
    return gain * np.convolve(lowest, window / window.sum(), "valid")
