"""The music bed: composed and played by mood and seed, or somebody's own file."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import numpy as np

from media import instruments
from media.moods import Mood, mood_named
from media.spool import STRETCH, Spool
from media.waveform import (
    RATE_HZ,
    Samples,
    Spectra,
    frequencies,
    overlap_save,
    sound_parts,
)

_STEPS = 16  # sixteenths in a bar
_LOW, _HIGH = 55, 71  # the pad's register, MIDI notes: under the voice's presence region
_LOOP_FADE_MS = 400
_HELD_BARS = 1.35  # a chord swells under the next one
_SIDE = 0.3  # the lead's strokes alternate a little left and right of the voice
Instrument = Literal["pad", "bass", "pluck", "mallet", "bell"]
_PLAYED: dict[Instrument, Callable[[int, int, float], Samples]] = {
    "pad": instruments.pad,
    "bass": instruments.bass,
    "pluck": instruments.pluck,
    "mallet": instruments.mallet,
    "bell": instruments.bell,
}
_ROOM_BLOCK = 1 << 18


def compose(mood: str, seed: int, n_samples: int, folder: Path) -> Spool:
    """Play music of a mood for exactly n_samples, into files of `folder`.

    The same mood, seed and length give the same samples. Nothing is borrowed: every tone is
    computed here, so no licence is owed.

    Returns:
        float32 (n_samples, 2) at 48 kHz, at no particular loudness.

    Raises:
        InvalidInput: an unknown mood.
    """
    character = mood_named(mood)
    rng = np.random.default_rng([abs(seed), zlib.crc32(mood.encode())])
    dry = Spool.empty(folder / "dry.f32", n_samples, 2)
    _Player(character, rng, dry).play()
    return _in_room(dry, character.room_s, rng, Spool.empty(folder / "music.f32", n_samples, 2))


def own_music(path: Path, n_samples: int, folder: Path) -> Spool:
    """Somebody's own music for exactly n_samples: cut where longer, looped where shorter.

    A loop joins its end to its beginning by an equal-power crossfade. At most n_samples are
    decoded, however long the file.

    Returns:
        float32 (n_samples, 2) at 48 kHz, kept in `folder`.

    Raises:
        MediaError: the file cannot be read or holds no sound.
    """
    bed = Spool.empty(folder / "music.f32", n_samples, 2)
    have = 0
    for part in sound_parts(path, limit_samples=n_samples):
        bed[have:] = part
        have += len(part)
    _loop(bed, have)
    return bed


def _loop(bed: Spool, have: int) -> None:
    """Fill the bed with repetitions of its first `have` samples."""
    fade = min(_LOOP_FADE_MS * RATE_HZ // 1000, have // 4)
    angle = np.linspace(0, np.pi / 2, fade, dtype=np.float32)[:, None]
    joint = bed[have - fade : have] * np.cos(angle) + bed[:fade] * np.sin(angle)
    at = have - fade if have < len(bed) else have
    while at < len(bed):
        bed[at:] = joint
        at += fade
        for start in range(fade, have - fade, STRETCH):
            bed[at:] = bed[start : min(start + STRETCH, have - fade)]
            at += min(STRETCH, have - fade - start)


@dataclass
class _Player:
    """Walks through the bars, adds notes to what is heard from the bar on, and keeps each bar."""

    mood: Mood
    rng: np.random.Generator
    out: Spool
    heard: Samples = field(init=False)
    notes: dict[tuple[str, int], Samples] = field(default_factory=dict[tuple[str, int], Samples])

    def play(self) -> None:
        mood, rng = self.mood, self.rng
        key = int(rng.choice(mood.keys))
        order = rng.permutation(len(mood.progressions))
        bar_length = round(4 * 60 / mood.bpm * RATE_HZ)
        self.heard = np.zeros((round(bar_length * (1 + _HELD_BARS)) + 2 * RATE_HZ, 2), np.float32)
        voicing: tuple[int, ...] = ()
        for bar in range(-(-len(self.out) // bar_length)):
            section = bar // 4
            degree = mood.progressions[order[section % len(order)]][bar % 4]
            voicing = _voiced(mood, key, degree, voicing)
            self._bar(bar_length, section, voicing, key + _pitch(mood, degree))
            # No note begins before its bar: what came before the next one is complete.
            self.out[bar * bar_length :] = self.heard[:bar_length]
            self.heard[:-bar_length] = self.heard[bar_length:]
            self.heard[-bar_length:] = 0

    def _bar(self, length: int, section: int, voicing: tuple[int, ...], root: int) -> None:
        """One bar: held chord, bass, lead and strokes; every fourth section rests its drums."""
        mood, step = self.mood, length / _STEPS
        held_ms = round(length * _HELD_BARS / RATE_HZ * 1000)
        for note in voicing:
            self._add(0, self._note("pad", note, held_ms), 0.28 * mood.pad_level)
        low = self._note("bass", 36 + root % 12, 520)
        self._pattern(step, mood.bass_pattern, lambda _: low, 0.22)
        self._lead(step, section, voicing)
        if section % 4 != 3:
            kick = instruments.kick()
            self._pattern(step, mood.kick_pattern, lambda _: kick, 0.4)
            self._pattern(step, mood.shaker_pattern, self._shaker, 0.2)
            self._pattern(step, mood.tick_pattern, self._tick, 0.12)

    def _lead(self, step: float, section: int, voicing: tuple[int, ...]) -> None:
        mood = self.mood
        pattern = mood.lead_patterns[section % len(mood.lead_patterns)]
        walk = [note + 12 for note in voicing] + [voicing[0] + 24]
        first = int(self.rng.integers(len(walk)))

        def stroke(count: int) -> Samples:
            turn = (first + count) % (2 * len(walk) - 2)
            note = walk[min(turn, 2 * len(walk) - 2 - turn)]
            return _panned(self._note(mood.lead, note, 1_400), _SIDE if count % 2 else -_SIDE)

        self._pattern(step, pattern, stroke, mood.lead_level * 0.5)

    def _note(self, instrument: Instrument, note: int, length_ms: int) -> Samples:
        """A note, synthesised the first time it is wanted."""
        if (instrument, note) not in self.notes:
            self.notes[instrument, note] = _PLAYED[instrument](
                note, length_ms, self.mood.brightness
            )
        return self.notes[instrument, note]

    def _shaker(self, _: int) -> Samples:
        return instruments.shaker(self.rng)

    def _tick(self, _: int) -> Samples:
        return instruments.tick(self.rng)

    def _pattern(
        self,
        step: float,
        pattern: str,
        stroke: Callable[[int], Samples],
        level: float,
    ) -> None:
        """Play a bar's pattern with a player's small unevenness in time and force."""
        strokes = [(index, int(force)) for index, force in enumerate(pattern) if force != "."]
        for count, (index, force) in enumerate(strokes):
            late = self.mood.swing * step if index % 2 else 0.0
            loose = float(self.rng.normal(0, 0.004)) * RATE_HZ if index else 0.0
            at = round(index * step + late + max(loose, -0.01 * RATE_HZ))
            self._add(at, stroke(count), level * force / 9 * float(self.rng.uniform(0.85, 1.0)))

    def _add(self, at: int, note: Samples, level: float) -> None:
        scaled = note * np.float32(level)
        at = max(0, at)
        self.heard[at : at + len(note)] += scaled if note.ndim == 2 else scaled[:, None]


def _panned(note: Samples, side: float) -> Samples:
    """Place a mono note left (-1) or right (1) at constant power."""
    angle = (side + 1) * np.pi / 4
    ears = np.array([np.cos(angle), np.sin(angle)]) * 2**0.5
    return np.outer(note, ears.astype(np.float32))


def _pitch(mood: Mood, degree: int) -> int:
    octave, index = divmod(degree, len(mood.scale))
    return mood.scale[index] + 12 * octave


def _voiced(mood: Mood, key: int, degree: int, before: tuple[int, ...]) -> tuple[int, ...]:
    """The chord's tones in the pad's register, as near to the chord before as they can lie."""
    classes = [(key + _pitch(mood, degree + 2 * third)) % 12 for third in range(mood.tones)]
    candidates: list[tuple[int, ...]] = []
    for lowest in range(_LOW, _HIGH - 11):
        notes = sorted(lowest + (tone - lowest) % 12 for tone in classes)
        candidates.append(tuple(notes))
    if not before:
        return candidates[0]
    return min(
        candidates, key=lambda notes: sum(abs(a - b) for a, b in zip(notes, before, strict=True))
    )


def _in_room(dry: Spool, room_s: float, rng: np.random.Generator, wet: Spool) -> Spool:
    """Put the dry sound into a room, and thin it where voices live."""
    room = _room(room_s, rng)
    equal = _voice_gap()

    def shape(spectra: Spectra) -> Spectra:
        return spectra * equal + (spectra[0] + spectra[1]) * room

    before = 1 << 17
    for start, part in overlap_save(dry, shape, block=_ROOM_BLOCK, before=before, after=4_096):
        wet[start:] = part.T
    return wet


def _room(room_s: float, rng: np.random.Generator) -> Spectra:
    """Spectra (2, bins) of a decaying, darkening noise tail for each ear."""
    n = min(1 << 17, round(room_s * RATE_HZ))
    seconds = np.arange(n) / RATE_HZ
    tail = rng.standard_normal((2, n)) * np.exp(-seconds * 6.9 / room_s)
    tail[:, : RATE_HZ // 60] *= np.linspace(0, 1, RATE_HZ // 60)
    tail *= 0.22 / np.sqrt(np.square(tail).sum(axis=1, keepdims=True))
    spectra = np.fft.rfft(tail, _ROOM_BLOCK)
    hertz = frequencies(_ROOM_BLOCK)
    band = (hertz / 180) ** 2 / (1 + (hertz / 180) ** 2) / (1 + (hertz / 3_500) ** 2)
    return (spectra * band).astype(np.complex64)


def _voice_gap() -> Spectra:
    """A gentle dip of 3.5 dB around 2 kHz, where consonants are understood; no phase shift."""
    octaves = np.log2(np.maximum(frequencies(_ROOM_BLOCK), 1.0) / 2_000)
    dip_db = -3.5 * np.exp(-0.5 * (octaves / 0.9) ** 2)
    return (10 ** (dip_db / 20)).astype(np.complex64)
