"""Sound longer than memory should hold: samples in a file, read and written by stretches."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from media.files import faults_named
from media.waveform import Curve, Samples, Sound, gains

STRETCH = 1 << 17  # samples, 2.7 s: a megabyte of stereo


@dataclass(frozen=True)
class Spool:
    """Samples in a file; at first all are zero. Whoever owns its folder removes it."""

    path: Path
    shape: tuple[int, int]

    @classmethod
    def empty(cls, path: Path, length: int, channels: int) -> Spool:
        """A new file of silence; takes no room on disks that know holes.

        Raises:
            StorageError: the folder cannot be written.
        """
        with faults_named(path), path.open("wb") as file:
            file.truncate(length * channels * 4)
        return cls(path, (length, channels))

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, part: slice, /) -> Samples:
        start, stop, _ = part.indices(len(self))
        count = max(0, stop - start) * self.shape[1]
        with self.path.open("rb") as file:
            file.seek(start * self.shape[1] * 4)
            return np.fromfile(file, np.float32, count).reshape(-1, self.shape[1])

    def __setitem__(self, part: slice, samples: Samples, /) -> None:
        """Replace the stretch that begins at the slice's start; what is beyond the end falls.

        Raises:
            StorageError: the disk is full.
        """
        start, stop, _ = part.indices(len(self))
        with faults_named(self.path), self.path.open("r+b") as file:
            file.seek(start * self.shape[1] * 4)
            # not tofile: it tells of a full disk without saying that it is one
            file.write(np.ascontiguousarray(samples[: stop - start], np.float32).data)


@dataclass(frozen=True)
class Gained:
    """A sound under gains given per millisecond."""

    sound: Sound
    curve: Curve

    @property
    def shape(self) -> tuple[int, ...]:
        """As the sound's own."""
        return self.sound.shape

    def __len__(self) -> int:
        return len(self.sound)

    def __getitem__(self, part: slice, /) -> Samples:
        start, _, _ = part.indices(len(self))
        samples = self.sound[part]
        if not samples.any():  # most of what sounds at transitions only
            return samples
        return samples * gains(self.curve, start, len(samples))[:, None]


@dataclass(frozen=True)
class Mix:
    """Two sounds together; one channel fills both of the other."""

    wide: Sound
    narrow: Sound

    @property
    def shape(self) -> tuple[int, ...]:
        """As the wider sound's."""
        return self.wide.shape

    def __len__(self) -> int:
        return len(self.wide)

    def __getitem__(self, part: slice, /) -> Samples:
        return self.wide[part] + self.narrow[part]


def stretches(sound: Sound, start: int = 0, length: int = STRETCH) -> Iterator[Samples]:
    """The sound from a sample on, in order, piece by piece."""
    for at in range(start, len(sound), length):
        yield sound[at : at + length]
