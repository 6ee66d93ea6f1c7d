"""Sound in memory: the rate, the sample type, reading any file, filtering in bounded memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import av
import numpy as np
from av.audio.resampler import AudioResampler
from av.container import InputContainer
from av.error import FFmpegError
from numpy.typing import NDArray

from shortfactory.errors import MediaError

RATE_HZ = 48_000
SAMPLES_PER_MS = RATE_HZ // 1000

Samples = NDArray[np.float32]
Curve = NDArray[np.float64]  # one value per millisecond
Spectra = NDArray[np.complex64]  # (channels, bins)


def read_sound(path: Path, *, limit_samples: int, own_rate: bool = False) -> Samples:
    """Decode a sound file to stereo.

    Args:
        path: any container and codec FFmpeg knows; the first audio stream is read.
        limit_samples: decoding stops here, so an hour of music costs no more than a film.
        own_rate: keep the file's own rate, for who must see the very samples in it.

    Returns:
        float32 (n, 2) at 48 kHz, n <= limit_samples; one-channel files fill both channels alike.

    Raises:
        MediaError: no sound in the file, or it cannot be decoded.
    """
    try:
        with av.open(path) as container:
            sound = _decode(container, path, limit_samples, None if own_rate else RATE_HZ)
    except (FFmpegError, OSError, ValueError) as error:
        raise _unreadable(path, str(error)) from error
    if not len(sound):
        raise _unreadable(path, "it holds no samples")
    return np.nan_to_num(sound, copy=False, posinf=1.0, neginf=-1.0)


def _decode(
    container: InputContainer, path: Path, limit_samples: int, rate_hz: int | None
) -> Samples:
    if not container.streams.audio:
        raise _unreadable(path, "it has no audio stream")
    resampler = AudioResampler(format="flt", layout="stereo", rate=rate_hz)
    parts: list[Samples] = []
    have = 0
    for frame in container.decode(container.streams.audio[0]):
        frame.pts = None
        for ready in resampler.resample(frame):
            parts.append(_interleaved(ready.to_ndarray()))
            have += len(parts[-1])
        if have >= limit_samples:
            break
    else:
        parts += [_interleaved(ready.to_ndarray()) for ready in _drained(resampler, have)]
    joined = np.concatenate(parts) if parts else np.zeros((0, 2), np.float32)
    return joined[:limit_samples]


def _drained(resampler: AudioResampler, have: int) -> list[av.AudioFrame]:
    return resampler.resample(None) if have else []


def _interleaved(packed: NDArray[np.generic]) -> Samples:
    return packed.reshape(-1, 2).astype(np.float32, copy=False)


def _unreadable(path: Path, why: str) -> MediaError:
    return MediaError(
        f"The sound file {path.name} cannot be read: {why}.",
        cure="Give a WAV, MP3, M4A, OGG or FLAC file that plays.",
    )


BLOCK, BEFORE, AFTER = 32_768, 4_096, 1_024
HOP = BLOCK - BEFORE - AFTER  # whole milliseconds: 576


def overlap_save(
    samples: Samples,
    shape: Callable[[Spectra], Spectra],
    *,
    block: int = BLOCK,
    before: int = BEFORE,
    after: int = AFTER,
) -> Iterator[tuple[int, Samples]]:
    """Filter a long sound block by block in the frequency domain, in constant memory.

    Args:
        samples: (n, channels).
        shape: maps the spectra (channels, block/2+1) of one block to the wanted ones (k, bins).
        block: FFT size.
        before: how many samples of the past the filters remember.
        after: how many samples of the future they need.

    Yields:
        The start of each stretch and its filtered samples (k, length), in order, without gaps.
    """
    hop, n = block - before - after, len(samples)
    window = np.zeros((samples.shape[1], block), np.float32)
    for start in range(0, n, hop):
        low, high = max(0, start - before), min(n, start + hop + after)
        window[:] = 0
        offset = low - (start - before)
        window[:, offset : offset + high - low] = samples[low:high].T
        spectra = np.fft.rfft(window).astype(np.complex64, copy=False)
        filtered = np.fft.irfft(shape(spectra), block).astype(np.float32, copy=False)
        yield start, filtered[:, before : before + min(hop, n - start)]


def frequencies(block: int = BLOCK) -> NDArray[np.float64]:
    """The frequencies in Hz of the bins of one block's spectrum."""
    return np.linspace(0, RATE_HZ / 2, block // 2 + 1)


def apply_curve(samples: Samples, curve: Curve) -> None:
    """Multiply samples in place by gains given per millisecond, linear between their centres."""
    centres = (np.arange(len(curve)) + 0.5) * SAMPLES_PER_MS
    for start in range(0, len(samples), 1 << 20):
        part = samples[start : start + (1 << 20)]
        gains = np.interp(np.arange(start, start + len(part)), centres, curve)
        part *= gains.astype(np.float32).reshape(-1, *[1] * (samples.ndim - 1))


def milliseconds(n_samples: int) -> int:
    """How many one-millisecond blocks hold this many samples, the last one perhaps partly."""
    return -(-n_samples // SAMPLES_PER_MS)


def to_db(ratio: float) -> float:
    """An amplitude ratio in decibels; silence is -120."""
    return 20 * float(np.log10(max(ratio, 1e-6)))


def from_db(level_db: float) -> float:
    """The amplitude ratio of a level in decibels."""
    return float(10 ** (level_db / 20))
