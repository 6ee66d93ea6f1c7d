"""ElevenLabs' SDK behind three calls: speak (one request, no retries), list voices, read history.

Importing this costs half a second; the adapter does it at its first call.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from elevenlabs.client import AsyncElevenLabs
from elevenlabs.core.api_error import ApiError

from providers.access import Access
from providers.elevenlabs_errors import elevenlabs_errors
from providers.elevenlabs_history import MOST_PAGES, PAGE
from providers.elevenlabs_voices import ListedVoice
from shortfactory.errors import MalformedReply

VOICE_PAGES = 5  # of 100 voices


class ElevenLabsDoor:
    """One account at one address. Environment variables cannot turn it elsewhere."""

    def __init__(self, access: Access, on_headers: Callable[[Mapping[str, str]], None]) -> None:
        """Build the client on the shared HTTP pool; `on_headers` sees every answer's headers."""
        self._model, self._key, self._timeout_s = access.model, access.key, access.timeout_s
        self._on_headers = on_headers
        self._client = AsyncElevenLabs(
            api_key=access.key.get_secret_value(),
            base_url=access.base_url,
            httpx_client=access.http,
            timeout=access.timeout_s,  # the SDK would override the pool's own with 240 s
        )
        # Without this, the SDK repeats 408, 409, 429 and 5xx twice; only a call can say so.
        self._options: Any = {"max_retries": 0, "timeout_in_seconds": access.timeout_s}

    async def speak(self, voice_id: str, body: Mapping[str, Any]) -> tuple[Mapping[str, str], Any]:
        """Ask for speech with the times of its characters; returns headers and the SDK's reply.

        Raises:
            ProviderError: whatever went wrong, translated.
        """
        with elevenlabs_errors(self._model, self._key):
            async with asyncio.timeout(self._timeout_s):
                convert = self._client.text_to_speech.with_raw_response.convert_with_timestamps
                try:
                    answer = await convert(voice_id, **body, request_options=self._options)
                except ApiError as error:
                    self._on_headers(error.headers or {})
                    raise
            self._on_headers(answer.headers)
            return answer.headers, answer.data

    async def voices(self) -> tuple[ListedVoice, ...]:
        """Every voice of the account, by pages; free of charge."""
        found: list[ListedVoice] = []
        token: str | None = None
        with elevenlabs_errors(self._model, self._key):
            async with asyncio.timeout(self._timeout_s):
                for _ in range(VOICE_PAGES):
                    page = await self._client.voices.search(
                        page_size=100, next_page_token=token, request_options=self._options
                    )
                    found += [ListedVoice.read(voice) for voice in page.voices or []]
                    token = page.next_page_token if page.has_more else None
                    if not token:
                        break
        return tuple(found)

    async def history(self, voice_id: str, since: datetime, until: datetime) -> list[Any]:
        """Every item of the account's history in that time, of one voice or ("") of any.

        Raises:
            ProviderError: nobody answers, the key may not read it, or it is too long to read.
        """
        found: list[Any] = []
        after: str | None = None
        with elevenlabs_errors(self._model, self._key):
            async with asyncio.timeout(self._timeout_s):
                for _ in range(MOST_PAGES):
                    page: Any = await self._client.history.list(
                        page_size=PAGE,
                        start_after_history_item_id=after,
                        voice_id=voice_id or None,
                        date_after_unix=math.floor(since.timestamp()),
                        date_before_unix=math.ceil(until.timestamp()),
                        request_options=self._options,
                    )
                    if page.history is None or page.has_more is None:
                        raise MalformedReply("ElevenLabs' history came without its items.")
                    found += page.history
                    after = page.last_history_item_id
                    if not page.has_more or not after:
                        return found
        raise MalformedReply(f"ElevenLabs' history is longer than {MOST_PAGES * PAGE} items.")
