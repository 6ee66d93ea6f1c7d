"""Single notes and strokes of the music bed, synthesised."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from media.waveform import RATE_HZ, Samples

_TABLE = 4_096
_HIGHEST_HZ = 16_000.0


def hertz(note: int) -> float:
    """The frequency of a MIDI note number; 69 is A at 440 Hz."""
    return float(440 * 2 ** ((note - 69) / 12))


def pad(note: int, length_ms: int, brightness: float) -> Samples:
    """A soft held note, stereo (n, 2): three detuned voices that swell in and fade out."""
    frequency = hertz(note)
    table = _table(frequency, 450 + 2_400 * brightness, 0.9)
    n = length_ms * RATE_HZ // 1000
    middle = _wave(table, frequency, n, 0.1)
    left = middle + _wave(table, frequency * 1.0022, n, 0.4)
    right = middle + _wave(table, frequency * 0.9979, n, 0.7)
    envelope = _envelope(n, rise=0.35, fall=0.45)
    return np.stack([left * envelope, right * envelope], axis=1) * np.float32(0.3)


def pluck(note: int, length_ms: int, brightness: float) -> Samples:
    """A plucked string, mono (n,): bright at the start, round as it dies away."""
    frequency, n = hertz(note), length_ms * RATE_HZ // 1000
    seconds = np.arange(n, dtype=np.float32) / RATE_HZ
    bright = _wave(_table(frequency, 1_800 + 4_000 * brightness, 0.7), frequency, n, 0.0)
    round_ = _wave(_table(frequency, 500, 1.4), frequency, n, 0.0)
    fast, slow = np.exp(-seconds * 9), np.exp(-seconds * (2.2 + frequency / 300))
    return _struck(0.9 * bright * fast + 0.8 * round_ * slow)


def mallet(note: int, length_ms: int, brightness: float) -> Samples:
    """A wooden bar struck softly, mono (n,): the fourth partial gives the wood."""
    frequency, n = hertz(note), length_ms * RATE_HZ // 1000
    seconds = np.arange(n, dtype=np.float32) / RATE_HZ
    turns = np.float32(2 * np.pi * frequency) * seconds
    body = np.sin(turns) * np.exp(-seconds * 5.5)
    wood = np.sin(turns * np.float32(3.93)) * np.exp(-seconds * 22)
    return _struck(body + np.float32(0.15 + 0.25 * brightness) * wood)


def bell(note: int, length_ms: int, brightness: float) -> Samples:
    """A small bell, mono (n,): a sine that a decaying second sine bends."""
    frequency, n = hertz(note), length_ms * RATE_HZ // 1000
    seconds = np.arange(n, dtype=np.float32) / RATE_HZ
    turns = np.float32(2 * np.pi * frequency) * seconds
    depth = np.float32(0.6 + 1.2 * brightness) * np.exp(-seconds * 5)
    return _struck(np.sin(turns + depth * np.sin(turns * np.float32(3.01))) * np.exp(-seconds * 3))


def bass(note: int, length_ms: int, brightness: float) -> Samples:
    """A round bass note, mono (n,), with enough overtones for a telephone's loudspeaker."""
    frequency, n = hertz(note), length_ms * RATE_HZ // 1000
    wave = _wave(_table(frequency, 220 + 400 * brightness, 1.0), frequency, n, 0.0)
    return wave * _envelope(n, rise=0.03, fall=0.35)


def kick(length_ms: int = 260) -> Samples:
    """A soft low drum, mono (n,)."""
    seconds = np.arange(length_ms * RATE_HZ // 1000, dtype=np.float32) / RATE_HZ
    turns = 2 * np.pi * (48 * seconds + (1 - np.exp(-seconds * 38)) * 62 / 38)
    return _struck((np.sin(turns) * np.exp(-seconds * 15)).astype(np.float32))


def shaker(rng: np.random.Generator, length_ms: int = 70) -> Samples:
    """A breath of high noise, mono (n,)."""
    n = length_ms * RATE_HZ // 1000
    noise = np.diff(rng.standard_normal(n + 1).astype(np.float32))
    seconds = np.arange(n, dtype=np.float32) / RATE_HZ
    return noise * np.minimum(1, seconds / 0.012) * np.exp(-seconds * 60) * np.float32(0.25)


def tick(rng: np.random.Generator, length_ms: int = 40) -> Samples:
    """A clock's tick, mono (n,)."""
    n = length_ms * RATE_HZ // 1000
    seconds = np.arange(n, dtype=np.float32) / RATE_HZ
    ring = np.sin(np.float32(2 * np.pi * 2_350) * seconds) * np.exp(-seconds * 160)
    click = rng.standard_normal(n).astype(np.float32) * np.exp(-seconds * 900)
    return _struck(ring + np.float32(0.4) * click)


def _table(frequency: float, cutoff_hz: float, slope: float) -> Samples:
    """One period: harmonics that fall with their number and above the cutoff."""
    count = max(1, min(40, int(_HIGHEST_HZ / frequency)))
    number = np.arange(1, count + 1)
    spectrum = np.zeros(_TABLE // 2 + 1, np.complex64)
    level = number**-slope / (1 + (number * frequency / cutoff_hz) ** 2)
    spectrum[1 : count + 1] = -0.5j * _TABLE * level / level.sum()
    return np.fft.irfft(spectrum).astype(np.float32)


def _wave(table: Samples, frequency: float, n: int, phase: float) -> Samples:
    steps = np.arange(n, dtype=np.float64) * (frequency * _TABLE / RATE_HZ) + phase * _TABLE
    return table[steps.astype(np.int64) & (_TABLE - 1)]


def _envelope(n: int, *, rise: float, fall: float) -> Samples:
    """Raised-cosine swell and fade, as shares of the whole length."""
    envelope = np.ones(n, np.float32)
    up, down = int(n * rise), int(n * fall)
    envelope[:up] = _half_cosine(up)
    envelope[n - down :] *= _half_cosine(down)[::-1]
    return envelope


@lru_cache(maxsize=8)  # a film's notes have few lengths
def _half_cosine(n: int) -> Samples:
    return (0.5 - 0.5 * np.cos(np.linspace(0, np.pi, n))).astype(np.float32)


def _struck(wave: NDArray[np.floating]) -> Samples:
    """Soften the first two milliseconds and the last twenty, so that no stroke clicks."""
    rise, fall = min(96, len(wave) // 4), min(960, len(wave) // 4)
    struck = wave.astype(np.float32)
    struck[:rise] *= _half_cosine(rise)
    struck[len(wave) - fall :] *= _half_cosine(fall)[::-1]
    return struck
