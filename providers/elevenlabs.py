"""ElevenLabs' voices. One narration here is one request, with the time of every word checked."""

from __future__ import annotations

import asyncio
import base64
import binascii
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from pydantic import JsonValue

from providers.access import Access
from providers.elevenlabs_history import read_history, text_digest
from providers.elevenlabs_voices import choose, language, rules
from providers.first_use import FirstUse
from providers.keys import endpoint_name
from providers.ports import Usage, VendorRecord, VoiceReply, VoiceRequest
from providers.word_times import WrongTimes, check_drift, sent_text, word_times
from shortfactory.errors import MalformedReply, RequestRejected

if TYPE_CHECKING:
    from providers.elevenlabs_sdk import ElevenLabsDoor
    from providers.elevenlabs_voices import ListedVoice

RATE_HZ = 24_000  # allowed on every plan, and exact to the sample, unlike MP3
MOST_CREDITS = 10_000_000


class ElevenLabsVoice:
    """Speaks by `convert_with_timestamps`.

    The voice is the request's, else the configured one, else the account's best for the
    request's language and tone; the account's voices are listed once, free of charge.
    """

    def __init__(
        self,
        access: Access,
        voice_id: str | None = None,
        on_concurrency: Callable[[int], None] | None = None,
    ) -> None:
        """Check key and address; raises ConfigurationError. The SDK loads at the first call.

        `on_concurrency` is told how many requests the account may have in flight, whenever
        an answer says so.
        """
        self.model, self.voice_id, self.on_concurrency = access.model, voice_id, on_concurrency
        self._access = access.checked("ELEVENLABS_API_KEY", "SHORTFACTORY_ELEVENLABS__BASE_URL")
        self._door = FirstUse(self._open)
        self._listing = asyncio.Lock()
        self._voices: tuple[ListedVoice, ...] | None = None

    @property
    def id(self) -> str:
        """The id under which the catalogue knows it."""
        return f"elevenlabs:{self.model}"

    def fingerprint(self, request: VoiceRequest) -> Mapping[str, JsonValue]:
        """Everything sent, and who answers; for a voice to be chosen, what it is chosen by."""
        voice = request.voice or self.voice_id or ""
        return {
            "endpoint": endpoint_name(self._access.base_url),
            "voice": voice,
            "tone": "" if voice else request.tone,
            "language": language(request.language),
            "rate_hz": RATE_HZ,
            **self._body(request),
        }

    async def speak(self, request: VoiceRequest) -> VoiceReply:
        """Make one request (and, the first time a voice must be chosen, one free listing).

        Raises:
            RequestRejected: empty or too long for the model, or a language it does not speak;
                nothing was sent.
            MalformedReply: no sound, or word times that are missing, wrong or drifting.
            ModelGone: the voice or the model does not exist.
            ProviderError: any other failure, by kind.
        """
        self._check(request)
        door = await self._door.get()
        voice = request.voice or self.voice_id or await self._choose(door, request)
        headers, reply = await door.speak(voice, self._body(request))
        return await asyncio.to_thread(self._read, headers, reply, request)

    def trace(self, request: VoiceRequest) -> dict[str, str]:
        """What the account's history will say of it; a voice to be chosen is not known yet."""
        voice = request.voice or self.voice_id or ""
        return {"voice": voice, "text_sha256": text_digest(sent_text(request.text))}

    async def records(
        self, trace: Mapping[str, str], since: datetime, until: datetime
    ) -> tuple[VendorRecord, ...]:
        """Read the account's history of that time; free of charge.

        Raises:
            ProviderError: nobody answers, or the key may not read it.
        """
        door = await self._door.get()
        items = await door.history(trace.get("voice", ""), since, until)
        return read_history(items, self.model)

    def _check(self, request: VoiceRequest) -> None:
        allowed = rules(self.model)
        length, code = len(sent_text(request.text)), language(request.language)
        problem = ""
        if not any(character.isalnum() for character in request.text):
            problem = f"there is nothing to speak in {request.text[:40]!r}"
        if length > allowed.most_characters:
            problem = f"{length} characters are more than its {allowed.most_characters}"
        if allowed.languages is not None and code not in allowed.languages:
            problem = f"it does not speak the language {code!r}"
        if problem:
            raise self._rejected(problem, cure="Change the text or choose another voice model.")

    def _body(self, request: VoiceRequest) -> dict[str, Any]:
        allowed = rules(self.model)
        body: dict[str, Any] = {
            "text": sent_text(request.text),
            "model_id": self.model,
            "output_format": f"pcm_{RATE_HZ}",
            "seed": request.variation,
        }
        if allowed.language_code:
            body["language_code"] = language(request.language)
        if allowed.stitching:
            neighbours = {"previous_text": request.previous_text, "next_text": request.next_text}
            body |= {name: text for name, text in neighbours.items() if text}
        return body

    async def _choose(self, door: ElevenLabsDoor, request: VoiceRequest) -> str:
        async with self._listing:
            if self._voices is None:
                self._voices = await door.voices()
        chosen = choose(self._voices, request.language, request.tone)
        if not chosen:
            raise self._rejected(
                "the account has no voices",
                cure="Add one in ElevenLabs, or set SHORTFACTORY_ELEVENLABS__VOICE_ID.",
            )
        return chosen

    def _read(self, headers: Mapping[str, str], reply: Any, request: VoiceRequest) -> VoiceReply:
        text = sent_text(request.text)
        usage = _usage(headers, text)
        try:
            pcm = base64.b64decode(reply.audio_base_64 or "", validate=True)
            pcm = pcm[: len(pcm) // 2 * 2]
            times = reply.alignment
            if times is None:
                raise WrongTimes("it came without the times of its characters")
            words = word_times(
                text,
                language(request.language),
                times.characters,
                times.character_start_times_seconds,
                times.character_end_times_seconds,
            )
            check_drift(times.character_end_times_seconds[-1], pcm, RATE_HZ)
        except (binascii.Error, WrongTimes, AttributeError, TypeError) as problem:
            raise MalformedReply(
                f"The narration of ElevenLabs ({self.model}) cannot be used: {problem}.",
                provider="elevenlabs",
                model=self.model,
                http_status=200,
                units=usage.units,
                billed=True,
            ) from problem
        return VoiceReply(pcm=pcm, rate_hz=RATE_HZ, words=words, usage=usage)

    def _rejected(self, problem: str, cure: str) -> RequestRejected:
        message = f"ElevenLabs ({self.model}) was not asked: {problem}."
        return RequestRejected(message, provider="elevenlabs", model=self.model, cure=cure)

    def _heard(self, headers: Mapping[str, str]) -> None:
        most = headers.get("maximum-concurrent-requests", "")
        if self.on_concurrency is not None and most.isdigit() and int(most) > 0:
            self.on_concurrency(int(most))

    def _open(self) -> ElevenLabsDoor:
        from providers.elevenlabs_sdk import ElevenLabsDoor  # noqa: PLC0415 - half a second of CPU

        return ElevenLabsDoor(self._access, self._heard)


def _usage(headers: Mapping[str, str], text: str) -> Usage:
    """Characters are what is priced; credits are what the plan deducted, by the answer's header."""
    try:
        credits: int | None = round(float(headers.get("character-cost", "")))
    except (ValueError, OverflowError):
        credits = None
    if credits is not None and not 0 <= credits <= MOST_CREDITS:
        credits = None
    units = {"characters": len(text), "credits": credits}
    return Usage(units=units, request_id=headers.get("request-id", ""))
