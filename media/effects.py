"""Sounds at transitions: which one, at which sample, how loud, and never twice the same."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from media.gestures import VARIANTS, Gesture, Variant, flight, push, whoosh
from media.loudness import loudest_lufs, weighted_power
from media.spool import Spool
from media.style import SILENT, TransitionName
from media.timeline import SAMPLE_RATE_HZ, Timeline
from media.voice import VOICE_LUFS
from media.waveform import Samples, from_db

BELOW_VOICE_LU = 7.0  # in pauses; ducking takes it to 16 under words
GESTURES: dict[TransitionName, Callable[[Variant, np.random.Generator], Gesture]] = {
    "whip": whoosh,
    "push": push,
    "zoom": flight,
}


class Moment(NamedTuple):
    """A transition that is heard, and the sample (48 kHz) of the film in its very middle."""

    transition: TransitionName
    middle: int


class Placed(NamedTuple):
    """A sound, and the sample of the film at which its first one is."""

    start: int
    samples: Samples


def moments(timeline: Timeline) -> tuple[Moment, ...]:
    """Every transition of a film that is heard, in order."""
    step = SAMPLE_RATE_HZ // timeline.frame.fps
    joints = [piece for piece in timeline.pieces if piece.kind == "joint"]
    every = [
        Moment(
            timeline.bodies[piece.scene + 1].transition,
            (2 * piece.start + piece.frames) * step // 2,
        )
        for piece in joints
    ]
    return tuple(moment for moment in every if moment.transition not in SILENT)


def play(heard: Sequence[Moment], seed: int, n_samples: int, folder: Path) -> Spool:
    """Sound every moment into a file of `folder`, one at a time.

    The same moments and seed give the same samples, and neighbours differ in pitch, length and
    place. Nothing is borrowed: every sound is computed here, so no licence is owed.

    Returns:
        float32 (n_samples, 2) at 48 kHz; no sound is louder than BELOW_VOICE_LU under the voices.

    Raises:
        StorageError: the folder cannot be written.
    """
    track = Spool.empty(folder / "effects.f32", n_samples, 2)
    for number in range(len(heard)):
        start, samples = sounded(heard, number, seed)
        start, samples = max(0, start), samples[max(0, -start) :]
        there = track[start : start + len(samples)]
        track[start:] = there + samples[: len(there)]
    return track


def sounded(heard: Sequence[Moment], number: int, seed: int) -> Placed:
    """One moment's sound (n, 2), its middle at the transition's, at its level in pauses."""
    transition, middle = heard[number]
    order = np.random.default_rng(abs(seed)).permutation(len(VARIANTS))
    rng = np.random.default_rng([abs(seed), number, zlib.crc32(transition.encode())])
    gesture = GESTURES[transition](VARIANTS[order[number % len(order)]], rng)
    lufs = loudest_lufs(weighted_power(gesture.samples))
    level = np.float32(from_db(VOICE_LUFS - BELOW_VOICE_LU - lufs))
    return Placed(middle - gesture.middle, gesture.samples * level)
