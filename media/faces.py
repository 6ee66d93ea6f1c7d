"""Where the faces of a scene's picture are in the film's frames, as its camera moves over them."""

from __future__ import annotations

from dataclasses import dataclass

from media.motion import Shot, shots, view
from media.overlap import Bounds, Rectangle
from media.picture import kept_part
from media.planes import master_size
from media.style import Style
from media.timeline import Body, Frame, Take

LEAST_HEIGHT_SHARE = 0.05
"""Of the frame's height: a lower face is one of a crowd, and nobody reads its features."""


@dataclass(frozen=True)
class Followed:
    """The faces of one picture, as shares of its master, and the camera that moves over them."""

    areas: tuple[Bounds, ...]
    plan: tuple[Shot, ...]
    easing: float
    frame: Frame

    def at(self, number: int) -> tuple[Rectangle, ...]:
        """The faces inside the frame at this frame of the scene's body, cut at its rims."""
        seen = view(self.plan, number, self.easing)
        across = [_place(seen.x, seen.zoom, area[0::2], self.frame.width_px) for area in self.areas]
        down = [_place(seen.y, seen.zoom, area[1::2], self.frame.height_px) for area in self.areas]
        found = [(x[0], y[0], x[1], y[1]) for x, y in zip(across, down, strict=True)]
        least_px = LEAST_HEIGHT_SHARE * self.frame.height_px
        return tuple(face for face in found if face[0] < face[2] and face[3] - face[1] >= least_px)


def aim(take: Take) -> tuple[float, float] | None:
    """Where the camera shall aim, as shares of the picture; None lets it search for itself."""
    return take.focus or (take.sight.focus if take.sight else None)


def follow(body: Body, style: Style, frame: Frame) -> Followed | None:
    """The faces of a scene, ready to be followed; None where there is none.

    Raises:
        MediaError: the picture cannot be read.
    """
    take = body.take
    focus = aim(take)
    if take.sight is None or not take.sight.faces or focus is None:
        return None
    part = kept_part(take.picture, *master_size(frame), focus)
    areas = tuple(inside(area, part) for area in take.sight.faces)
    x, y, *_ = inside((*focus, *focus), part)
    plan = shots(body, style.motion, frame, (x, y))
    return Followed(areas, plan, style.motion.easing, frame)


def inside(area: Bounds, part: Bounds) -> Bounds:
    """An area of a picture as shares of a part of it (left, top, width, height).

    Beyond 0 and 1 where the part cuts it.
    """
    left, top, wide, high = part
    x0, y0, x1, y1 = area
    return (x0 - left) / wide, (y0 - top) / high, (x1 - left) / wide, (y1 - top) / high


def _place(centre: float, zoom: float, ends: tuple[float, ...], side_px: int) -> tuple[int, int]:
    """Where a span of the master falls in the frame, cut at its rims."""
    first, last = (((end - centre) * zoom + 0.5) * side_px for end in ends)
    return round(min(max(first, 0), side_px)), round(min(max(last, 0), side_px))
