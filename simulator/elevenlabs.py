"""ElevenLabs: checks a request as they do, speaks, aligns, and lists its catalogue."""

from __future__ import annotations

import base64
import math
from typing import Any
from uuid import uuid4

from pydantic import BaseModel, ValidationError

from simulator import elevenlabs_errors as errors
from simulator.account import Account
from simulator.speech import Spoken, speak
from simulator.voices import (
    RATES_HZ,
    VOICE_MODELS,
    VoiceModel,
    voice_gender,
    voice_language,
)
from simulator.wire import Answer, Call, Json, Rejected, is_unicode

DEFAULT_MODEL = "eleven_multilingual_v2"
DEFAULT_FORMAT = "mp3_44100_128"
NEIGHBOURS = ("previous_text", "next_text", "previous_request_ids", "next_request_ids")
MOST_NEIGHBOUR_IDS = 3
SLOWEST, FASTEST = 0.7, 1.2
LARGEST_SEED = 4_294_967_295
WAV_HEADER_BYTES = 44


class _Settings(BaseModel):
    speed: float | None = None
    stability: float | None = None
    similarity_boost: float | None = None
    style: float | None = None


class _Body(BaseModel):
    """The types of what is read here, checked as the vendor's framework checks them."""

    text: str
    model_id: str | None = None
    language_code: str | None = None
    voice_settings: _Settings | None = None
    seed: int | None = None
    previous_text: str | None = None
    next_text: str | None = None
    previous_request_ids: list[str] | None = None
    next_request_ids: list[str] | None = None


def read_call(voice: str, body: Any, query: dict[str, str]) -> Call:
    """Understand a text-to-speech request.

    Raises:
        Rejected: no text, a field of the wrong type, an unknown voice or model.
    """
    try:
        _Body.model_validate(body)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = str(first["loc"][-1]) if first["loc"] else "text"
        raise Rejected(errors.validation(where, first["msg"], first["type"])) from error
    if not is_unicode(body["text"]):
        raise Rejected(errors.validation("text", "Invalid unicode", "string_unicode"))
    model = str(body.get("model_id") or DEFAULT_MODEL)
    if model not in VOICE_MODELS:
        raise Rejected(errors.model_gone(model))
    if voice_language(voice) is None:
        raise Rejected(errors.voice_gone(voice))
    return Call("elevenlabs", "voice", model, body, body["text"], query, voice)


async def with_timestamps(call: Call, account: Account) -> Answer:
    """Speak the text and say when each of its characters sounds.

    Raises:
        Rejected: the model cannot do what the request asks, or the credits are spent.
    """
    model = VOICE_MODELS[call.model]
    _check(call, model)
    container, rate_hz = _format(call)
    credits = math.ceil(len(call.text) * model.credit)
    if not account.afford(credits):
        raise Rejected(errors.quota_exceeded(account.credits_left, credits))
    speed = float((call.body.get("voice_settings") or {}).get("speed") or 1.0)
    language = str(call.body.get("language_code") or "") or _language(call)
    spoken = await speak(call.text, language, speed, voice_gender(call.target), rate_hz)
    account.spend(credits)
    audio = spoken.wav() if container == "wav" else spoken.pcm
    return Answer(
        {
            "audio_base64": base64.b64encode(audio).decode(),
            "alignment": spoken.alignment(),
            "normalized_alignment": spoken.alignment(),
        },
        headers=_headers(credits, spoken),
        units={"characters": len(call.text), "credits": credits},
        usd=model.price(len(call.text)),
    )


def _headers(credits: int, spoken: Spoken) -> dict[str, str]:
    return {
        "request-id": uuid4().hex[:20],
        "history-item-id": uuid4().hex[:20],
        "character-cost": str(credits),
        "tts-latency-ms": str(round(spoken.seconds * 20)),
        "x-region": "simulator",
        "x-trace-id": uuid4().hex,
    }


def _language(call: Call) -> str:
    return voice_language(call.target) or "en"


def _check(call: Call, model: VoiceModel) -> None:
    body = call.body
    if not call.text.strip():
        raise errors.rejected("invalid_parameters", "The text must not be empty.")
    if len(call.text) > model.most_characters:
        limit = f"A maximum of {model.most_characters} characters is supported by this model."
        raise errors.rejected("text_too_long", limit)
    if not model.stitches and any(body.get(name) for name in NEIGHBOURS):
        message = f"Providing previous_text or next_text is not yet supported with {call.model}."
        raise errors.rejected("unsupported_model", message)
    if any(len(body.get(name) or []) > MOST_NEIGHBOUR_IDS for name in NEIGHBOURS[2:]):
        raise errors.rejected("invalid_parameters", "At most 3 request ids can be given.")
    _check_language(body, call.model, model)
    _check_numbers(body)


def _check_language(body: Json, name: str, model: VoiceModel) -> None:
    code = body.get("language_code")
    if code and (not model.takes_language or code not in model.languages.split()):
        message = f"Model '{name}' does not support the language_code {code}."
        raise errors.rejected("invalid_parameters", message)


def _check_numbers(body: Json) -> None:
    settings: Json = body.get("voice_settings") or {}
    speed = settings.get("speed")
    if speed is not None and not SLOWEST <= float(speed) <= FASTEST:
        message = f"Invalid setting for speed. Must be between {SLOWEST} and {FASTEST}."
        raise errors.rejected("invalid_voice_settings", message)
    shares = [settings.get(name) for name in ("stability", "similarity_boost", "style")]
    if any(share is not None and not 0 <= float(share) <= 1 for share in shares):
        raise errors.rejected("invalid_voice_settings", "Must be between 0 and 1.")
    seed = body.get("seed")
    if seed is not None and not 0 <= int(seed) <= LARGEST_SEED:
        raise errors.rejected("invalid_parameters", f"seed must be 0 to {LARGEST_SEED}.")


def _format(call: Call) -> tuple[str, int]:
    asked = call.query.get("output_format", DEFAULT_FORMAT)
    container, _, rate = asked.partition("_")
    if container not in ("pcm", "wav") or not rate.isdigit() or int(rate) not in RATES_HZ:
        message = f"Output format {asked}: the simulator speaks pcm_* and wav_* only."
        raise errors.rejected("invalid_output_format", message)
    return container, int(rate)


def subscription(account: Account) -> Json:
    """The account as `GET /v1/user/subscription` shows it."""
    return {
        "tier": "creator",
        "character_count": account.credits_spent,
        "character_limit": account.credits,
        "max_credit_limit_extension": 0,
        "can_extend_character_limit": False,
        "allowed_to_extend_character_limit": False,
        "voice_slots_used": 10,
        "professional_voice_slots_used": 0,
        "professional_voice_slots_used_in_workspace": 0,
        "voice_limit": 30,
        "professional_voice_limit": 1,
        "can_extend_voice_limit": False,
        "can_use_instant_voice_cloning": True,
        "can_use_professional_voice_cloning": True,
        "current_overage": {"amount": "0", "currency": "usd"},
        "status": "active",
        "open_invoices": [],
        "has_open_invoices": False,
    }
