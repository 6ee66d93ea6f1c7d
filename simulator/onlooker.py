"""Looks at a picture as Gemini does: boxes for its faces and for its subject.

The simulated drawings hold no faces that anybody could find. Half of them get one all the same, by
the picture's own bytes, so that what depends on faces is exercised; the same picture always gets
the same answer.
"""

from __future__ import annotations

import hashlib
import json
from random import Random

from simulator.author import prose
from simulator.schema import fill, required_names
from simulator.wire import Json

FACE_HIGH, FACE_WIDE = (90, 150), (150, 240)  # of 1000: a face in a half-length portrait
FACE_MIDDLE_ACROSS, FACE_MIDDLE_DOWN = (350, 650), (250, 620)


def reply(picture: bytes, schema: Json | None) -> str:
    """What is seen: JSON that obeys the schema, or prose where no boxes were asked for."""
    if schema is None or "box_2d" not in required_names(schema):
        return prose("a picture")
    dice = Random(hashlib.sha256(picture).hexdigest())
    faces = [_box(dice)] if dice.random() < 0.5 else []
    subject = _around(faces[0]) if faces else [250, 200, 800, 800]
    wish = {"faces": [{"box_2d": box} for box in faces], "subject": [{"box_2d": subject}]}
    return json.dumps(fill(schema, wish))


def _box(dice: Random) -> list[int]:
    """A face as Gemini gives it: ymin, xmin, ymax, xmax."""
    x, y = dice.randint(*FACE_MIDDLE_ACROSS), dice.randint(*FACE_MIDDLE_DOWN)
    wide, high = dice.randint(*FACE_WIDE), dice.randint(*FACE_HIGH)
    return [y - high // 2, x - wide // 2, y + high // 2, x + wide // 2]


def _around(face: list[int]) -> list[int]:
    """The figure to whom a face belongs."""
    top, left, bottom, right = face
    wide, high = right - left, bottom - top
    return [max(0, top - high // 3), max(0, left - wide), 1000, min(1000, right + wide)]
