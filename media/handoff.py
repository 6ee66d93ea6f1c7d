"""The editable hand-off: clean picture, stems, captions and a timeline, in one zip."""

from __future__ import annotations

import zipfile
from bisect import bisect_right
from collections.abc import Callable
from functools import partial
from pathlib import Path
from shutil import rmtree
from tempfile import TemporaryDirectory
from typing import NamedTuple

import av
import numpy as np

from media.captions import ass, srt, vtt
from media.cut import cut_list
from media.encode import Draw, encode, even_runs
from media.files import whole_file
from media.film_sound import film_sound, heard_moments
from media.pieces import PiecePainter
from media.planes import Planes
from media.spool import stretches
from media.style import Style
from media.timeline import Frame, Take, Timeline, plan
from media.waveform import RATE_HZ, Sound
from media.x264 import Quality
from shortfactory.story import Effects

EPOCH = (1980, 1, 1, 0, 0, 0)  # zip's own zero: the same parts give the same bytes


class Wanted(NamedTuple):
    """What the hand-off is made from: as the film was, with its title."""

    takes: tuple[Take, ...]
    style: Style
    frame: Frame
    title: str
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
        encode(
            partial(_bare, timeline, wanted.style),
            even_runs(timeline.frames, wanted.frame),
            wanted.frame,
            quality,
            parts / "picture.mp4",
            lambda done: tick(done, timeline.frames),
        )
        _write_stems(timeline, wanted, parts)
        heard = heard_moments(timeline, wanted.style, wanted.effects)
        (parts / "captions.srt").write_text(srt(timeline.cues), "utf-8")
        (parts / "captions.vtt").write_text(vtt(timeline.cues), "utf-8")
        (parts / "captions.ass").write_text(ass(timeline.cues, wanted.style, wanted.frame), "utf-8")
        (parts / "timeline.otio").write_text(cut_list(timeline, wanted.title, heard), "utf-8")
        _pack(sorted(parts.iterdir()), out)


def _bare(timeline: Timeline, style: Style) -> Draw:
    """Draws the whole film with no captions in it."""
    painter = PiecePainter(timeline, style, words=False)
    starts = [piece.start for piece in timeline.pieces]

    def draw(at: int, out: Planes) -> None:
        piece = timeline.pieces[bisect_right(starts, at) - 1]
        painter.draw(piece, at - piece.start, out)

    return draw


def _write_stems(timeline: Timeline, wanted: Wanted, folder: Path) -> None:
    spools = folder / "spools"
    spools.mkdir()
    made = film_sound(timeline, wanted.style, wanted.music, wanted.effects, spools)
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
