"""A voice as it came, made fit for the mix without moving a word."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from media.loudness import SILENCE_LUFS, integrated_lufs, weighted_power
from media.waveform import (
    RATE_HZ,
    SAMPLES_PER_MS,
    Curve,
    Samples,
    Spectra,
    frequencies,
    from_db,
    overlap_save,
    read_sound,
    to_db,
)
from shortfactory.errors import MediaError

MAX_VOICE_S = 600  # one scene's narration; more is a wrong file
VOICE_LUFS = -16.0
_LARGEST_GAIN_DB = 24.0  # beyond it a quiet file is noise, not a voice
_HIGH_PASS_HZ = 70.0  # below the lowest speaking voice: rumble and plosive thumps
_SILENT_DB = -60.0
_BREATH_DB = -50.0  # a breath is some 30-40 dB below the loudest vowel: it stays
_KEEP_BEFORE_MS, _KEEP_AFTER_MS = 60, 120
_FADE_IN_MS, _FADE_OUT_MS = 6, 25


@dataclass(frozen=True)
class Voice:
    """One scene's narration, cleaned.

    `samples` is mono float32 (n,) at 48 kHz. `offset_samples` were cut from the head: put the
    samples that much later and every word still sounds at its time. `power` is the K-weighted
    power per millisecond of the samples as they sound from two loudspeakers.
    """

    samples: Samples
    offset_samples: int
    power: Curve

    @property
    def silent(self) -> bool:
        """Whether nothing can be heard."""
        return integrated_lufs(self.power) <= SILENCE_LUFS


def read_voice(path: Path) -> Samples:
    """Decode a voice file of any rate and layout to mono float32 (n,) at 48 kHz.

    Raises:
        MediaError: unreadable, empty, or longer than MAX_VOICE_S.
    """
    stereo = read_sound(path, limit_samples=MAX_VOICE_S * RATE_HZ + 1)
    if len(stereo) > MAX_VOICE_S * RATE_HZ:
        raise MediaError(
            f"The voice file {path.name} is longer than {MAX_VOICE_S // 60} minutes.",
            cure="One file holds the narration of one scene.",
        )
    return _mono(stereo)


def _mono(stereo: Samples) -> Samples:
    """The mean of both channels, or the louder one where they cancel each other."""
    mean = (stereo[:, 0] + stereo[:, 1]) * np.float32(0.5)
    energies = np.einsum("nc,nc->c", stereo, stereo)
    # not np.dot: it wakes a thread for every core, which then spins beside the encoder
    if np.einsum("n,n->", mean, mean) * 16 < energies.max():
        return np.ascontiguousarray(stereo[:, int(energies.argmax())])
    return mean


def load_voice(path: Path) -> Voice:
    """Read a voice, filter rumble, cut silence at both ends, even its loudness.

    A silent file gives a silent Voice of its own length: whether that is a fault is decided by
    who knows the script.

    Raises:
        MediaError: as `read_voice`.
    """
    return clean(read_voice(path))


def clean(raw: Samples) -> Voice:
    """Filter, trim, fade and level mono samples (n,) at 48 kHz."""
    samples = _without_rumble(raw)
    first, last = _sounding(samples)
    samples = samples[first:last].copy()
    _fade(samples)
    power = 2 * weighted_power(samples[:, None])
    gain_db = _levelling_db(power)
    samples *= np.float32(from_db(gain_db))
    return Voice(samples, first, power * from_db(gain_db) ** 2)


def _without_rumble(samples: Samples) -> Samples:
    """A fourth-order high-pass without phase shift, so that no onset moves."""
    ratio = (frequencies() / _HIGH_PASS_HZ) ** 4
    response = (ratio / (1 + ratio)).astype(np.float32)

    def shape(spectra: Spectra) -> Spectra:
        return spectra * response

    parts = overlap_save(samples[:, None], shape, before=4_096, after=4_096)
    return np.concatenate([part[0] for _, part in parts])


def _sounding(samples: Samples) -> tuple[int, int]:
    """Where the sound begins and ends, in samples, with room for breath and decay."""
    blocks = len(samples) // SAMPLES_PER_MS
    if not blocks:
        return 0, len(samples)
    peaks = np.abs(samples[: blocks * SAMPLES_PER_MS]).reshape(blocks, -1).max(axis=1)
    floor = max(from_db(_SILENT_DB), float(peaks.max()) * from_db(_BREATH_DB))
    heard = np.flatnonzero(peaks > floor)
    if not len(heard):
        return 0, len(samples)
    first = max(0, int(heard[0]) - _KEEP_BEFORE_MS) * SAMPLES_PER_MS
    last = (int(heard[-1]) + 1 + _KEEP_AFTER_MS) * SAMPLES_PER_MS
    return first, min(len(samples), last)


def _fade(samples: Samples) -> None:
    """Fade both ends in place, so that no cut clicks."""
    rise = min(_FADE_IN_MS * SAMPLES_PER_MS, len(samples) // 2)
    fall = min(_FADE_OUT_MS * SAMPLES_PER_MS, len(samples) // 2)
    samples[:rise] *= np.linspace(0, 1, rise, dtype=np.float32)
    samples[len(samples) - fall :] *= np.linspace(1, 0, fall, dtype=np.float32)


def _levelling_db(power: Curve) -> float:
    lufs = integrated_lufs(power)
    return min(_LARGEST_GAIN_DB, VOICE_LUFS - lufs) if lufs > SILENCE_LUFS else 0.0


def peak_db(samples: Samples) -> float:
    """The highest sample in dBFS; -120 for digital silence."""
    return to_db(float(np.abs(samples).max(initial=0.0)))
