"""Texts that come cut, misshapen, blocked or not at all."""

from __future__ import annotations

from bench.trials.trial import USUAL, Trial, always, once

WRITING = (
    Trial(
        name="cut_reply",
        fault="The text model's reply is cut off",
        faults=once("max_tokens"),
        text=("story!", "story", "script"),
        requests={**USUAL, "text": 3},
    ),
    Trial(
        name="wrong_form",
        fault="A reply has another form than asked",
        faults=once("wrong_json", skip=1),
        text=("story", "script!", "script"),
        requests={**USUAL, "text": 3},
    ),
    Trial(
        name="always_wrong_form",
        fault="Every reply has another form than asked",
        faults=always("wrong_json"),
        text=("story!", "story!", "story!", "park"),
        picture=(),
        voice=(),
        status="parked",
        says="No story: The reply of",
        requests={"text": 3},
        cure=USUAL,
    ),
    Trial(
        name="poor_script",
        fault="The script greets, and speaks a web address",
        faults=once("poor_script", skip=1),
        text=("story", "script", "script"),
        requests={**USUAL, "text": 3},
    ),
    Trial(
        name="always_poor_script",
        fault="Every script greets, and speaks a web address",
        faults=always("poor_script"),
        text=("story", "script", "script", "script"),
        requests={**USUAL, "text": 4},
    ),
    Trial(
        name="text_blocked",
        fault="The prompt is blocked",
        faults=always("block", kind="text"),
        text=("story!", "park"),
        picture=(),
        voice=(),
        status="parked",
        says="refused the text (SAFETY)",
        requests={"text": 1},
        cure=USUAL,
    ),
    Trial(
        name="text_key",
        fault="Gemini's key is wrong",
        faults=always("key_invalid", kind="text"),
        text=("story!", "park"),
        picture=(),
        voice=(),
        status="parked",
        says="Check GOOGLE_API_KEY",
        requests={"text": 1},
        cure=USUAL,
    ),
    Trial(
        name="text_rejected",
        fault="The text model rejects the request",
        faults=always("bad_request", kind="text"),
        text=("story!", "park"),
        picture=(),
        voice=(),
        status="parked",
        says="choose another model",
        requests={"text": 1},
        cure=USUAL,
    ),
)
