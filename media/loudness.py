"""How loud a sound is: ITU-R BS.1770-4 loudness and true peak, once per millisecond."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from media.waveform import (
    BLOCK,
    RATE_HZ,
    SAMPLES_PER_MS,
    Curve,
    Sound,
    Spectra,
    frequencies,
    milliseconds,
    overlap_save,
    to_db,
)

SILENCE_LUFS = -70.0  # the absolute gate of BS.1770: what is below does not count
_GATE_MS, _STEP_MS = 400, 100
_OFFSET_LU = -0.691
_OVERSAMPLING = 4


@dataclass(frozen=True)
class Levels:
    """A sound at control rate, one value per millisecond.

    `power` is the K-weighted mean square summed over channels; `peak` the highest absolute value
    of any channel, four times oversampled.
    """

    power: Curve
    peak: Curve

    @property
    def lufs(self) -> float:
        """Integrated loudness."""
        return integrated_lufs(self.power)

    @property
    def true_peak_dbtp(self) -> float:
        """The highest true peak."""
        return to_db(float(self.peak.max(initial=0.0)))


def measure(samples: Sound) -> Levels:
    """Measure samples (n, channels) at 48 kHz; memory stays constant in n but for the curves."""
    n_ms, channels = milliseconds(len(samples)), samples.shape[1]
    power, peak = np.zeros(n_ms), np.zeros(n_ms)
    weights = _responses()

    def shape(spectra: Spectra) -> Spectra:
        return (spectra[:, None, :] * weights).reshape(-1, spectra.shape[-1])

    for start, filtered in overlap_save(samples, shape):
        length_ms = milliseconds(filtered.shape[1])
        padded = np.zeros((channels, 1 + _OVERSAMPLING, length_ms * SAMPLES_PER_MS), np.float32)
        padded[..., : filtered.shape[1]] = filtered.reshape(channels, 1 + _OVERSAMPLING, -1)
        blocks = padded.reshape(channels, 1 + _OVERSAMPLING, length_ms, SAMPLES_PER_MS)
        at = slice(start // SAMPLES_PER_MS, start // SAMPLES_PER_MS + length_ms)
        weighted = blocks[:, 0]
        power[at] = np.einsum("cms,cms->m", weighted, weighted) / SAMPLES_PER_MS
        phases = np.abs(padded[:, 1:]).reshape(channels * _OVERSAMPLING, -1)
        peak[at] = phases.max(axis=0).reshape(length_ms, SAMPLES_PER_MS).max(axis=1)
    return Levels(power, peak)


def weighted_power(samples: Sound) -> Curve:
    """`measure(samples).power` alone, in a third of the time."""
    power = np.zeros(milliseconds(len(samples)))
    weight = _responses()[0]
    for start, filtered in overlap_save(samples, lambda spectra: spectra * weight):
        length_ms = milliseconds(filtered.shape[1])
        padded = np.zeros((len(filtered), length_ms * SAMPLES_PER_MS), np.float32)
        padded[:, : filtered.shape[1]] = filtered
        blocks = padded.reshape(len(filtered), length_ms, SAMPLES_PER_MS)
        at = start // SAMPLES_PER_MS
        power[at : at + length_ms] = np.einsum("cms,cms->m", blocks, blocks) / SAMPLES_PER_MS
    return power


@cache
def _responses() -> Spectra:
    """K-weighting, then the sound delayed by 0, 1/4, 2/4 and 3/4 of a sample."""
    turns = frequencies() / RATE_HZ
    delays = np.arange(_OVERSAMPLING)[:, None] / _OVERSAMPLING
    shifted = np.exp(2j * np.pi * delays * turns)
    shifted[:, BLOCK // 2] = np.real(shifted[:, BLOCK // 2])
    return np.vstack([_k_weighting(turns), shifted]).astype(np.complex64)


def _k_weighting(turns: NDArray[np.float64]) -> NDArray[np.complex128]:
    """The two biquads of BS.1770-4, tables 1 and 2, at 48 kHz."""
    z = np.exp(-2j * np.pi * turns)
    shelf = (1.53512485958697 - 2.69169618940638 * z + 1.19839281085285 * z**2) / (
        1 - 1.69065929318241 * z + 0.73248077421585 * z**2
    )
    high_pass = (1 - 2 * z + z**2) / (1 - 1.99004745483398 * z + 0.99007225036621 * z**2)
    return (shelf * high_pass).astype(np.complex128)


def integrated_lufs(power: Curve) -> float:
    """Gated loudness of a power curve; sounds below 400 ms count as one block.

    Returns:
        LUFS, never below SILENCE_LUFS.
    """
    blocks = _block_power(power)
    loud = blocks[blocks > _power_of(SILENCE_LUFS)]
    if not len(loud):
        return SILENCE_LUFS
    relative = loud[loud > loud.mean() / 10]  # 10 LU below the mean of what passed first
    return lufs_of(float(relative.mean()))


def loudest_lufs(power: Curve) -> float:
    """The highest momentary loudness (400 ms) of a power curve; never below SILENCE_LUFS."""
    return max(SILENCE_LUFS, lufs_of(float(_block_power(power).max())))


def _block_power(power: Curve) -> Curve:
    if len(power) < _GATE_MS:
        return np.atleast_1d(power.mean()) if len(power) else np.zeros(1)
    total = np.concatenate([[0.0], np.cumsum(power)])
    starts = np.arange(0, len(power) - _GATE_MS + 1, _STEP_MS)
    return (total[starts + _GATE_MS] - total[starts]) / _GATE_MS


def lufs_of(power: float) -> float:
    """The loudness of a K-weighted mean square."""
    return _OFFSET_LU + 10 * float(np.log10(max(power, 1e-20)))


def _power_of(lufs: float) -> float:
    return float(10 ** ((lufs - _OFFSET_LU) / 10))
