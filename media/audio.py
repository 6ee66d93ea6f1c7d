"""The film's sound: voices, a bed that makes room for them, one master."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from media.ducking import duck_db
from media.loudness import SILENCE_LUFS, Levels, integrated_lufs, measure, weighted_power
from media.mastering import master_gain
from media.music import compose, own_music
from media.voice import VOICE_LUFS, load_voice
from media.waveform import (
    SAMPLES_PER_MS,
    Curve,
    Samples,
    apply_curve,
    from_db,
    milliseconds,
)
from shortfactory.errors import MediaError

BED_BELOW_VOICE_LU = 10.0  # in the voice's pauses; ducking takes it to about 19 under words
_FADE_IN_MS, _FADE_OUT_MS, _END_MS = 120, 1_500, 15


@dataclass(frozen=True)
class VoiceCue:
    """One voice file, and the sample (48 kHz) of the film at which the file begins."""

    path: Path
    start_sample: int


@dataclass(frozen=True)
class Soundtrack:
    """The master: float32 (n, 2) at 48 kHz."""

    samples: Samples

    @cached_property
    def levels(self) -> Levels:
        """What these very samples measure; computed when it is asked for."""
        return measure(self.samples)


@dataclass(frozen=True)
class Stems:
    """Voice and music apart, each float32 (n, 2) at 48 kHz, mastered: their sum is the film."""

    voice: Samples
    music: Samples


def soundtrack(
    cues: Sequence[VoiceCue], n_samples: int, mood: str, seed: int, music: Path | None = None
) -> Soundtrack:
    """Mix and master the sound of a film.

    Without any audible voice the bed alone is brought to the target loudness. What a voice says
    beyond the film's end is faded out.

    Args:
        cues: the voices.
        n_samples: the film's length at 48 kHz; exactly so many samples come back.
        mood: a name of `media.moods.MOODS`.
        seed: composes another piece of the same mood.
        music: somebody's own music instead of the composed bed.

    Returns:
        -14 LUFS integrated, true peak at most -1.5 dBTP, so that AAC stays below -1.

    Raises:
        InvalidInput: an unknown mood.
        MediaError: a file cannot be read, a cue lies outside the film, or nothing can be heard.
    """
    voice, mix = _mastered(cues, n_samples, mood, seed, music)
    mix += voice[:, None]
    return Soundtrack(mix)


def stems(
    cues: Sequence[VoiceCue], n_samples: int, mood: str, seed: int, music: Path | None = None
) -> Stems:
    """The two parts whose sum is `soundtrack` with the same arguments; raises as it does."""
    voice, bed = _mastered(cues, n_samples, mood, seed, music)
    return Stems(np.repeat(voice[:, None], 2, axis=1), bed)


def _mastered(
    cues: Sequence[VoiceCue], n_samples: int, mood: str, seed: int, music: Path | None
) -> tuple[Samples, Samples]:
    """The voices, mono (n,), and the bed, stereo (n, 2), under one master gain."""
    if n_samples < 1:
        raise MediaError(f"A film of {n_samples} samples has no sound.", cure="Add a scene.")
    voice, voice_power = _voices(cues, n_samples)
    bed = own_music(music, n_samples) if music else compose(mood, seed, n_samples)
    _place_bed(bed, voice_power)
    levels = measure(bed + voice[:, None])
    if levels.lufs <= SILENCE_LUFS:
        raise MediaError(
            "The film's sound is silent: neither the voices nor the music can be heard.",
            cure="Check the voice files, or choose other music.",
        )
    gain = master_gain(levels)
    apply_curve(voice, gain)
    apply_curve(bed, gain)
    return voice, bed


def _voices(cues: Sequence[VoiceCue], n_samples: int) -> tuple[Samples, Curve]:
    """All voices in one mono track, and its K-weighted power per millisecond."""
    track = np.zeros(n_samples, np.float32)
    for cue in cues:
        if not 0 <= cue.start_sample < n_samples:
            raise MediaError(
                f"The voice {cue.path.name} begins at sample {cue.start_sample}, "
                f"outside a film of {n_samples} samples.",
                cure="Lay out the scenes again from their voices' lengths.",
            )
        voice = load_voice(cue.path)
        at = cue.start_sample + voice.offset_samples
        part = voice.samples[: max(0, n_samples - at)]
        track[at : at + len(part)] += part
    _end_softly(track)
    return track, 2 * weighted_power(track[:, None])


def _place_bed(bed: Samples, voice_power: Curve) -> None:
    """Level, duck and fade the bed in place."""
    lufs = integrated_lufs(weighted_power(bed))
    level = from_db(VOICE_LUFS - BED_BELOW_VOICE_LU - lufs) if lufs > SILENCE_LUFS else 1.0
    gain = level * _fades(milliseconds(len(bed)))
    if integrated_lufs(voice_power) > SILENCE_LUFS:
        gain = gain * 10 ** (duck_db(voice_power) / 20)
    apply_curve(bed, gain)
    # the last sample of a curve is half a millisecond early: end in true silence
    bed[-SAMPLES_PER_MS:] *= np.linspace(1, 0, len(bed[-SAMPLES_PER_MS:]), dtype=np.float32)[
        :, None
    ]


def _end_softly(track: Samples) -> None:
    """Bring the very end to true silence, whatever sounds there, without a click."""
    last = track[-_END_MS * SAMPLES_PER_MS :]
    last *= np.linspace(1, 0, len(last), dtype=np.float32).reshape(-1, *[1] * (track.ndim - 1))


def _fades(n_ms: int) -> Curve:
    curve = np.ones(n_ms)
    rise, fall = min(_FADE_IN_MS, n_ms // 4), min(_FADE_OUT_MS, n_ms // 4)
    curve[:rise] *= np.sin(np.linspace(0, np.pi / 2, rise)) ** 2
    curve[n_ms - fall :] *= np.cos(np.linspace(0, np.pi / 2, fall)) ** 2
    return curve
