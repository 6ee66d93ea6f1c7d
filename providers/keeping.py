"""Putting a vendor's reply into the artifact store, and what its record says of it."""

from __future__ import annotations

import io
import wave
from dataclasses import dataclass

from pydantic import JsonValue

from providers.ports import ArtifactStore, ImageReply, SightReply, TextReply, Usage, VoiceReply
from providers.purchase import Record
from shortfactory.errors import MalformedReply

_SUFFIXES = {"image/png": ".png", "image/jpeg": ".jpg", "image/webp": ".webp"}


@dataclass(frozen=True, slots=True)
class Keeper:
    """Stores a reply of at most `largest_bytes` and returns the start of its record."""

    store: ArtifactStore
    largest_bytes: int

    async def text(self, reply: TextReply) -> Record:
        """Keep the model's JSON as it came."""
        try:
            data = reply.text.encode()
        except UnicodeEncodeError as error:
            raise _unusable("The text contains broken characters.", reply.usage) from error
        self._check(data, reply.usage)
        return {"kind": "text", "sha256": await self.store.put(data, ".json")}

    async def picture(self, reply: ImageReply) -> Record:
        """Keep the encoded picture as it came."""
        self._check(reply.data, reply.usage)
        sha256 = await self.store.put(reply.data, _SUFFIXES.get(reply.media_type, ""))
        size: Record = {"width_px": reply.width_px, "height_px": reply.height_px}
        return {"kind": "image", "sha256": sha256, "media_type": reply.media_type, **size}

    async def narration(self, reply: VoiceReply) -> Record:
        """Keep the samples as a WAV, with the times of the words in the record."""
        self._check(reply.pcm, reply.usage)
        if not reply.pcm or len(reply.pcm) % 2 or reply.rate_hz <= 0:
            text = f"The voice sent {len(reply.pcm)} bytes of sound at {reply.rate_hz} Hz."
            raise _unusable(text, reply.usage)
        sha256 = await self.store.put(_wav(reply.pcm, reply.rate_hz), ".wav")
        duration_ms = round(len(reply.pcm) / 2 / reply.rate_hz * 1000)
        words: list[JsonValue] = [word.model_dump(mode="json") for word in reply.words]
        return {"kind": "voice", "sha256": sha256, "duration_ms": duration_ms, "words": words}

    async def sight(self, reply: SightReply) -> Record:
        """Keep what was seen, as JSON."""
        data = reply.sight.model_dump_json().encode()
        return {"kind": "sight", "sha256": await self.store.put(data, ".json")}

    def _check(self, data: bytes, usage: Usage) -> None:
        if len(data) > self.largest_bytes:
            text = f"The reply has {len(data):,} bytes; {self.largest_bytes:,} are allowed."
            raise _unusable(text, usage)


def _unusable(text: str, usage: Usage) -> MalformedReply:
    return MalformedReply(text, billed=True, units=usage.units)


def _wav(pcm: bytes, rate_hz: int) -> bytes:
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate_hz)
        file.writeframes(pcm)
    return buffer.getvalue()
