"""The film's sound: voices, a bed that makes room for them, one master, in bounded memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from media.ducking import duck_db
from media.effects import Moment, play
from media.loudness import SILENCE_LUFS, Levels, integrated_lufs, measure, weighted_power
from media.mastering import master_gain
from media.music import compose, own_music
from media.spool import Gained, Mix, Spool
from media.voice import VOICE_LUFS, load_voice
from media.waveform import SAMPLES_PER_MS, Curve, Sound, from_db, milliseconds
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
    """The master's parts at 48 kHz; their sum is the film's sound.

    Voice (n, 1), music (n, 2), and effects (n, 2) where transitions are heard. They are computed
    as they are read, from files in the folder that was given.
    """

    voice: Sound
    music: Sound
    effects: Sound | None = None

    @property
    def mix(self) -> Sound:
        """What is heard: (n, 2)."""
        return Mix(_under(self.music, self.effects), self.voice)

    @cached_property
    def levels(self) -> Levels:
        """What these very samples measure; computed when it is asked for."""
        return measure(self.mix)


def soundtrack(
    cues: Sequence[VoiceCue],
    n_samples: int,
    mood: str,
    seed: int,
    folder: Path,
    music: Path | None = None,
    heard: Sequence[Moment] = (),
) -> Soundtrack:
    """Mix and master the sound of a film, in memory that does not grow with its length.

    Without any audible voice the bed alone is brought to the target loudness. What a voice says
    beyond the film's end is faded out.

    Args:
        cues: the voices.
        n_samples: the film's length at 48 kHz; exactly so many samples come back.
        mood: a name of `media.moods.MOODS`.
        seed: composes another piece of the same mood.
        folder: where the samples are kept, at most 28 bytes each; the caller removes it.
        music: somebody's own music instead of the composed bed.
        heard: the transitions that are sounded, each in its middle.

    Returns:
        -14 LUFS integrated, true peak at most -1.5 dBTP, so that AAC stays below -1.

    Raises:
        InvalidInput: an unknown mood.
        MediaError: a file cannot be read, a cue lies outside the film, or nothing can be heard.
        StorageError: the folder cannot be written.
    """
    if n_samples < 1:
        raise MediaError(f"A film of {n_samples} samples has no sound.", cure="Add a scene.")
    voice, voice_power = _voices(cues, n_samples, folder)
    room = _room_for(voice_power)
    if music:
        bed = _placed(own_music(music, n_samples, folder), room)
    else:
        bed = _placed(compose(mood, seed, n_samples, folder), room)
    effects = Gained(play(heard, seed, n_samples, folder), room) if heard else None
    levels = measure(Mix(_under(bed, effects), voice))
    if levels.lufs <= SILENCE_LUFS:
        raise MediaError(
            "The film's sound is silent: neither the voices nor the music can be heard.",
            cure="Check the voice files, or choose other music.",
        )
    gain = master_gain(levels)
    sounded = None if effects is None else Gained(effects, gain)
    return Soundtrack(Gained(voice, gain), Gained(bed, gain), sounded)


def _under(music: Sound, effects: Sound | None) -> Sound:
    """All that lies under the voices."""
    return music if effects is None else Mix(music, effects)


def _voices(cues: Sequence[VoiceCue], n_samples: int, folder: Path) -> tuple[Spool, Curve]:
    """All voices in one mono track, and its K-weighted power per millisecond."""
    track = Spool.empty(folder / "voice.f32", n_samples, 1)
    for cue in cues:
        if not 0 <= cue.start_sample < n_samples:
            raise MediaError(
                f"The voice {cue.path.name} begins at sample {cue.start_sample}, "
                f"outside a film of {n_samples} samples.",
                cure="Lay out the scenes again from their voices' lengths.",
            )
        voice = load_voice(cue.path)
        at = cue.start_sample + voice.offset_samples
        there = track[at : at + len(voice.samples)]
        track[at:] = there + voice.samples[: len(there), None]
    _end_softly(track, _END_MS)
    return track, 2 * weighted_power(track)


def _room_for(voice_power: Curve) -> Curve:
    """The gain, per millisecond, under which everything makes room for the voice."""
    if integrated_lufs(voice_power) <= SILENCE_LUFS:
        return np.ones(len(voice_power))
    return 10 ** (duck_db(voice_power) / 20)


def _placed(bed: Spool, room: Curve) -> Sound:
    """The bed levelled, ducked and faded."""
    lufs = integrated_lufs(weighted_power(bed))
    level = from_db(VOICE_LUFS - BED_BELOW_VOICE_LU - lufs) if lufs > SILENCE_LUFS else 1.0
    # the last sample of a curve is half a millisecond early: end in true silence
    _end_softly(bed, 1)
    return Gained(bed, level * _fades(milliseconds(len(bed))) * room)


def _end_softly(track: Spool, long_ms: int) -> None:
    """Bring the very end to true silence, whatever sounds there, without a click."""
    start = max(0, len(track) - long_ms * SAMPLES_PER_MS)
    last = track[start:]
    track[start:] = last * np.linspace(1, 0, len(last), dtype=np.float32)[:, None]


def _fades(n_ms: int) -> Curve:
    curve = np.ones(n_ms)
    rise, fall = min(_FADE_IN_MS, n_ms // 4), min(_FADE_OUT_MS, n_ms // 4)
    curve[:rise] *= np.sin(np.linspace(0, np.pi / 2, rise)) ** 2
    curve[n_ms - fall :] *= np.cos(np.linspace(0, np.pi / 2, fall)) ** 2
    return curve
