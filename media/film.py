"""What a render worker does: a scene's segment, a whole film, a cover, a report.

This is the worker's side of `media.render`; it is imported in worker processes only.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import accumulate
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import cv2

from media.aac import encode_sound
from media.cover import draw_cover
from media.encode import Draw, encode, even_runs
from media.film_sound import film_sound
from media.frames import Painter, open_scene
from media.handoff import Wanted, write_handoff
from media.inspect import inspect_film, inspect_picture, inspect_voice
from media.laid import laid_cues
from media.made import Film, Segment
from media.memory import give_back
from media.mux import Stretch, join
from media.own_music import check_music
from media.pieces import PiecePainter
from media.quality_page import write_page
from media.report import Expected, Finding, Report
from media.style import Style, load
from media.timeline import Frame, Take, Timeline, plan, plan_body
from media.worker import Job
from media.x264 import Quality
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
    frames = scene.body.frames

    def artist() -> Draw:
        return partial(Painter(look, frame, take.language).body, scene)

    runs = even_runs(frames, frame)
    encode(artist, runs, frame, quality, out, lambda done: tick(done, frames))
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
    with (
        TemporaryDirectory(dir=out.parent, prefix=".parts-") as name,
        ThreadPoolExecutor(1, "sound") as aside,
    ):
        folder = Path(name)
        sounding = aside.submit(_sound, timeline, look, music, effects, folder)
        pieces = _pieces(timeline, look, segments, folder, quality, tick)
        join(pieces, sounding.result(), frame, out, lambda done: tick(done, timeline.frames))
    return Film(
        frames=timeline.frames,
        duration_ms=frame.ms(timeline.frames),
        cues=laid_cues(timeline, Painter(look, frame, takes[0].language), look),
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
    wanted = Wanted(takes, load(style), frame, title, music, effects)
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


def _sound(
    timeline: Timeline, style: Style, music: Path | None, effects: Effects, folder: Path
) -> Path:
    encode_sound(film_sound(timeline, style, music, effects, folder).mix, folder / "sound.mp4")
    return folder / "sound.mp4"


def _pieces(
    timeline: Timeline,
    style: Style,
    segments: tuple[Path, ...],
    folder: Path,
    quality: Quality,
    tick: Tick,
) -> tuple[Stretch, ...]:
    """Every piece in order; joints and the coda are encoded here, each a run of one file."""
    between = [piece for piece in timeline.pieces if piece.kind != "body"]
    runs = [piece.frames for piece in between]
    path = folder / "between.mp4"

    def artist() -> Draw:
        painter = PiecePainter(timeline, style)
        places = [(piece, at) for piece in between for at in range(piece.frames)]
        return lambda at, out: painter.draw(*places[at], out)

    def still(_: int) -> None:
        tick(0, timeline.frames)

    encode(artist, runs, timeline.frame, quality, path, still)
    places = accumulate(runs, initial=0)
    return tuple(
        Stretch(segments[piece.scene], 0, piece.frames)
        if piece.kind == "body"
        else Stretch(path, next(places), piece.frames)
        for piece in timeline.pieces
    )
