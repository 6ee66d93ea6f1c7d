"""Camera moves over a still: sub-pixel, eased, aimed at the subject, never the same twice."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from math import exp, log
from typing import Final, NamedTuple

from media.scaling import steady_zoom
from media.style import Motion
from media.timeline import Body, Frame

RUN_OUT_S = 0.9  # the camera keeps moving through the joints at either side
NEAREST = 1.45  # beyond this a 1.5x master would be enlarged
CLOSE_FRAMING = 1.22  # every second shot of one picture stands nearer
AIMED_Y = 0.36  # where near shots put the subject: the middle is where captions stand
SIDE_SHARE = 0.6  # of the way to a subject beside the middle: the rest keeps its company in sight
MOVES: Final = (  # odd scenes take the first row, even ones the second: neighbours differ
    ("push_in", "pan_right", "tilt_up", "drift_in"),
    ("pull_out", "pan_left", "drift_out", "tilt_down"),
)


class View(NamedTuple):
    """What the camera sees: 1.0 is the whole picture's cover crop; the centre is a share."""

    zoom: float
    x: float
    y: float


@dataclass(frozen=True)
class Shot:
    """One framing of a picture, in the body's frames; `start` may be before its first one."""

    move: str
    start: int
    end: int
    first: View
    last: View


def shots(body: Body, motion: Motion, frame: Frame, focus: tuple[float, float]) -> tuple[Shot, ...]:
    """The camera's plan for one scene, from that scene alone."""
    edges = _edges(body, motion, frame)
    moves = MOVES[1 - body.take.number % 2]
    amount = motion.amount * (1.4 if body.take.kind == "hook" else 1.0)
    found: list[Shot] = []
    for index, (start, end) in enumerate(pairwise(edges)):
        move = moves[(body.take.number // 2 + index) % len(moves)]
        near = CLOSE_FRAMING if index % 2 else 1.0
        first, last = _views(move, near, amount * (end - start) / (4 * frame.fps), focus)
        found.append(Shot(move, start, end, first, last))
    return tuple(found)


def view(plan: tuple[Shot, ...], at: int, easing: float) -> View:
    """What the camera sees at a frame of the body; frames before and after it continue."""
    shot = next((shot for shot in plan if at < shot.end), plan[-1])
    part = min(max((at - shot.start) / (shot.end - shot.start), 0.0), 1.0)
    part = (1 - easing) * part + easing * part * part * (3 - 2 * part)
    zoom = exp(log(shot.first.zoom) * (1 - part) + log(shot.last.zoom) * part)
    # A pan that follows the zoom keeps the aimed-at point on a straight line.
    if abs(shot.last.zoom - shot.first.zoom) > 1e-6:
        part = (1 / zoom - 1 / shot.first.zoom) / (1 / shot.last.zoom - 1 / shot.first.zoom)
    x = shot.first.x + (shot.last.x - shot.first.x) * part
    y = shot.first.y + (shot.last.y - shot.first.y) * part
    return View(zoom, x, y)


def _edges(body: Body, motion: Motion, frame: Frame) -> list[int]:
    """Where shots begin and end: evenly, moved to where a phrase begins."""
    run_out = frame.frames(RUN_OUT_S)
    count = max(1, round(body.frames / (motion.shot_s * frame.fps)))
    step = body.frames / count
    starts = [
        body.voice_frame + frame.frames(phrase.words[0].start_ms / 1000) for phrase in body.phrases
    ]
    edges = [-run_out]
    for index in range(1, count):
        even = round(step * index)
        near = [at for at in starts if abs(at - even) < step / 3]
        edges.append(min(near, key=lambda at, even=even: abs(at - even), default=even))
    return [*edges, body.frames + run_out]


def _views(move: str, near: float, amount: float, focus: tuple[float, float]) -> tuple[View, View]:
    amount = min(max(amount, 0.03), 0.22)
    wide, tight = near * 1.03, min(near * 1.03 * (1 + amount), NEAREST)
    focus = 0.5 + (focus[0] - 0.5) * SIDE_SHARE, focus[1] + (0.5 - AIMED_Y) / tight
    x, y = focus if near > 1 else (0.5 + (focus[0] - 0.5) * 0.5, 0.5 + (focus[1] - 0.5) * 0.5)
    far = _inside(View(wide, x, y))
    close = _inside(View(tight, *focus))
    if move == "push_in":
        return far, close
    if move == "pull_out":
        return close, far
    if move in ("drift_in", "drift_out"):
        away = _inside(View(wide, x, y + amount * 0.5))
        pair = (away, close)
        return pair if move == "drift_in" else (close, _inside(View(wide, x, y - amount * 0.5)))
    level = near * (1.04 + amount)
    dx, dy = {
        "pan_right": (amount * 0.4, 0.0),
        "pan_left": (-amount * 0.4, 0.0),
        "tilt_down": (0.0, amount * 0.4),
        "tilt_up": (0.0, -amount * 0.4),
    }[move]
    return _travel(steady_zoom(min(level, NEAREST)), focus, dx, dy)


def _travel(zoom: float, focus: tuple[float, float], dx: float, dy: float) -> tuple[View, View]:
    """A level move through the focus, shifted as a whole so that neither end leaves the picture."""
    half = 0.5 / zoom
    x = min(max(focus[0], half + abs(dx)), 1 - half - abs(dx)) if abs(dx) < 0.5 - half else 0.5
    y = min(max(focus[1], half + abs(dy)), 1 - half - abs(dy)) if abs(dy) < 0.5 - half else 0.5
    return _inside(View(zoom, x - dx, y - dy)), _inside(View(zoom, x + dx, y + dy))


def _inside(seen: View) -> View:
    half = 0.5 / seen.zoom
    return View(seen.zoom, min(max(seen.x, half), 1 - half), min(max(seen.y, half), 1 - half))
