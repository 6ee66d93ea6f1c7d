"""Every frame is a pure function of its number: the same number gives the same bytes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from media.caption_paint import Captioner
from media.focus import find_focus
from media.motion import Shot, View, shots, view
from media.picture import cover, fit
from media.planes import Camera, Master, Planes, master_size, to_master
from media.style import Style
from media.timeline import Body, Frame, Take, joint_frames
from media.transitions import TRANSITIONS, Side

FOCUS_SIDE_PX = 256


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


def open_scene(body: Body, style: Style, frame: Frame) -> Scene:
    """Read and convert the scene's picture.

    Raises:
        MediaError: the picture cannot be read or filmed.
    """
    focus = focus_of(body.take, style)
    background = rgb(style.palette[0])
    width_px, height_px = master_size(frame)
    picture, aim = cover(body.take.picture, width_px, height_px, focus, background)
    plan = shots(body, style.motion, frame, aim)
    return Scene(body, to_master(picture, (width_px, height_px)), plan, focus)


def focus_of(take: Take, style: Style) -> Focus:
    """The take's own focus, or the one found in its picture."""
    if take.focus is not None:
        return Focus(*take.focus)
    return Focus(*find_focus(fit(take.picture, FOCUS_SIDE_PX, rgb(style.palette[0]))))


def rgb(colour: str) -> tuple[int, int, int]:
    """The parts of "#rrggbb"."""
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


class Painter:
    """Draws bodies, joints and codas of one film into planes."""

    def __init__(self, style: Style, frame: Frame, language: str) -> None:
        self._style, self._frame = style, frame
        self._camera = Camera(frame)
        self._captions = Captioner(style.captions, frame, language)
        self._left, self._right = Planes.empty(frame), Planes.empty(frame)

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
            Side(self._camera, self._left, left.master, self._view(left, after)),
            Side(self._camera, self._right, right.master, self._view(right, before)),
        )
        TRANSITIONS[body.transition](*sides, (at + 1) / (long + 1), out)
        if before >= body.voice_frame:
            self._words(right, before, out)
        else:
            self._words(left, after, out)

    def caption_boxes(self, body: Body) -> tuple[tuple[int, int, int, int], ...]:
        """The frame rectangle of each of the body's phrases."""
        boxes = [self._captions.box(body.phrases, phrase) for phrase in body.phrases]
        return tuple((box.left, box.top, box.right, box.bottom) for box in boxes)

    def _view(self, scene: Scene, at: int) -> View:
        return view(scene.shots, at, self._style.motion.easing)

    def _words(self, scene: Scene, at: int, out: Planes) -> None:
        body = scene.body
        ms = (at - body.voice_frame) * 1000 / self._frame.fps
        self._captions.draw(out, body.phrases, ms)
