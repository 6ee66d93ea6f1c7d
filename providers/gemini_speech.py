"""Gemini's speech models: a second voice from a different road.

They return sound without any times, so the times of the words are found in the sound itself:
espeak-ng speaks the same text, and `providers.alignment` carries the times of its words over.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import io
import re
import wave
from collections.abc import Mapping
from typing import Any

from pydantic import JsonValue

from providers.gemini_model import GeminiModel
from providers.gemini_reply import REFUSALS, Blob, Reply
from providers.ports import VoiceReply, VoiceRequest
from providers.usage_bounds import most_speech_tokens
from providers.word_times import sent_text
from shortfactory.errors import InvalidInput
from shortfactory.story import Word

RATE_HZ = 24_000  # where the reply does not say
# How long it may last, in lengths of the reference: more or less is another text.
SHORTEST, LONGEST = 0.4, 2.5

# Google's prebuilt voices, with the one word that Google gives each
# (ai.google.dev/gemini-api/docs/speech-generation, read 2026-11).
PREBUILT = {
    "Zephyr", "Puck", "Charon", "Kore", "Fenrir", "Leda", "Orus",
    "Aoede", "Callirrhoe", "Autonoe", "Enceladus", "Iapetus", "Umbriel", "Algieba",
    "Despina", "Erinome", "Algenib", "Rasalgethi", "Laomedeia", "Achernar", "Alnilam",
    "Schedar", "Gacrux", "Pulcherrima", "Achird", "Zubenelgenubi", "Vindemiatrix", "Sadachbia",
    "Sadaltager", "Sulafat",
}  # fmt: skip
_BY_TONE = {
    "calm": "Vindemiatrix",  # gentle
    "warm": "Sulafat",  # warm
    "energetic": "Puck",  # upbeat
    "serious": "Gacrux",  # mature
    "dramatic": "Algenib",  # gravelly
    "playful": "Sadachbia",  # lively
    "informative": "Charon",  # informative
    # the moods of the styles
    "bright": "Zephyr",  # bright
    "curious": "Sadaltager",  # knowledgeable
    "mysterious": "Enceladus",  # breathy
    "dark": "Algenib",  # gravelly
    "grand": "Gacrux",  # mature
}
NARRATOR = "Charon"


class GeminiSpeech(GeminiModel):
    """Speaks with a Gemini TTS model, by google-genai.

    A configured voice is another vendor's more often than not, because this is the fallback; so
    only the names of Google's own voices are obeyed, and else the tone chooses.
    """

    def fingerprint(self, request: VoiceRequest) -> Mapping[str, JsonValue]:
        """What is sent, who answers, and which variation it is."""
        return {
            "endpoint": self.endpoint,
            "part": self._part(request),
            "voice": voice_name(request),
            "language": request.language,
            "variation": request.variation,
        }

    async def speak(self, request: VoiceRequest) -> VoiceReply:
        """Make one request, then find the words in the sound.

        Raises:
            RequestRejected: a language or text whose words cannot be timed; nothing was sent.
            ContentRefused: the vendor refused; `random` where the same request may pass.
            MalformedReply: no sound, cut off, or of a length that cannot be this text.
            ProviderError: any other failure, by kind.
        """
        reference = await asyncio.to_thread(self._reference, request)
        door = await self.door.get()
        reply = await door.generate([self._part(request)], _config(request))
        return await asyncio.to_thread(self._read, reply, reference)

    def _part(self, request: VoiceRequest) -> dict[str, Any]:
        """The text alone: an instruction before it has been read aloud.

        From 3.8 on, style has a field of its own; before, the choice of the voice must do.
        """
        part: dict[str, Any] = {"text": sent_text(request.text)}
        if request.tone and "3.8" in self.model:
            part["speech_metadata"] = {"style": f"A narrator with a {request.tone} tone."}
        return part

    def _reference(self, request: VoiceRequest) -> VoiceReply:
        from providers.offline.voice import OfflineVoice  # noqa: PLC0415 - numpy and espeak-ng

        wanted = VoiceRequest(text=sent_text(request.text), language=request.language)
        try:
            return OfflineVoice().speak_now(wanted)
        except InvalidInput as problem:
            message = f"Gemini ({self.model}) was not asked, because the words could not be timed: "
            raise self.rejected(f"{message}{problem}") from problem

    def _read(self, reply: Reply, reference: VoiceReply) -> VoiceReply:
        usage = reply.media_usage("AUDIO")
        blobs = [part.inline_data for part in reply.parts if part.inline_data]
        if not blobs or reply.finish_reason in REFUSALS:
            raise reply.nothing_usable(self.model, "speech", usage)
        try:
            if reply.finish_reason not in {"STOP", ""}:
                raise ValueError(f"it was cut off ({reply.finish_reason})")
            pcm, rate_hz = _sound(blobs)
            words = _timed(pcm, rate_hz, reference)
        except (ValueError, EOFError, wave.Error) as problem:
            message = f"The speech of Gemini ({self.model}) cannot be used: {problem}."
            raise self.malformed(message, usage) from problem
        return VoiceReply(pcm=pcm, rate_hz=rate_hz, words=words, usage=usage)


def voice_name(request: VoiceRequest) -> str:
    """Google's voice for this request: its own name if it is one of Google's, else by tone."""
    if request.voice in PREBUILT:
        return request.voice
    asked = request.tone.lower().replace(",", " ").split()
    return next((_BY_TONE[word] for word in asked if word in _BY_TONE), NARRATOR)


def _config(request: VoiceRequest) -> dict[str, Any]:
    voice = {"prebuilt_voice_config": {"voice_name": voice_name(request)}}
    return {
        "response_modalities": ["AUDIO"],
        "speech_config": {"voice_config": voice},
        # what the gateway reserves is all that the vendor may bill
        "max_output_tokens": most_speech_tokens(request.text),
    }


def _sound(blobs: list[Blob]) -> tuple[bytes, int]:
    """Samples and rate. Up to 3.1 the sound is bare PCM, from 3.8 on it may be a WAV file."""
    try:
        chunks = [base64.b64decode(blob.data, validate=True) for blob in blobs]
    except binascii.Error as error:
        raise ValueError("it is not base64") from error
    if chunks[0][:4] == b"RIFF":
        return _wav(chunks[0])
    # L16 is big-endian by its own standard and little-endian as Google sends it.
    named = re.search(r"rate=(\d+)", blobs[0].mime_type)
    rate_hz = int(named[1]) if named else RATE_HZ
    if not 8_000 <= rate_hz <= 48_000:
        raise ValueError(f"it has {rate_hz} samples a second")
    pcm = b"".join(chunks)
    return pcm[: len(pcm) // 2 * 2], rate_hz


def _wav(data: bytes) -> tuple[bytes, int]:
    with wave.open(io.BytesIO(data)) as file:
        if (file.getnchannels(), file.getsampwidth()) != (1, 2):
            raise ValueError("it is not mono with 16 bits")
        return file.readframes(file.getnframes()), file.getframerate()


def _timed(pcm: bytes, rate_hz: int, reference: VoiceReply) -> tuple[Word, ...]:
    from providers.alignment import Sound, align  # noqa: PLC0415 - loads numpy
    from providers.completeness import missing  # noqa: PLC0415 - loads numpy

    recording = Sound.from_pcm(pcm, rate_hz)
    known = Sound.from_pcm(reference.pcm, reference.rate_hz)
    if not recording.samples.any():
        raise ValueError("it is silent")
    if not SHORTEST <= recording.seconds / known.seconds <= LONGEST:
        raise ValueError(
            f"it lasts {recording.seconds:.1f} s where {known.seconds:.1f} s were to be expected"
        )
    words = align(recording, known, reference.words)
    if left_out := missing(words, reference.words):
        raise ValueError(f"it leaves out words, about here: {left_out!r}")
    return words
