"""When each word of a known text sounds, for a voice that does not say: alignment by sound.

The text is spoken a second time by espeak-ng, which knows when each of its words begins. Both
recordings become mel cepstra (what the mouth does, with the voice's own colour removed by
normalising every coefficient), and dynamic time warping finds the cheapest way to walk through
both at once. A word of the reference then begins where that walk has arrived in the recording;
a word after a pause begins where the sound really sets in again.

Measured onset errors are in docs/providers.md; the test holds them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shortfactory.story import Word

Floats = NDArray[np.float32]

RATE_HZ = 16_000
WINDOW = 512  # samples: 32 ms
LONG_S = 20.0  # from here on a frame is 20 ms, so that the matrix stays below 100 MB
BANDS, COEFFICIENTS = 40, 13
LOWEST_HZ, HIGHEST_HZ = 80.0, 7_600.0
FLOOR_DB = 45.0  # below the loudest frame: silence, in a clean recording
NOISE_MARGIN_DB, LEAST_RANGE_DB = 6.0, 18.0
DETOUR = 0.45  # cost of standing still in one recording, in units of the mean distance
SNAP_S = 0.12  # how far an onset after a pause may be moved to where the sound sets in
PAUSE_S = 0.06


@dataclass(frozen=True)
class Sound:
    """Mono samples from -1 to 1."""

    samples: Floats
    rate_hz: int

    @classmethod
    def from_pcm(cls, pcm: bytes, rate_hz: int) -> Sound:
        """Read signed 16-bit little-endian samples."""
        return cls((np.frombuffer(pcm, dtype="<i2") / 32768).astype(np.float32), rate_hz)

    @property
    def seconds(self) -> float:
        """How long it lasts."""
        return len(self.samples) / self.rate_hz


def align(recording: Sound, reference: Sound, words: Sequence[Word]) -> tuple[Word, ...]:
    """The words with the times at which they sound in `recording`.

    `words` hold their times in `reference`, which speaks the same text in the same order. The
    result never runs backwards and ends within the recording.
    """
    frame_s = 0.01 if max(recording.seconds, reference.seconds) <= LONG_S else 0.02
    heard, known = _features(recording, frame_s), _features(reference, frame_s)
    path = _cheapest_path(_distances(known.cepstra, heard.cepstra))
    onsets = np.array([word.start_ms for word in words]) / 1000
    ends = np.array([word.end_ms for word in words]) / 1000
    new_onsets = _carry(onsets, path, frame_s)
    after_pause = np.concatenate(([True], onsets[1:] - ends[:-1] >= PAUSE_S))
    new_onsets = _snapped(new_onsets, after_pause, heard.loud, frame_s)
    return _words(words, new_onsets, _carry(ends, path, frame_s), recording.seconds)


@dataclass(frozen=True)
class _Features:
    cepstra: Floats  # (frames, coefficients), each of mean 0 and deviation 1
    loud: NDArray[np.bool_]  # (frames,)


def _features(sound: Sound, frame_s: float) -> _Features:
    spectra = _spectra(sound, frame_s)
    mel = np.log(np.maximum(spectra @ _mel_bank().T, 1e-8))
    level_db = 10 * np.log10(np.maximum(spectra.sum(axis=1), 1e-10))
    floor_db = _floor_db(level_db)
    loud = level_db > floor_db
    cepstra = mel @ _cosines().T
    slopes = np.gradient(cepstra, axis=0) if len(cepstra) > 1 else np.zeros_like(cepstra)
    # The level separates speech from pauses, which cepstra of near-silence do not.
    level = (np.maximum(level_db, floor_db) - floor_db)[:, None]
    both = np.hstack(
        [_normal(cepstra, loud), 0.7 * _normal(slopes, loud), 2 * _normal(level, loud)]
    )
    return _Features(both.astype(np.float32), loud)


def _floor_db(level_db: Floats) -> float:
    """Where silence ends: above the recording's own noise, where it has pauses to show it."""
    highest = float(level_db.max())
    noise = float(np.percentile(level_db, 5)) + NOISE_MARGIN_DB
    return min(max(highest - FLOOR_DB, noise), highest - LEAST_RANGE_DB)


def _spectra(sound: Sound, frame_s: float) -> Floats:
    samples = _resampled(sound)
    emphasised = np.append(samples[:1], samples[1:] - 0.97 * samples[:-1]).astype(np.float32)
    hop = round(frame_s * RATE_HZ)
    padded = np.pad(emphasised, (WINDOW // 2, WINDOW))
    count = max(1, -(-len(samples) // hop))
    starts = np.arange(count)[:, None] * hop + np.arange(WINDOW)[None, :]
    windowed = padded[np.minimum(starts, len(padded) - 1)] * np.hanning(WINDOW).astype(np.float32)
    return np.abs(np.fft.rfft(windowed, axis=1)).astype(np.float32) ** 2


def _resampled(sound: Sound) -> Floats:
    count = max(1, round(sound.seconds * RATE_HZ))
    at = np.arange(count) / RATE_HZ * sound.rate_hz
    smooth = sound.samples
    if sound.rate_hz > RATE_HZ:
        kernel = np.sinc(np.arange(-8, 9) * RATE_HZ / sound.rate_hz) * np.hanning(19)[1:-1]
        smooth = np.convolve(smooth, kernel / kernel.sum(), mode="same")
    return np.interp(at, np.arange(len(smooth)), smooth).astype(np.float32)


def _mel_bank() -> Floats:
    def mel(hz: float) -> float:
        return 2595 * float(np.log10(1 + hz / 700))

    edges_mel = np.linspace(mel(LOWEST_HZ), mel(HIGHEST_HZ), BANDS + 2)
    edges = 700 * (10 ** (edges_mel / 2595) - 1)
    bins = np.fft.rfftfreq(WINDOW, 1 / RATE_HZ)
    rising = (bins - edges[:-2, None]) / (edges[1:-1] - edges[:-2])[:, None]
    falling = (edges[2:, None] - bins) / (edges[2:] - edges[1:-1])[:, None]
    return np.maximum(0, np.minimum(rising, falling)).astype(np.float32)


def _cosines() -> Floats:
    orders = np.arange(1, COEFFICIENTS + 1)[:, None]
    return np.cos(np.pi * orders * (np.arange(BANDS) + 0.5) / BANDS).astype(np.float32)


def _normal(values: Floats, where: NDArray[np.bool_]) -> Floats:
    heard = values[where]
    return ((values - heard.mean(axis=0)) / (heard.std(axis=0) + 1e-6)).astype(np.float32)


def _distances(known: Floats, heard: Floats) -> Floats:
    squares = (known**2).sum(1)[:, None] + (heard**2).sum(1)[None, :] - 2 * known @ heard.T
    return np.sqrt(np.maximum(squares, 0))


def _cheapest_path(distance: Floats) -> NDArray[np.int64]:
    """Pairs (known frame, heard frame), from both beginnings to both ends, by diagonals."""
    rows, columns = distance.shape
    detour = DETOUR * float(distance.mean())
    total = np.full((rows + 1, columns + 1), np.inf, dtype=np.float32)
    total[0, 0] = 0
    step = np.zeros((rows + 1, columns + 1), dtype=np.int8)
    for diagonal in range(2, rows + columns + 1):
        i = np.arange(max(1, diagonal - columns), min(rows, diagonal - 1) + 1)
        j = diagonal - i
        here = distance[i - 1, j - 1]
        # a step through both counts twice, or every detour would look dear
        ways = np.stack(
            [
                total[i - 1, j - 1] + 2 * here,
                total[i - 1, j] + here + detour,
                total[i, j - 1] + here + detour,
            ]
        )
        best = ways.argmin(axis=0)
        step[i, j] = best
        total[i, j] = ways[best, np.arange(len(i))]
    return _walk_back(step)


def _walk_back(step: NDArray[np.int8]) -> NDArray[np.int64]:
    i, j = step.shape[0] - 1, step.shape[1] - 1
    path = [(i - 1, j - 1)]
    while (i, j) != (1, 1):
        way = step[i, j]
        i, j = (i - 1, j - 1) if way == 0 else (i - 1, j) if way == 1 else (i, j - 1)
        path.append((i - 1, j - 1))
    return np.array(path[::-1])


def _carry(
    times_s: NDArray[np.float64], path: NDArray[np.int64], frame_s: float
) -> NDArray[np.float64]:
    """Where the walk is in the recording when it is at these times of the reference."""
    known = np.unique(path[:, 0])
    middle = np.array([np.median(path[path[:, 0] == frame, 1]) for frame in known])
    return np.interp(times_s / frame_s, known, middle) * frame_s


def _snapped(
    onsets_s: NDArray[np.float64],
    after_pause: NDArray[np.bool_],
    loud: NDArray[np.bool_],
    frame_s: float,
) -> NDArray[np.float64]:
    begins = np.flatnonzero(loud & ~np.concatenate(([False], loud[:-1]))) * frame_s
    if not len(begins):
        return onsets_s
    nearest = begins[np.abs(begins[None, :] - onsets_s[:, None]).argmin(axis=1)]
    snapped = np.where(after_pause & (np.abs(nearest - onsets_s) <= SNAP_S), nearest, onsets_s)
    snapped[0] = min(begins[0], *snapped[1:2])  # the walk has to begin with the silence before
    return snapped


def _words(
    words: Sequence[Word],
    onsets_s: NDArray[np.float64],
    ends_s: NDArray[np.float64],
    seconds: float,
) -> tuple[Word, ...]:
    onsets_s = np.clip(np.maximum.accumulate(onsets_s), 0, seconds)
    limits_s = np.append(onsets_s[1:], seconds)
    ends_s = np.clip(ends_s, onsets_s, limits_s)
    return tuple(
        Word(text=word.text, start_ms=round(start * 1000), end_ms=round(end * 1000))
        for word, start, end in zip(words, onsets_s, ends_s, strict=True)
    )
