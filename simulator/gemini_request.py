"""Reads a generateContent request as Google does, and refuses what Google refuses."""

from __future__ import annotations

import base64
import binascii
from decimal import Decimal
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from simulator.gemini_errors import invalid, model_gone, unknown_field
from simulator.models import ALIASES, MODELS, RETIRED, GeminiModel
from simulator.pictures import readable
from simulator.wire import Call, Json, Kind, Rejected, camel, is_unicode

_REQUEST_FIELDS = """
contents systemInstruction tools toolConfig safetySettings generationConfig cachedContent
serviceTier labels model store
"""
REQUEST_FIELDS = frozenset(_REQUEST_FIELDS.split())
_CONFIG_FIELDS = """
candidateCount stopSequences maxOutputTokens temperature topP topK seed presencePenalty
frequencyPenalty responseLogprobs logprobs responseMimeType responseSchema responseJsonSchema
responseModalities speechConfig thinkingConfig imageConfig mediaResolution
enableEnhancedCivicAnswers audioTimestamp
"""
CONFIG_FIELDS = frozenset(_CONFIG_FIELDS.split())
IMAGE_FIELDS = frozenset({"aspectRatio", "imageSize"})
MAX_REFERENCES = 14
MAX_INLINE_BYTES = 7 * 1024 * 1024
TIERS = {"standard": Decimal(1), "flex": Decimal("0.5"), "priority": Decimal("1.75")}


class _Loose(BaseModel):
    model_config = ConfigDict(extra="allow")


class _Blob(_Loose):
    data: str = ""


class _Part(_Loose):
    text: str = ""
    inlineData: _Blob | None = None


class _Content(_Loose):
    role: Literal["user", "model"] = "user"
    parts: list[_Part] = []


class _Level(_Loose):
    thinkingLevel: str = ""


class _Config(_Loose):
    maxOutputTokens: int = 1
    responseModalities: list[str] = []
    responseJsonSchema: dict[str, Any] = {}
    thinkingConfig: _Level = _Level()
    imageConfig: dict[str, str] = {}
    speechConfig: dict[str, Any] = {}


class _Body(_Loose):
    """The types of what is read here; everything else may be anything."""

    contents: list[_Content]
    systemInstruction: _Content = _Content()
    generationConfig: _Config = _Config()


def read_call(model: str, raw: Any) -> Call:
    """Understand a body, in either casing, and refuse what has no such field.

    Raises:
        Rejected: unknown or retired model, unknown field, no contents.
    """
    name = ALIASES.get(model.removeprefix("models/"), model.removeprefix("models/"))
    if name in RETIRED or name not in MODELS:
        raise Rejected(model_gone(name))
    body = camel(raw)
    if not isinstance(body, dict) or not body.get("contents"):
        raise invalid("* GenerateContentRequest.contents: contents is not specified\n")
    try:
        _Body.model_validate(body)
    except ValidationError as error:
        raise _mistyped(error) from error
    text = text_of(body)
    if not is_unicode(text):
        raise invalid("Invalid JSON payload received. Invalid unicode escape sequence.")
    for field in body.keys() - REQUEST_FIELDS:
        raise unknown_field(field, "")
    for field in body.get("generationConfig", {}).keys() - CONFIG_FIELDS:
        raise unknown_field(field, "generation_config")
    return Call("gemini", _kind(MODELS[name], body), name, body, text)


def _kind(model: GeminiModel, body: Json) -> Kind:
    """What is wanted; a text model that is given a picture is to look at it."""
    given = any("inlineData" in part for content in body["contents"] for part in _parts(content))
    return "sight" if model.makes == "text" and given else model.makes


def _mistyped(error: ValidationError) -> Rejected:
    first = error.errors(include_url=False)[0]
    if first["loc"][-1] == "role":
        return invalid("Please use a valid role: user, model.")
    where = ".".join(map(str, first["loc"]))
    return invalid(f"Invalid value at '{where}': {first['msg']}")


def text_of(body: Json) -> str:
    """All that the contents say, without the system instruction."""
    texts = [part.get("text", "") for content in body["contents"] for part in _parts(content)]
    return "\n".join(text for text in texts if text)


def _parts(content: Json) -> list[Json]:
    return content.get("parts", [])


def system_of(body: Json) -> str:
    """What the system instruction says."""
    instruction = body.get("systemInstruction") or {}
    return "\n".join(part.get("text", "") for part in instruction.get("parts", []))


def check_thinking(model: GeminiModel, config: Json) -> None:
    """Refuse a thinking level that the model does not have.

    Raises:
        Rejected: as named.
    """
    thinking = config.get("thinkingConfig", {})
    level = str(thinking.get("thinkingLevel", "")).upper()
    if level and level not in model.thinking:
        raise invalid(f"Thinking level {level} is not supported for this model.")


def tier_of(call: Call) -> str:
    """The service tier, in lower case.

    Raises:
        Rejected: there is no such tier.
    """
    tier = str(call.body.get("serviceTier", "standard")).lower()
    if tier not in TIERS:
        raise invalid(f"Invalid value at 'service_tier': {tier}")
    return tier


def references_of(body: Json) -> tuple[bytes, ...]:
    """The pictures in the contents, decoded from base64.

    Raises:
        Rejected: too many, too large, or not pictures.
    """
    inlined = [
        part["inlineData"].get("data", "")
        for content in body["contents"]
        for part in _parts(content)
        if "inlineData" in part
    ]
    if len(inlined) > MAX_REFERENCES:
        raise invalid(f"At most {MAX_REFERENCES} input images are supported.")
    try:
        found = tuple(_bytes(data) for data in inlined)
    except binascii.Error:
        raise invalid("Base64 decoding failed for inline data.") from None
    if any(len(data) > MAX_INLINE_BYTES or not readable(data) for data in found):
        raise invalid("Unable to process input image. Please retry or report.")
    return found


def _bytes(data: str) -> bytes:
    """Protobuf JSON takes both base64 alphabets, padded or not; Google's SDK sends the other."""
    standard = data.rstrip("=").replace("-", "+").replace("_", "/")
    return base64.b64decode(standard + "=" * (-len(standard) % 4), validate=True)
