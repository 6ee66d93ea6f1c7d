"""How one picture gives way to the next: each transition is a function of its progress."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import cv2
import numpy as np

from media.camera import Camera
from media.motion import View
from media.planes import Bytes, Master, Planes, mix
from media.style import TransitionName

WHIP_BLUR_SHARE = 0.16  # of the width, at the fastest moment
ZOOM_THROUGH = 1.7


class Blend(Protocol):
    """Draw the frame at `part` (0..1) of the way from the left to the right picture."""

    def __call__(self, left: Side, right: Side, part: float, out: Planes) -> None:
        """Fill `out`; both sides' planes may be overwritten."""
        ...


@dataclass(frozen=True)
class Side:
    """One picture of a transition, where its camera stands now, and planes to draw it in."""

    camera: Camera
    planes: Planes
    master: Master
    seen: View

    def shoot(self, zoom: float = 1.0) -> Planes:
        """Draw it, nearer by `zoom`."""
        near = View(self.seen.zoom * zoom, self.seen.x, self.seen.y)
        self.camera.shoot(self.master, near, self.planes)
        return self.planes


def crossfade(left: Side, right: Side, part: float, out: Planes) -> None:
    """One picture dissolves into the other."""
    mix(left.shoot(), right.shoot(), _smooth(part), out)


def push(left: Side, right: Side, part: float, out: Planes) -> None:
    """The new picture pushes the old one up and out, fast first and gently to its place."""
    _slide(left.shoot(), right.shoot(), 1 - (1 - part) ** 3, out, axis=0)


def whip(left: Side, right: Side, part: float, out: Planes) -> None:
    """The camera whips sideways: both pictures slide by, blurred by their own speed."""
    moved = _smooth(_smooth(part))
    _slide(left.shoot(), right.shoot(), moved, out, axis=1)
    speed = 4 * part * (1 - part)
    _smear(out, speed * WHIP_BLUR_SHARE)


def zoom(left: Side, right: Side, part: float, out: Planes) -> None:
    """The camera flies into the old picture and out into the new one."""
    eased = _smooth(part)
    near = ZOOM_THROUGH**eased
    # The new picture starts nearer and settles, so that it never shows its own edge.
    settling = ZOOM_THROUGH ** (1 - eased)
    mix(left.shoot(near), right.shoot(settling), _smooth(min(max(2 * part - 0.5, 0), 1)), out)


def cut(left: Side, right: Side, part: float, out: Planes) -> None:
    """The new picture stands there at once."""
    mix(left.shoot(), right.shoot(), float(part >= 0.5), out)


TRANSITIONS: dict[TransitionName, Blend] = {
    "cut": cut,
    "crossfade": crossfade,
    "push": push,
    "whip": whip,
    "zoom": zoom,
}


def _smooth(part: float) -> float:
    return part * part * (3 - 2 * part)


def _slide(left: Planes, right: Planes, moved: float, out: Planes, axis: int) -> None:
    """Show the tail of one picture and the head of the next, side by side."""
    for a, b, into, even in zip(left, right, out, (2, 1), strict=True):
        side = into.shape[axis]
        at = round(moved * out.uv.shape[axis]) * even
        if axis == 0:
            into[: side - at], into[side - at :] = a[at:], b[:at]
        else:
            into[:, : side - at], into[:, side - at :] = a[:, at:], b[:, :at]


def _smear(planes: Planes, share: float) -> None:
    for plane in planes:
        wide = 2 * round(share * plane.shape[1] / 2) + 1
        if wide > 1:
            plane[:] = _box(plane, wide)


def _box(plane: Bytes, wide: int) -> Bytes:
    return np.asarray(cv2.blur(plane, (wide, 1), borderType=cv2.BORDER_REPLICATE), np.uint8)
