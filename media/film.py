"""What a render worker does: a scene's segment, a whole film, a cover, a report.

This is the worker's side of `media.render`; it is imported in worker processes only.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import accumulate
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import cv2

from media.audio import VoiceCue, soundtrack
from media.cover import draw_cover
from media.effects import moments
from media.encode import Draw, Quality, encode
from media.frames import Painter, Scene, open_scene
from media.handoff import Wanted, write_handoff
from media.inspect import inspect_film, inspect_picture, inspect_voice
from media.laid import laid_cues
from media.made import Film, Segment
from media.memory import give_back, sweep
from media.mux import Stretch, join
from media.own_music import check_music
from media.planes import Planes
from media.quality_page import write_page
from media.report import Expected, Finding, Report
from media.style import Style, load
from media.timeline import Frame, Piece, Take, Timeline, plan, plan_body
from media.worker import Job
from shortfactory.sight import Sight
from shortfactory.story import Effects, Word

cv2.setNumThreads(1)  # the pool is the parallelism
give_back()

Tick = Callable[[int, int], None]


def make_segment(
    take: Take, style: str, frame: Frame, out: Path, quality: Quality, tick: Tick
) -> Segment:
    """Encode the body of one scene. See `RenderDoor.segment`."""
    wall_s, cpu_s = time.perf_counter(), time.process_time()
    look = load(style)
    scene = open_scene(plan_body(take, look, frame), look, frame)
    painter = Painter(look, frame, take.language)
    frames = scene.body.frames

    def draw(at: int, planes: Planes) -> None:
        painter.body(scene, at, planes)

    encode(draw, frames, frame, quality, out, lambda done: tick(done, frames))
    sweep()
    return Segment(
        frames=frames,
        focus=(scene.focus.x, scene.focus.y),
        wall_s=round(time.perf_counter() - wall_s, 3),
        cpu_s=round(time.process_time() - cpu_s, 3),
    )


def make_film(
    takes: tuple[Take, ...],
    segments: tuple[Path, ...],
    style: str,
    frame: Frame,
    out: Path,
    quality: Quality,
    music: Path | None,
    tick: Tick,
    effects: Effects = "auto",
) -> Film:
    """Encode joints and coda, mix the sound, join everything. See `RenderDoor.film`."""
    wall_s, cpu_s = time.perf_counter(), time.process_time()
    look = load(style)
    timeline = plan(takes, look, frame)
    out.parent.mkdir(parents=True, exist_ok=True)
    painter = Painter(look, frame, takes[0].language)
    voices = [
        VoiceCue(take.voice, start)
        for take, start in zip(takes, timeline.voice_starts, strict=True)
        if take.voice_ms
    ]
    # The sound is made while the joints are encoded: they leave part of a core idle.
    with (
        TemporaryDirectory(dir=out.parent, prefix=".parts-") as name,
        ThreadPoolExecutor(1, "sound") as aside,
    ):
        folder, seed = Path(name), _seed(takes)
        heard = moments(timeline) if look.heard(effects) else ()
        mixing = aside.submit(
            soundtrack, voices, timeline.samples, look.mood, seed, folder, music, heard
        )
        pieces = _pieces(timeline, painter, look, segments, folder, quality, tick)
        sound = mixing.result().mix
        join(pieces, sound, frame, out, lambda done: tick(done, timeline.frames))
    return Film(
        frames=timeline.frames,
        duration_ms=frame.ms(timeline.frames),
        cues=laid_cues(timeline, painter, look),
        voice_starts=timeline.voice_starts,
        body_starts=timeline.body_starts,
        wall_s=round(time.perf_counter() - wall_s, 3),
        cpu_s=round(time.process_time() - cpu_s, 3),
    )


def make_report(path: Path, expected: Expected, tick: Tick) -> Report:
    """Measure a finished film. See `RenderDoor.report`."""
    tick(0, 0)
    return inspect_film(path, expected)


def make_cover(
    picture: Path, title: str, style: str, out: Path, tick: Tick, sight: Sight | None = None
) -> None:
    """Draw a cover. See `RenderDoor.cover`."""
    tick(0, 0)
    draw_cover(picture, title, load(style), out, sight)


def make_page(
    path: Path, title: str, report: Report, expected: Expected, out: Path, tick: Tick
) -> None:
    """Write the report as a page. See `RenderDoor.page`."""
    tick(0, 0)
    write_page(path, title, report, expected, out)


def make_handoff(
    takes: tuple[Take, ...],
    style: str,
    frame: Frame,
    title: str,
    out: Path,
    quality: Quality,
    music: Path | None,
    tick: Tick,
    effects: Effects = "auto",
) -> None:
    """Write what an editing program opens. See `RenderDoor.handoff`."""
    wanted = Wanted(takes, load(style), frame, title, _seed(takes), music, effects)
    write_handoff(wanted, out, quality, tick)


def check_picture(path: Path, frame: Frame, tick: Tick) -> list[Finding]:
    """Measure a picture. See `RenderDoor.check_picture`."""
    tick(0, 0)
    return inspect_picture(path, (frame.width_px, frame.height_px))


def check_voice(path: Path, text: str, words: tuple[Word, ...], tick: Tick) -> list[Finding]:
    """Measure a narration. See `RenderDoor.check_voice`."""
    tick(0, 0)
    return inspect_voice(path, text, words)


def check_own_music(path: Path, tick: Tick) -> None:
    """Refuse music that cannot lie under a film. See `RenderDoor.check_music`."""
    tick(0, 0)
    check_music(path)


JOBS: dict[Job, Callable[..., Any]] = {
    "segment": make_segment,
    "film": make_film,
    "cover": make_cover,
    "report": make_report,
    "page": make_page,
    "handoff": make_handoff,
    "music": check_own_music,
    "picture": check_picture,
    "voice": check_voice,
}


def _pieces(
    timeline: Timeline,
    painter: Painter,
    style: Style,
    segments: tuple[Path, ...],
    folder: Path,
    quality: Quality,
    tick: Tick,
) -> tuple[Stretch, ...]:
    """Every piece in order; joints and the coda are encoded here, in one run into one file."""
    between = [piece for piece in timeline.pieces if piece.kind != "body"]
    *starts, frames = accumulate((piece.frames for piece in between), initial=0)
    path, draw = folder / "between.mp4", _drawn_between(painter, _Scenes(timeline, style), between)

    def still(_: int) -> None:
        tick(0, timeline.frames)

    encode(draw, frames, timeline.frame, quality, path, still, starts)
    places = iter(starts)
    return tuple(
        Stretch(segments[piece.scene], 0, piece.frames)
        if piece.kind == "body"
        else Stretch(path, next(places), piece.frames)
        for piece in timeline.pieces
    )


class _Scenes:
    """Opens scenes in order and keeps no more than the two that a joint needs."""

    def __init__(self, timeline: Timeline, style: Style) -> None:
        self._timeline, self._style = timeline, style
        self._open: dict[int, Scene] = {}

    def __getitem__(self, index: int) -> Scene:
        """The scene, opened if it is not."""
        if index not in self._open:
            self._open = {key: scene for key, scene in self._open.items() if key == index - 1}
            body = self._timeline.bodies[index]
            self._open[index] = open_scene(body, self._style, self._timeline.frame)
        return self._open[index]


def _drawn_between(painter: Painter, scenes: _Scenes, pieces: list[Piece]) -> Draw:
    places = [(piece, at) for piece in pieces for at in range(piece.frames)]

    def draw(at: int, out: Planes) -> None:
        piece, inside = places[at]
        left = scenes[piece.scene]
        if piece.kind == "coda":
            painter.body(left, left.body.frames + inside, out)
        else:
            painter.joint(left, scenes[piece.scene + 1], inside, out)

    return draw


def _seed(takes: tuple[Take, ...]) -> int:
    """The same words give the same music."""
    words = "\n".join(take.text for take in takes)
    return int.from_bytes(hashlib.sha256(words.encode()).digest()[:4], "big")
