"""Every frame is a pure function of its number: the same number gives the same bytes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache, partial
from pathlib import Path
from threading import Lock
from typing import NamedTuple

from media.camera import Camera
from media.caption_paint import Captioner
from media.faces import aim
from media.focus import find_focus
from media.motion import Shot, View, shots, view
from media.picture import cover, fit
from media.planes import Master, Planes, master_size, to_master
from media.standing import caption_centre
from media.style import Style
from media.timeline import Body, Frame, joint_frames
from media.transitions import TRANSITIONS, Side

FOCUS_SIDE_PX = 256
MASTERS_KEPT = 3  # of 10 MB each at full size: what two joints in a row need
_OPENING = Lock()


class Focus(NamedTuple):
    """The subject's place as shares of a picture's width and height."""

    x: float
    y: float


@dataclass(frozen=True)
class Scene:
    """One scene ready to draw: its master picture and its camera's plan."""

    body: Body
    master: Master
    shots: tuple[Shot, ...]
    focus: Focus
    captions: float  # where the middle of its captions stands, of the frame's height


def open_scene(body: Body, style: Style, frame: Frame) -> Scene:
    """Read and convert the scene's picture; a picture used lately is not read again.

    Raises:
        MediaError: the picture cannot be read or filmed.
    """
    take = body.take
    # A file written anew under the same name is another picture.
    stamp = take.picture.stat() if take.picture.exists() else None
    changed_ns = stamp.st_mtime_ns if stamp else 0
    # One at a time: desks that want the same picture at once would each hold their own.
    with _OPENING:
        opened = _open(take.picture, changed_ns, aim(take), style.palette[0], master_size(frame))
    plan = shots(body, style.motion, frame, opened.aim)
    centre = caption_centre(body, style, frame)
    return Scene(body, opened.master, plan, opened.focus, centre)


class _Opened(NamedTuple):
    master: Master
    focus: Focus
    aim: tuple[float, float]  # the focus inside the master


@lru_cache(maxsize=MASTERS_KEPT)
def _open(
    path: Path, _: int, focus: tuple[float, float] | None, ground: str, size: tuple[int, int]
) -> _Opened:
    found = focus_of(path, focus, ground)
    picture, aim = cover(path, *size, found, rgb(ground))
    return _Opened(to_master(picture, size), found, aim)


def focus_of(path: Path, focus: tuple[float, float] | None, ground: str) -> Focus:
    """The focus that was given, or the one found in the picture."""
    if focus is not None:
        return Focus(*focus)
    return Focus(*find_focus(fit(path, FOCUS_SIDE_PX, rgb(ground))))


def rgb(colour: str) -> tuple[int, int, int]:
    """The parts of "#rrggbb"."""
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


class Painter:
    """Draws bodies, joints and codas of one film into planes."""

    def __init__(self, style: Style, frame: Frame, language: str) -> None:
        self._style, self._frame = style, frame
        self._camera = Camera(frame)
        self._captioner = lru_cache(maxsize=3)(partial(_captioner, style, frame, language))

    def body(self, scene: Scene, at: int, out: Planes) -> None:
        """Frame `at` of a scene's body; beyond its end, the frames of a coda."""
        self._camera.shoot(scene.master, self._view(scene, at), out)
        self._words(scene, at, out)

    def joint(self, left: Scene, right: Scene, at: int, out: Planes) -> None:
        """Frame `at` of the transition between two scenes."""
        body = right.body
        long = joint_frames(body.transition, self._frame)
        after, before = left.body.frames + at, at - long
        sides = (
            Side(self._camera, self._sides[0], left.master, self._view(left, after)),
            Side(self._camera, self._sides[1], right.master, self._view(right, before)),
        )
        TRANSITIONS[body.transition](*sides, (at + 1) / (long + 1), out)
        if before >= body.voice_frame:
            self._words(right, before, out)
        else:
            self._words(left, after, out)

    def caption_boxes(self, body: Body) -> tuple[tuple[int, int, int, int], ...]:
        """The frame rectangle of each of the body's phrases."""
        centre = caption_centre(body, self._style, self._frame)
        captioner = self._captioner(centre)
        boxes = [captioner.box(body.phrases, phrase) for phrase in body.phrases]
        return tuple((box.left, box.top, box.right, box.bottom) for box in boxes)

    @cached_property
    def _sides(self) -> tuple[Planes, Planes]:
        """Room for both pictures of a joint; bodies need none."""
        return Planes.empty(self._frame), Planes.empty(self._frame)

    def _view(self, scene: Scene, at: int) -> View:
        return view(scene.shots, at, self._style.motion.easing)

    def _words(self, scene: Scene, at: int, out: Planes) -> None:
        body = scene.body
        ms = (at - body.voice_frame) * 1000 / self._frame.fps
        captioner = self._captioner(scene.captions)
        captioner.shade(out, body.phrases, ms)
        captioner.draw(out, body.phrases, ms)


def _captioner(style: Style, frame: Frame, language: str, centre: float) -> Captioner:
    """Who letters where the middle of the captions is at this share of the frame's height."""
    return Captioner(style.captions.model_copy(update={"centre": centre}), frame, language)
