"""What the captions of a film cover, told when it is made and held against the file later."""

from __future__ import annotations

from media.faces import Followed, follow
from media.frames import Painter
from media.overlap import Rectangle
from media.style import Style
from media.timeline import Cue, Timeline


def laid_cues(timeline: Timeline, painter: Painter, style: Style) -> tuple[Cue, ...]:
    """Every cue with its rectangle, and with the faces in the frame at its middle."""
    boxes: list[Rectangle] = []
    for body in timeline.bodies:
        boxes += painter.caption_boxes(body)
    followed = [follow(body, style, timeline.frame) for body in timeline.bodies]
    return tuple(
        cue.model_copy(update={"box": box, "faces": _faces(cue, timeline, followed)})
        for cue, box in zip(timeline.cues, boxes, strict=True)
    )


def _faces(
    cue: Cue, timeline: Timeline, followed: list[Followed | None]
) -> tuple[Rectangle, ...] | None:
    """None where nobody looked at the scene's picture: that is not the same as no face."""
    index = cue.scene - 1
    if timeline.bodies[index].take.sight is None:
        return None
    faces = followed[index]
    middle_s = (cue.start_ms + cue.end_ms) / 2000
    number = timeline.frame.frames(middle_s) - timeline.body_starts[index]
    return () if faces is None else faces.at(number)
