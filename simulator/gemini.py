"""Gemini's generateContent: checks a request as Google does, then writes, draws or speaks."""

from __future__ import annotations

import base64
import math
from collections.abc import Awaitable, Callable
from dataclasses import replace
from uuid import uuid4

from simulator import author, onlooker, schema
from simulator.gemini_errors import invalid, unknown_field
from simulator.gemini_request import (
    IMAGE_FIELDS,
    TIERS,
    check_thinking,
    references_of,
    system_of,
    tier_of,
)
from simulator.models import MODELS, ONE_K_PX, SPEECH_VOICES, GeminiModel, pixels
from simulator.speech import speak
from simulator.wire import Answer, Call, Json

Draw = Callable[[str, tuple[bytes, ...], str, tuple[int, int], str], Awaitable[bytes]]

CHARACTERS_PER_TOKEN = 4
AUDIO_TOKENS_PER_SECOND = 25  # Google's rate for spoken output; not measured
SPEECH_RATE_HZ = 24_000
SAMPLING_FIELDS = frozenset({"temperature", "topP", "topK"})
REFERENCE_TOKENS = 1120
DEFAULT_OUTPUT_TOKENS = 65_536
SIGNATURE = base64.b64encode(b"simulated thought signature").decode()


async def generate(call: Call, draw: Draw) -> Answer:
    """Do what the model is asked for, and count what it used.

    Raises:
        Rejected: the model cannot do what the request asks.
    """
    model, config = MODELS[call.model], call.body.get("generationConfig", {})
    check_thinking(model, config)
    tier_of(call)
    if model.makes == "image":
        return await _image(call, model, config, draw)
    if model.makes == "speech":
        return await _speech(call, model, config)
    return _written(call, model, config)


def _modalities(config: Json) -> set[str]:
    return {str(name).upper() for name in config.get("responseModalities", [])}


def _tokens(text: str) -> int:
    return max(1, math.ceil(len(text) / CHARACTERS_PER_TOKEN))


def _thoughts(model: GeminiModel, config: Json) -> int:
    level = str(config.get("thinkingConfig", {}).get("thinkingLevel", "")).upper()
    return 0 if level == "MINIMAL" else model.thinks * (2 if level == "HIGH" else 1)


def _written(call: Call, model: GeminiModel, config: Json) -> Answer:
    if _modalities(config) - {"TEXT"}:
        raise invalid("Model does not support the requested response modalities: image,text")
    shape = config.get("responseJsonSchema")
    if shape is not None:
        schema.check(shape, "generation_config.response_json_schema")
    elif config.get("responseSchema") is not None:
        shape = config["responseSchema"]
        schema.check(shape, "generation_config.response_schema", schema.OPENAPI_KEYWORDS)
    seen = references_of(call.body)
    system = system_of(call.body)
    text = onlooker.reply(seen[0], shape) if seen else author.reply(call.text, system, shape)
    thoughts = _thoughts(model, config)
    room = int(config.get("maxOutputTokens", DEFAULT_OUTPUT_TOKENS)) - thoughts
    reason = "STOP" if _tokens(text) <= room else "MAX_TOKENS"
    text = text[: max(room, 0) * CHARACTERS_PER_TOKEN]
    parts: list[Json] = [{"text": text, "thoughtSignature": SIGNATURE}] if text else []
    read = _tokens(call.text + system) + REFERENCE_TOKENS * len(seen)
    units = {"input_tokens": read, "output_tokens": thoughts + (_tokens(text) if text else 0)}
    usage = _usage(read, units["output_tokens"] - thoughts, thoughts, None, len(seen))
    return _answer(call, model, parts, reason, units, usage)


async def _image(call: Call, model: GeminiModel, config: Json, draw: Draw) -> Answer:
    if config.get("responseJsonSchema") or config.get("responseSchema"):
        raise invalid("JSON mode is not enabled for this model")
    asked = config.get("imageConfig", {})
    for field in asked.keys() - IMAGE_FIELDS:
        raise unknown_field(field, "generation_config.image_config")
    aspect, size = str(asked.get("aspectRatio", "1:1")), str(asked.get("imageSize", "1K"))
    if aspect not in ONE_K_PX:
        raise invalid(f"Invalid aspect ratio: {aspect}.")
    if size not in model.sizes:
        raise invalid(f"Unsupported image size {size!r}. Use one of {', '.join(model.sizes)}.")
    references = references_of(call.body)
    width_px, height_px = pixels(aspect, size)
    data = await draw(call.text, references, aspect, (width_px, height_px), model.picture)
    kind = "image/jpeg" if model.picture == ".jpg" else "image/png"
    inline = {"mimeType": kind, "data": base64.b64encode(data).decode()}
    read = _tokens(call.text + system_of(call.body)) + REFERENCE_TOKENS * len(references)
    thoughts, extra = _thoughts(model, config), 120 + len(call.text) % 90
    made = model.sizes[size]
    units = {"input_tokens": read, "output_tokens": extra + thoughts, "image_tokens": made}
    usage = _usage(read, made + extra, thoughts, ("IMAGE", made), len(references))
    parts = [{"inlineData": inline, "thoughtSignature": SIGNATURE}]
    if made + extra + thoughts > int(config.get("maxOutputTokens", DEFAULT_OUTPUT_TOKENS)):
        return _answer(call, model, [], "MAX_TOKENS", units, usage)  # half a picture is none
    return _answer(call, model, parts, "STOP", units, usage)


async def _speech(call: Call, model: GeminiModel, config: Json) -> Answer:
    if _modalities(config) != {"AUDIO"}:
        raise invalid("The requested combination of response modalities is not supported: text")
    if model.wav and (given := sorted(SAMPLING_FIELDS & config.keys())):
        raise invalid(f"{given[0]} is not supported for this model.")
    voice = config.get("speechConfig", {}).get("voiceConfig", {}).get("prebuiltVoiceConfig", {})
    name = str(voice.get("voiceName", "Kore"))
    if name.lower() not in SPEECH_VOICES:
        raise invalid(f"Voice name {name} is not supported.")
    language = str(config.get("speechConfig", {}).get("languageCode", ""))
    spoken = await speak(call.text.strip(), language, 1.0, name, SPEECH_RATE_HZ)
    made = math.ceil(spoken.seconds * AUDIO_TOKENS_PER_SECOND)
    room = int(config.get("maxOutputTokens", made))
    spoken = replace(spoken, pcm=spoken.pcm[: room * SPEECH_RATE_HZ * 2 // AUDIO_TOKENS_PER_SECOND])
    reason, made = ("STOP", made) if made <= room else ("MAX_TOKENS", room)
    mime = "audio/wav" if model.wav else f"audio/L16;codec=pcm;rate={SPEECH_RATE_HZ}"
    sound = spoken.wav() if model.wav else spoken.pcm
    inline = {"mimeType": mime, "data": base64.b64encode(sound).decode()}
    read = _tokens(call.text)
    units = {"input_tokens": read, "audio_tokens": made}
    usage = _usage(read, made, 0, ("AUDIO", made))
    return _answer(call, model, [{"inlineData": inline}], reason, units, usage)


def _usage(
    read: int,
    candidates: int,
    thoughts: int,
    media: tuple[str, int] | None = None,
    references: int = 0,
) -> Json:
    pictures = references * REFERENCE_TOKENS
    details = [{"modality": "TEXT", "tokenCount": read - pictures}]
    details += [{"modality": "IMAGE", "tokenCount": pictures}] if pictures else []
    usage: Json = {
        "promptTokenCount": read,
        "candidatesTokenCount": candidates,
        "totalTokenCount": read + candidates + thoughts,
        "promptTokensDetails": details,
    }
    if thoughts:
        usage["thoughtsTokenCount"] = thoughts
    if media:
        usage["candidatesTokensDetails"] = [{"modality": media[0], "tokenCount": media[1]}]
    return usage


def _answer(
    call: Call,
    model: GeminiModel,
    parts: list[Json],
    reason: str,
    units: dict[str, int],
    usage: Json,
) -> Answer:
    content = {"parts": parts, "role": "model"}
    usage["serviceTier"] = tier_of(call)
    reply: Json = {
        "candidates": [{"content": content, "finishReason": reason, "index": 0}],
        "usageMetadata": usage,
        "modelVersion": call.model,
        "responseId": uuid4().hex[:22],
    }
    usd = model.price(units) * TIERS[usage["serviceTier"]]
    return Answer(
        reply, units=units, usd=usd, outcome="ok" if reason == "STOP" else f"cut {reason}"
    )
