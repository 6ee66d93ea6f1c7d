"""The editable hand-off: clean picture, stems, captions and a timeline, in one zip."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from shutil import rmtree
from tempfile import TemporaryDirectory
from typing import NamedTuple

import av
import numpy as np

from media.audio import VoiceCue, soundtrack
from media.captions import ass, srt, vtt
from media.cut import cut_list
from media.effects import Moment, moments
from media.encode import Quality, encode
from media.files import whole_file
from media.frames import Painter, Scene, open_scene
from media.planes import Planes
from media.spool import stretches
from media.style import Style
from media.timeline import Frame, Take, Timeline, plan
from media.waveform import RATE_HZ, Sound
from shortfactory.story import Effects

EPOCH = (1980, 1, 1, 0, 0, 0)  # zip's own zero: the same parts give the same bytes


class Wanted(NamedTuple):
    """What the hand-off is made from: as the film was, with its title and its music's seed."""

    takes: tuple[Take, ...]
    style: Style
    frame: Frame
    title: str
    seed: int
    music: Path | None
    effects: Effects = "auto"


def write_handoff(
    wanted: Wanted, out: Path, quality: Quality, tick: Callable[[int, int], None]
) -> None:
    """Write a zip with everything that an editing program needs to go on from the film.

    picture.mp4 is the film without captions and sound; voice.wav, music.wav and, where transitions
    are heard, effects.wav (24 bit, 48 kHz, mastered) add up to the film's sound; captions.srt,
    .vtt and .ass; timeline.otio (OpenTimelineIO) lays them out scene by scene and refers to the
    files beside it.

    Raises:
        MediaError: a picture, voice or music cannot be read.
        StorageError: `out` cannot be written.
    """
    timeline = plan(wanted.takes, wanted.style, wanted.frame)
    out.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=out.parent, prefix=".handoff-") as folder:
        parts = Path(folder)
        draw = _Bare(timeline, wanted.style)
        encode(
            draw, timeline.frames, wanted.frame, quality, parts / "picture.mp4",
            lambda done: tick(done, timeline.frames),
        )  # fmt: skip
        heard = moments(timeline) if wanted.style.heard(wanted.effects) else ()
        _write_stems(timeline, wanted, heard, parts)
        (parts / "captions.srt").write_text(srt(timeline.cues), "utf-8")
        (parts / "captions.vtt").write_text(vtt(timeline.cues), "utf-8")
        (parts / "captions.ass").write_text(ass(timeline.cues, wanted.style, wanted.frame), "utf-8")
        (parts / "timeline.otio").write_text(cut_list(timeline, wanted.title, heard), "utf-8")
        _pack(sorted(parts.iterdir()), out)


class _Bare:
    """Draws the whole film, frame by frame in order, with no captions in it."""

    def __init__(self, timeline: Timeline, style: Style) -> None:
        self._timeline, self._style = timeline, style
        language = timeline.bodies[0].take.language
        self._painter = Painter(style, timeline.frame, language)
        self._scenes: dict[int, Scene] = {}
        self._pieces = iter(timeline.pieces)
        self._piece = next(self._pieces)

    def __call__(self, at: int, out: Planes) -> None:
        """Fill the planes with frame `at` of the film."""
        if at >= self._piece.start + self._piece.frames:
            self._piece = next(self._pieces)
        piece, inside = self._piece, at - self._piece.start
        scene = self._scene(piece.scene)
        if piece.kind == "body":
            self._painter.body(scene, inside, out)
        elif piece.kind == "coda":
            self._painter.body(scene, scene.body.frames + inside, out)
        else:
            self._painter.joint(scene, self._scene(piece.scene + 1), inside, out)

    def _scene(self, index: int) -> Scene:
        if index not in self._scenes:
            self._scenes.pop(index - 2, None)
            # The camera's cuts follow the phrases; only after it is planned may they go.
            scene = open_scene(self._timeline.bodies[index], self._style, self._timeline.frame)
            self._scenes[index] = replace(scene, body=replace(scene.body, phrases=()))
        return self._scenes[index]


def _write_stems(
    timeline: Timeline, wanted: Wanted, heard: tuple[Moment, ...], folder: Path
) -> None:
    voices = [
        VoiceCue(take.voice, start)
        for take, start in zip(wanted.takes, timeline.voice_starts, strict=True)
        if take.voice_ms
    ]
    mood, spools = wanted.style.mood, folder / "spools"
    spools.mkdir()
    made = soundtrack(voices, timeline.samples, mood, wanted.seed, spools, wanted.music, heard)
    _write_wav(folder / "voice.wav", made.voice)
    _write_wav(folder / "music.wav", made.music)
    if made.effects is not None:
        _write_wav(folder / "effects.wav", made.effects)
    rmtree(spools)


def _write_wav(path: Path, sound: Sound) -> None:
    """24-bit stereo PCM: what a stem holds beyond full scale alone is clipped in no film."""
    with av.open(path, "w") as file:
        stream = file.add_stream("pcm_s24le", rate=RATE_HZ, layout="stereo")
        written = 0
        for samples in stretches(sound):
            whole = np.clip(np.rint(samples * 2**31), -(2**31), 2**31 - 256).astype(np.int32)
            block = np.ascontiguousarray(np.broadcast_to(whole, (len(whole), 2))).reshape(1, -1)
            frame = av.AudioFrame.from_ndarray(block, format="s32", layout="stereo")
            frame.sample_rate, frame.pts = RATE_HZ, written
            file.mux(stream.encode(frame))
            written += len(samples)
        file.mux(stream.encode(None))


def _pack(parts: list[Path], out: Path) -> None:
    with whole_file(out) as whole, zipfile.ZipFile(whole, "w", zipfile.ZIP_STORED) as archive:
        for part in parts:
            entry = zipfile.ZipInfo(part.name, EPOCH)
            entry.external_attr = 0o644 << 16
            with archive.open(entry, "w", force_zip64=False) as sink, part.open("rb") as source:
                while chunk := source.read(1 << 20):
                    sink.write(chunk)
