"""Where somebody speaks: an envelope of the speech band, and the onsets in it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from media.waveform import (
    SAMPLES_PER_MS,
    Curve,
    Samples,
    Spectra,
    frequencies,
    milliseconds,
    overlap_save,
)

_BAND_HZ = (250.0, 4_000.0)
_SMOOTHING_MS = 12
_PAUSE_MS = 130  # shorter holes are closures inside words
_UNDER_PEAK_DB = 10.0  # a bed that came back in a pause is some 14 dB under the vowels
_VOICED_DB = 6.0  # under the vowels: some moment of every syllable that is sounded is above
_FOOT_DB = 4.0  # above the floor before: where a soft consonant begins
_LOWEST_FOOT_DB = 24.0  # under the vowels: what is fainter is breath, not consonant
_FOOT_MS = 120
SILENT_DB = -58.0


def speech_db(samples: Samples) -> Curve:
    """The level of the speech band in dB per millisecond; samples are (n, channels)."""
    low, high = _BAND_HZ
    hertz = frequencies()
    band = (hertz / low) ** 4 / (1 + (hertz / low) ** 4) / (1 + (hertz / high) ** 4)
    response = band.astype(np.float32)

    def shape(spectra: Spectra) -> Spectra:
        return spectra.mean(axis=0, keepdims=True) * response

    power = np.zeros(milliseconds(len(samples)))
    for start, filtered in overlap_save(samples, shape):
        whole = np.zeros(milliseconds(filtered.shape[1]) * SAMPLES_PER_MS, np.float32)
        whole[: filtered.shape[1]] = filtered[0]
        first = start // SAMPLES_PER_MS
        blocks = whole.reshape(-1, SAMPLES_PER_MS)
        power[first : first + len(blocks)] = np.square(blocks).mean(axis=1)
    return np.log10(np.maximum(_smooth(power), 1e-12)) * 10.0


def _smooth(power: Curve) -> Curve:
    window = np.hanning(_SMOOTHING_MS + 2)[1:-1]
    smooth = np.convolve(power, window / window.sum(), "same")[: len(power)]
    return smooth.astype(np.float64)


def voice_level_db(level_db: Curve) -> float:
    """How loud the vowels are: the level that a tenth of the time is above."""
    return float(np.quantile(level_db, 0.9)) if len(level_db) else -120.0


def speaking(level_db: Curve, voice_db: float) -> NDArray[np.bool_]:
    """When somebody speaks, per millisecond; pauses inside words are filled."""
    return _filled(_loud(level_db, voice_db))


def onsets_ms(level_db: Curve, voice_db: float) -> NDArray[np.int64]:
    """When speech begins after a pause, in milliseconds from the start.

    From where the level crosses the threshold the onset is followed back to the foot of its
    slope, so that a soft first consonant counts. Just before a word, the air of a transition and
    a soft syllable look alike: one onset is told for each, with the faint sound and without it.
    """
    loud = _loud(level_db, voice_db)
    starts = {*_starts(_filled(loud)), *_starts(_filled(_voiced(loud, level_db, voice_db)))}
    feet = sorted({_foot(level_db, at, voice_db) for at in starts})
    return np.asarray(feet, np.int64)


def _loud(level_db: Curve, voice_db: float) -> NDArray[np.bool_]:
    return level_db > max(voice_db - _UNDER_PEAK_DB, SILENT_DB)


def _filled(loud: NDArray[np.bool_]) -> NDArray[np.bool_]:
    filled = loud.copy()
    edges = np.flatnonzero(np.diff(np.concatenate([[True], loud, [True]]).astype(np.int8)))
    for start, end in zip(edges[::2], edges[1::2], strict=True):
        if end - start < _PAUSE_MS and start > 0 and end < len(loud):
            filled[start:end] = True
    return filled


def _voiced(loud: NDArray[np.bool_], level_db: Curve, voice_db: float) -> NDArray[np.bool_]:
    """Without what stays faint from its beginning to its end."""
    voiced = loud.copy()
    edges = np.flatnonzero(np.diff(np.concatenate([[False], loud, [False]]).astype(np.int8)))
    for start, end in zip(edges[::2], edges[1::2], strict=True):
        voiced[start:end] = level_db[start:end].max() > voice_db - _VOICED_DB
    return voiced


def _starts(active: NDArray[np.bool_]) -> list[int]:
    return np.flatnonzero(np.diff(np.concatenate([[False], active]).astype(np.int8)) == 1).tolist()


def _foot(level_db: Curve, crossing: int, voice_db: float) -> int:
    before = level_db[max(0, crossing - _FOOT_MS) : crossing + 1]
    floor = max(float(before.min()), voice_db - _LOWEST_FOOT_DB)
    low = np.flatnonzero(before <= floor + _FOOT_DB)
    return crossing - (len(before) - 1 - int(low[-1]))
