"""Faults in an answer that was made and is charged: Gemini's candidates, parts and usage."""

from __future__ import annotations

import base64
import json
from copy import deepcopy
from functools import partial
from typing import Any

import cv2
import numpy as np

from simulator import delivery
from simulator.faults import GENERATING, MAKING, Action, Fault
from simulator.models import MODELS
from simulator.wire import Answer, Call, Json, Kind

TEXT: frozenset[Kind] = frozenset({"text", "sight"})
IMAGE: frozenset[Kind] = frozenset({"image"})
SPEECH: frozenset[Kind] = frozenset({"speech"})
ABSURD = 2_000_000_000
SUPPORT = "Support code: 42876398."


def _candidate(answer: Answer) -> Json:
    return answer.reply["candidates"][0]


def _parts(answer: Answer) -> list[Json]:
    return _candidate(answer)["content"]["parts"]


def _unmade(call: Call, answer: Answer) -> None:
    """Charge what a refusal costs: the prompt, and the thinking that came before it."""
    usage = answer.reply["usageMetadata"]
    read, thought = usage["promptTokenCount"], usage.get("thoughtsTokenCount", 0)
    for name in ("candidatesTokenCount", "candidatesTokensDetails"):
        usage.pop(name, None)
    usage["totalTokenCount"] = read + thought
    answer.units = {"input_tokens": read, "output_tokens": thought}
    answer.usd = MODELS[call.model].price(answer.units)


def _refuse(fault: Fault, call: Call, answer: Answer) -> None:
    reason = fault.word("IMAGE_SAFETY" if call.kind == "image" else "SAFETY")
    answer.reply["candidates"] = [
        {
            "content": {"role": "model"},
            "finishReason": reason,
            "finishMessage": f"The model output could not be generated. {SUPPORT}",
            "index": 0,
        }
    ]
    _unmade(call, answer)
    answer.outcome = f"refused {reason}"


def _block(fault: Fault, call: Call, answer: Answer) -> None:
    reason = fault.word("SAFETY")
    del answer.reply["candidates"]
    answer.reply["promptFeedback"] = {"blockReason": reason}
    answer.reply["usageMetadata"].pop("thoughtsTokenCount", None)
    _unmade(call, answer)
    answer.outcome = f"blocked {reason}"


def _text(answer: Answer, text: str, outcome: str) -> None:
    _parts(answer)[0]["text"] = text
    answer.outcome = outcome


def _max_tokens(_fault: Fault, _call: Call, answer: Answer) -> None:
    written = _parts(answer)[0]["text"]
    _text(answer, written[: len(written) * 3 // 5], "cut MAX_TOKENS")
    _candidate(answer)["finishReason"] = "MAX_TOKENS"


def _wrong_json(_fault: Fault, _call: Call, answer: Answer) -> None:
    _text(answer, json.dumps({"answer": 42, "scenes": "six"}), "wrong json")


def _no_json(_fault: Fault, _call: Call, answer: Answer) -> None:
    _text(answer, "Sure! Here is the script you asked for: Scene one shows…", "no json")


def _fenced(_fault: Fault, _call: Call, answer: Answer) -> None:
    _text(answer, f"```json\n{_parts(answer)[0]['text']}\n```", "fenced json")


def _empty(_fault: Fault, _call: Call, answer: Answer) -> None:
    _text(answer, "", "empty text")


def _continuation(_fault: Fault, _call: Call, answer: Answer) -> None:
    _candidate(answer)["finishReason"] = "CONTINUATION"
    _candidate(answer)["continuationToken"] = "c2ltdWxhdG9y"
    answer.outcome = "continuation"


def _no_image(_fault: Fault, call: Call, answer: Answer) -> None:
    _candidate(answer)["content"] = {"role": "model", "parts": []}
    _unmade(call, answer)
    answer.outcome = "no image"


def _text_only(_fault: Fault, call: Call, answer: Answer) -> None:
    text = "I can describe the picture: a calm scene in warm evening light."
    _candidate(answer)["content"] = {"role": "model", "parts": [{"text": text}]}
    _unmade(call, answer)
    answer.outcome = "text only"


def _three_images(_fault: Fault, call: Call, answer: Answer) -> None:
    picture = _parts(answer)[-1]
    _parts(answer).extend([deepcopy(picture), deepcopy(picture)])
    usage = answer.reply["usageMetadata"]
    more = 2 * answer.units["image_tokens"]
    answer.units["image_tokens"] += more
    usage["candidatesTokenCount"] += more
    usage["totalTokenCount"] += more
    usage["candidatesTokensDetails"][0]["tokenCount"] += more
    answer.usd = MODELS[call.model].price(answer.units)
    answer.outcome = "three images"


def _thought_image(_fault: Fault, _call: Call, answer: Answer) -> None:
    draft = {**deepcopy(_parts(answer)[-1]), "thought": True}
    _parts(answer).insert(0, draft)
    answer.outcome = "thought image"


def _pixels(answer: Answer) -> Any:
    data = base64.b64decode(_parts(answer)[-1]["inlineData"]["data"])
    return cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)


def _picture(answer: Answer, suffix: str, pixels: Any, called: str) -> bytes:
    data = cv2.imencode(suffix, pixels)[1].tobytes()
    _parts(answer)[-1]["inlineData"] = {
        "mimeType": called,
        "data": base64.b64encode(data).decode(),
    }
    return data


def _png_called_jpeg(_fault: Fault, _call: Call, answer: Answer) -> None:
    _picture(answer, ".png", _pixels(answer), "image/jpeg")
    answer.outcome = "png called jpeg"


def _truncated_png(_fault: Fault, _call: Call, answer: Answer) -> None:
    data = _picture(answer, ".png", _pixels(answer), "image/png")
    cut = base64.b64encode(data[: len(data) // 2]).decode()
    _parts(answer)[-1]["inlineData"]["data"] = cut
    answer.outcome = "truncated png"


def _wrong_shape(_fault: Fault, _call: Call, answer: Answer) -> None:
    pixels = cv2.resize(_pixels(answer), (1024, 1024), interpolation=cv2.INTER_AREA)
    _picture(answer, ".jpg", pixels, "image/jpeg")
    answer.outcome = "wrong shape"


def _no_audio(_fault: Fault, call: Call, answer: Answer) -> None:
    _candidate(answer)["content"] = {"role": "model", "parts": []}
    _candidate(answer)["finishReason"] = "OTHER"
    _unmade(call, answer)
    answer.outcome = "no audio"


def _short_audio(_fault: Fault, _call: Call, answer: Answer) -> None:
    inline = _parts(answer)[-1]["inlineData"]
    data = base64.b64decode(inline["data"])
    inline["data"] = base64.b64encode(data[: len(data) // 4 * 2]).decode()
    answer.outcome = "short audio"


def _usage_missing(_fault: Fault, _call: Call, answer: Answer) -> None:
    answer.reply.pop("usageMetadata", None)
    answer.headers.pop("character-cost", None)
    answer.outcome = "usage missing"


def _usage_false(count: int, outcome: str, _fault: Fault, _call: Call, answer: Answer) -> None:
    usage: Json = answer.reply.get("usageMetadata", {})
    for name in ("candidatesTokenCount", "totalTokenCount", "promptTokenCount"):
        if name in usage:
            usage[name] = count
    for detail in usage.get("candidatesTokensDetails", []):
        detail["tokenCount"] = count
    if "character-cost" in answer.headers:
        answer.headers["character-cost"] = str(count)
    answer.outcome = outcome


def _cut_body(_fault: Fault, _call: Call, answer: Answer) -> None:
    answer.deliver, answer.outcome = delivery.cut, "cut body"


def _stalled_body(_fault: Fault, _call: Call, answer: Answer) -> None:
    answer.deliver, answer.outcome = delivery.stall, "stalled body"


def _broken_json(_fault: Fault, _call: Call, answer: Answer) -> None:
    answer.deliver, answer.outcome = delivery.broken_json, "broken json"


def _reset_after(_fault: Fault, _call: Call, answer: Answer) -> None:
    answer.deliver, answer.outcome = delivery.reset, "reset after work"


def _damage(says: str, kinds: frozenset[Kind], damage: Any) -> Action:
    return Action(says, kinds, damage=damage)


DAMAGE = {
    "refuse": _damage("HTTP 200 refused with finishReason `value`.", GENERATING, _refuse),
    "block": _damage("HTTP 200, the prompt blocked with `value` (SAFETY).", GENERATING, _block),
    "max_tokens": _damage("JSON cut mid-string, MAX_TOKENS.", TEXT, _max_tokens),
    "wrong_json": _damage("Valid JSON of another shape.", TEXT, _wrong_json),
    "no_json": _damage("Prose where JSON was asked.", TEXT, _no_json),
    "fenced_json": _damage("JSON inside a Markdown fence.", TEXT, _fenced),
    "empty_text": _damage("A reply without a word.", TEXT, _empty),
    "continuation": _damage("finishReason CONTINUATION.", TEXT, _continuation),
    "no_image": _damage("A reply without a picture.", IMAGE, _no_image),
    "text_only": _damage("Words instead of a picture.", IMAGE, _text_only),
    "three_images": _damage("Three pictures.", IMAGE, _three_images),
    "thought_image": _damage("A thought's draft before the picture.", IMAGE, _thought_image),
    "png_called_jpeg": _damage("PNG bytes called image/jpeg.", IMAGE, _png_called_jpeg),
    "truncated_png": _damage("Half a PNG.", IMAGE, _truncated_png),
    "wrong_shape": _damage("A square picture.", IMAGE, _wrong_shape),
    "no_audio": _damage("A reply without sound.", SPEECH, _no_audio),
    "short_audio": _damage("Half of the sound.", SPEECH, _short_audio),
    "usage_missing": _damage("No usage numbers.", MAKING, _usage_missing),
    "usage_negative": _damage(
        "Negative usage.", MAKING, partial(_usage_false, -7, "usage negative")
    ),
    "usage_absurd": _damage(
        "Billions of tokens.", MAKING, partial(_usage_false, ABSURD, "usage absurd")
    ),
    "cut_body": _damage("The connection closes mid-body.", MAKING, _cut_body),
    "stalled_body": _damage("The body stops and never goes on.", MAKING, _stalled_body),
    "broken_json": _damage("HTTP 200 with truncated JSON.", MAKING, _broken_json),
    "reset_after_work": _damage("Made, charged, then reset.", MAKING, _reset_after),
}
