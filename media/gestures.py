"""The sounds of pictures that move: air, a push, a flight that lands. Synthesised from noise."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from media.waveform import RATE_HZ, SAMPLES_PER_MS, Curve, Samples

REACH_MS = 760  # no gesture is heard further from its middle
_WINDOW, _HOP = 1_024, 512
_SETTLING_MS = 4  # a landing begins at its sample, yet does not click


class Gesture(NamedTuple):
    """Stereo samples (n, 2) at no particular loudness, and which of them is the middle."""

    samples: Samples
    middle: int


class Variant(NamedTuple):
    """How one gesture differs from the next of its kind."""

    pitch: float  # every frequency times this
    pace: float  # every length times this
    side: float  # where it leans, -1 left to 1 right


VARIANTS = (  # any two are three semitones apart, and lean to other sides or another way
    Variant(1.06, 1.0, -0.5),
    Variant(0.76, 1.14, 0.7),
    Variant(1.25, 0.9, 0.4),
    Variant(0.9, 1.06, -0.8),
)


def whoosh(variant: Variant, rng: np.random.Generator) -> Gesture:
    """Air that passes from right to left, as the whip's pictures do; highest in its middle."""
    before, after = _length(270, variant), _length(330, variant)
    near = _nearness(before, after)
    hertz = variant.pitch * 380 * 2 ** (2.3 * near)
    air = _air(rng, hertz, octaves=0.85)
    side = -0.85 * np.tanh(np.arange(-before, after) / (0.09 * RATE_HZ))
    return Gesture(_placed(air, side) * _column(near**1.6), before)


def push(variant: Variant, rng: np.random.Generator) -> Gesture:
    """A low breath under something heavy that begins to move, and comes to rest slowly."""
    before, after = _length(230, variant), _length(460, variant)
    near = _nearness(before, after)
    air = _air(rng, variant.pitch * 150 * 2 ** (0.9 * near), octaves=0.75)
    lean = np.full(before + after, 0.4 * variant.side)
    return Gesture(_placed(air, lean) * _column(near**1.3), before)


def flight(variant: Variant, rng: np.random.Generator) -> Gesture:
    """Air that rises towards the middle, and there a soft landing that rings out."""
    before, after = _length(620, variant), _length(650, variant)
    rising = np.linspace(0, 1, before)
    air = _air(rng, variant.pitch * 260 * 2 ** (2.9 * rising), octaves=0.7)
    lean = 0.5 * variant.side * (1 - rising)
    swell = rising**2.6 * np.minimum(1, (1 - rising) / 0.04)
    samples = np.zeros((before + after, 2), np.float32)
    samples[:before] = _placed(air, lean) * _column(swell)
    samples[before:] = _landing(after, variant.pitch, rng)
    return Gesture(samples, before)


def _landing(n: int, pitch: float, rng: np.random.Generator) -> Samples:
    """Something soft and heavy comes down: a low tone that falls, and the air it moves."""
    seconds = np.arange(n) / RATE_HZ
    turns = 2 * np.pi * pitch * (62 * seconds + (1 - np.exp(-seconds * 26)) * 70 / 26)
    body = (np.sin(turns) + 0.35 * np.sin(2 * turns)) * np.exp(-seconds * 8)
    dust = _air(rng, np.full(n, 330 * pitch), octaves=0.9) * _column(np.exp(-seconds * 11))
    settling = np.minimum(1, seconds * 1000 / _SETTLING_MS)
    ending = np.minimum(1, seconds[::-1] / 0.1)
    landed = 0.75 * body[:, None] + 0.9 * dust
    return (landed * (settling * ending)[:, None]).astype(np.float32)


def _length(ms: int, variant: Variant) -> int:
    return round(ms * variant.pace) * SAMPLES_PER_MS


def _nearness(before: int, after: int) -> Curve:
    """0 at both ends, 1 at the middle sample, smooth everywhere."""
    up = np.sin(np.linspace(0, np.pi / 2, before, endpoint=False)) ** 2
    down = np.cos(np.linspace(0, np.pi / 2, after)) ** 2
    return np.concatenate([up, down])


def _air(rng: np.random.Generator, hertz: NDArray[np.float64], octaves: float) -> Samples:
    """Noise (n, 2) around a frequency that moves; both ears hear half the same.

    Args:
        rng: where the noise is drawn from.
        hertz: the middle of the band at every sample, at 48 kHz.
        octaves: the band's standard deviation.
    """
    n = len(hertz)
    blocks = -(-n // _HOP) + 1
    both, left, right = rng.standard_normal((3, (blocks + 1) * _HOP), np.float32)
    noise = np.stack([both + np.float32(0.7) * left, both + np.float32(0.7) * right])
    windows = np.lib.stride_tricks.sliding_window_view(noise, _WINDOW, axis=1)[:, ::_HOP]
    window = np.sin(np.pi * (np.arange(_WINDOW) + 0.5) / _WINDOW)
    octave = np.log2(np.maximum(np.fft.rfftfreq(_WINDOW, 1 / RATE_HZ), 20.0))
    middles = np.minimum(np.arange(blocks) * _HOP, n - 1)
    away = octave - np.log2(hertz[middles])[:, None]
    # the second factor: even power in every octave; white noise would hiss
    bands = np.exp(-0.5 * (away / octaves) ** 2) * 2 ** (-0.5 * away)
    shaped = np.fft.irfft(np.fft.rfft(windows * window) * bands) * window
    # Neighbouring blocks overlap by half, and their windows' squares add up to one.
    heard = shaped[:, :-1, _HOP:] + shaped[:, 1:, :_HOP]
    kept = heard.reshape(2, -1)[:, :n].T
    return (kept / np.sqrt(np.square(kept).mean())).astype(np.float32)


def _placed(air: Samples, side: Curve) -> Samples:
    """Lean to -1 (left) .. 1 (right) at constant power."""
    angle = (side + 1) * np.pi / 4
    ears = np.stack([np.cos(angle), np.sin(angle)], axis=1) * 2**0.5
    return (air * ears).astype(np.float32)


def _column(curve: Curve) -> Samples:
    return curve.astype(np.float32)[:, None]
