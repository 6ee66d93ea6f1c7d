"""Faults in an answer that is whole, charged, and no good: only looking at it tells."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any

import cv2
import numpy as np

from simulator.faults import Action, Fault
from simulator.wire import Answer, Call, Json, Kind

TEXT: frozenset[Kind] = frozenset({"text"})
SIGHT: frozenset[Kind] = frozenset({"sight"})
IMAGE: frozenset[Kind] = frozenset({"image"})
BLUR_PX = 24.0
SHAPES = 40


def _part(answer: Answer) -> Json:
    return answer.reply["candidates"][0]["content"]["parts"][-1]


def _redraw(answer: Answer, change: Callable[[Any], Any]) -> None:
    inline = _part(answer)["inlineData"]
    data = np.frombuffer(base64.b64decode(inline["data"]), np.uint8)
    pixels = change(cv2.imdecode(data, cv2.IMREAD_COLOR))
    suffix = ".png" if inline["mimeType"] == "image/png" else ".jpg"
    inline["data"] = base64.b64encode(cv2.imencode(suffix, pixels)[1].tobytes()).decode()


def _blurred(_fault: Fault, _call: Call, answer: Answer) -> None:
    _redraw(answer, lambda pixels: cv2.GaussianBlur(pixels, (0, 0), BLUR_PX))
    answer.outcome = "blurred picture"


def _same(_fault: Fault, _call: Call, answer: Answer) -> None:
    _redraw(answer, _blocks)
    answer.outcome = "same picture"


def _blocks(pixels: Any) -> Any:
    """Sharp blocks in many colours, the same for every picture of this size."""
    dice = np.random.default_rng(7)
    height, width = pixels.shape[:2]
    drawn = np.full_like(pixels, 90)
    for _ in range(SHAPES):
        x, y = int(dice.integers(width)), int(dice.integers(height))
        far = (x + int(dice.integers(width // 8, width // 3)), y + height // 6)
        cv2.rectangle(drawn, (x, y), far, dice.integers(0, 255, 3).tolist(), -1)
    return drawn


def _poor_script(_fault: Fault, _call: Call, answer: Answer) -> None:
    """Spoil the first scene of a script; other texts stay as they are."""
    written = json.loads(_part(answer)["text"])
    if scenes := written.get("scenes"):
        spoken = f"Hello and welcome! See https://example.com/{scenes[0]['keyword']} for more."
        scenes[0]["narration"] = spoken
        _part(answer)["text"] = json.dumps(written, ensure_ascii=False)
        answer.outcome = "poor script"


def _all_face(_fault: Fault, _call: Call, answer: Answer) -> None:
    """Say that one face fills the whole picture, whatever was drawn."""
    said = json.dumps({"faces": [{"box_2d": [0, 0, 1000, 1000]}], "subject": []})
    _part(answer)["text"] = said
    answer.outcome = "all face"


def _nowhere(_fault: Fault, _call: Call, answer: Answer) -> None:
    """Answer a look with words where boxes were asked for."""
    _part(answer)["text"] = json.dumps({"faces": "a woman, smiling"})
    answer.outcome = "no boxes"


POOR_WORK = {
    "all_face": Action("A face that fills the picture.", SIGHT, damage=_all_face),
    "no_boxes": Action("Words about faces, and no boxes.", SIGHT, damage=_nowhere),
    "blurred": Action("A blurred picture.", IMAGE, damage=_blurred),
    "same_picture": Action("One and the same picture.", IMAGE, damage=_same),
    "poor_script": Action(
        "A script that opens with a greeting and a web address.", TEXT, damage=_poor_script
    ),
}
