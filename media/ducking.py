"""How the music makes room for the voice."""

from __future__ import annotations

import numpy as np

from media.loudness import integrated_lufs, lufs_of
from media.waveform import Curve

DEPTH_DB = -9.0
LOOK_AHEAD_MS = 200  # the music is down when the first syllable comes
RELEASE_MS = 480  # milliseconds: with seconds the bed never comes back between sentences
_FULL_LU, _NONE_LU = -14.0, -26.0  # below the voice's own loudness
_SMOOTHING_MS = 15


def duck_db(voice_power: Curve) -> Curve:
    """The gain of the music in dB, per millisecond, from the voice's K-weighted power.

    The gain falls during LOOK_AHEAD_MS before a voice begins to speak and returns during
    RELEASE_MS after it ends; in a pause between words it returns a part of the way.
    """
    depth = _spread(_activity(voice_power))
    return DEPTH_DB * depth * depth * (3 - 2 * depth)


def _activity(power: Curve) -> Curve:
    """How surely somebody speaks: 0 to 1."""
    threshold = 10 ** ((integrated_lufs(power) - lufs_of(1.0)) / 10)
    window = np.hanning(_SMOOTHING_MS + 2)[1:-1]
    smooth = np.convolve(power, window / window.sum(), "same")[: len(power)]
    level_lu = 10 * np.log10(np.maximum(smooth, 1e-20) / threshold)
    activity = np.clip((level_lu - _NONE_LU) / (_FULL_LU - _NONE_LU), 0.0, 1.0)
    return np.where(smooth > 10 ** (-60 / 10), activity, 0.0)


def _spread(activity: Curve) -> Curve:
    """The highest of all slopes that lead up to activity and away from it."""
    steps = np.arange(len(activity), dtype=np.float64)
    after = np.maximum.accumulate(activity + steps / RELEASE_MS) - steps / RELEASE_MS
    ahead = np.maximum.accumulate((activity - steps / LOOK_AHEAD_MS)[::-1])[::-1]
    return np.clip(np.maximum(after, ahead + steps / LOOK_AHEAD_MS), 0.0, 1.0)
