"""Sound in memory: the rate, the sample type, reading any file, filtering in bounded memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol

import av
import cv2
import numpy as np
from av.audio.resampler import AudioResampler
from av.container import InputContainer
from av.error import FFmpegError
from numpy.typing import NDArray

from shortfactory.errors import MediaError

RATE_HZ = 48_000
# Containers that hold their sound themselves. A playlist is none: it names other files of this
# machine and addresses of its network, and FFmpeg reads them.
CONTAINERS = "wav,w64,aiff,au,flac,mp3,ogg,aac,mov,matroska,mpegts,caf,asf,avi,ac3,amr"
ONE_FILE = {"format_whitelist": CONTAINERS, "protocol_whitelist": "file"}
SAMPLES_PER_MS = RATE_HZ // 1000

Samples = NDArray[np.float32]
Curve = NDArray[np.float64]  # one value per millisecond
Spectra = NDArray[np.complex64]  # (channels, bins)


class Sound(Protocol):
    """Samples (n, channels) at 48 kHz, had by stretches: an array, a file, a sum of others."""

    @property
    def shape(self) -> tuple[int, ...]:
        """Samples and channels."""
        ...

    def __len__(self) -> int: ...

    def __getitem__(self, part: slice, /) -> Samples: ...


def read_sound(path: Path, *, limit_samples: int, own_rate: bool = False) -> Samples:
    """Decode a sound file to stereo.

    Args:
        path: a container of `CONTAINERS`; its first audio stream is read.
        limit_samples: decoding stops here, so an hour of music costs no more than a film.
        own_rate: keep the file's own rate, for who must see the very samples in it.

    Returns:
        float32 (n, 2) at 48 kHz, n <= limit_samples; one-channel files fill both channels alike.

    Raises:
        MediaError: no sound in the file, or it cannot be decoded.
    """
    return np.concatenate(list(sound_parts(path, limit_samples=limit_samples, own_rate=own_rate)))


def sound_parts(path: Path, *, limit_samples: int, own_rate: bool = False) -> Iterator[Samples]:
    """What `read_sound` gives, in parts of at least a sample as they are decoded."""
    rate_hz = None if own_rate else RATE_HZ
    have = 0
    try:
        with av.open(path, options=ONE_FILE) as container:
            for part in _decoded(container, path, rate_hz):
                kept = part[: limit_samples - have]
                have += len(kept)
                yield np.nan_to_num(kept, copy=False, posinf=1.0, neginf=-1.0)
                if have >= limit_samples:
                    return
    except (FFmpegError, OSError, ValueError) as error:
        raise _unreadable(path, str(error)) from error
    if not have:
        raise _unreadable(path, "it holds no samples")


def _decoded(container: InputContainer, path: Path, rate_hz: int | None) -> Iterator[Samples]:
    if not container.streams.audio:
        raise _unreadable(path, "it has no audio stream")
    resampler = AudioResampler(format="flt", layout="stereo", rate=rate_hz)
    have = False
    for frame in container.decode(container.streams.audio[0]):
        frame.pts = None
        for ready in resampler.resample(frame):
            have = True
            yield _interleaved(ready)
    for ready in resampler.resample(None) if have else []:
        yield _interleaved(ready)


def _interleaved(ready: av.AudioFrame) -> Samples:
    return ready.to_ndarray().reshape(-1, 2).astype(np.float32, copy=False)


def _unreadable(path: Path, why: str) -> MediaError:
    return MediaError(
        f"The sound file {path.name} cannot be read: {why}.",
        cure="Give a WAV, MP3, M4A, OGG or FLAC file that plays.",
    )


BLOCK, BEFORE, AFTER = 32_768, 4_096, 1_024
HOP = BLOCK - BEFORE - AFTER  # whole milliseconds: 576


def overlap_save(
    samples: Sound,
    shape: Callable[[Spectra], Spectra],
    *,
    block: int = BLOCK,
    before: int = BEFORE,
    after: int = AFTER,
) -> Iterator[tuple[int, Samples]]:
    """Filter a long sound block by block in the frequency domain, in constant memory.

    Args:
        samples: (n, channels), in memory or not.
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
        filtered = _sound_of(shape(_spectra_of(window)))
        yield start, filtered[:, before : before + min(hop, n - start)]


# OpenCV's transform takes a twelfth of the time of numpy's. It packs a spectrum's n/2 + 1 bins
# into n numbers by leaving out the imaginary parts of the first bin and the last, which are zero.
def _spectra_of(window: Samples) -> Spectra:
    rows, block = window.shape
    parts = np.zeros((rows, block + 2), np.float32)
    parts[:, 1:-1] = cv2.dft(window, flags=cv2.DFT_ROWS)
    parts[:, 0], parts[:, 1] = parts[:, 1], 0
    return parts.view(np.complex64)


def _sound_of(spectra: Spectra) -> Samples:
    parts = spectra.astype(np.complex64).view(np.float32)
    parts[:, 1] = parts[:, 0]
    back = cv2.idft(parts[:, 1:-1], flags=cv2.DFT_ROWS | cv2.DFT_SCALE)
    return np.asarray(back, np.float32)


def frequencies(block: int = BLOCK) -> NDArray[np.float64]:
    """The frequencies in Hz of the bins of one block's spectrum."""
    return np.linspace(0, RATE_HZ / 2, block // 2 + 1)


def gains(curve: Curve, start: int, length: int) -> Samples:
    """Gains given per millisecond, for `length` samples from `start`: linear between centres."""
    first = max(0, start // SAMPLES_PER_MS - 1)
    last = milliseconds(start + length) + 1
    near = curve[first:last]
    centres = (np.arange(first, first + len(near)) + 0.5) * SAMPLES_PER_MS
    return np.interp(np.arange(start, start + length), centres, near).astype(np.float32)


def milliseconds(n_samples: int) -> int:
    """How many one-millisecond blocks hold this many samples, the last one perhaps partly."""
    return -(-n_samples // SAMPLES_PER_MS)


def to_db(ratio: float) -> float:
    """An amplitude ratio in decibels; silence is -120."""
    return 20 * float(np.log10(max(ratio, 1e-6)))


def from_db(level_db: float) -> float:
    """The amplitude ratio of a level in decibels."""
    return float(10 ** (level_db / 20))
