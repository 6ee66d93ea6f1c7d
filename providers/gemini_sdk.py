"""Google's SDKs behind two calls, one request each: no retries, no continuation, no surprises.

Importing this costs over a second; adapters do it at their first call.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from contextvars import ContextVar
from typing import Any, cast

from google.genai import Client, types
from langchain_core.messages import AIMessage, HumanMessage, SystemMessage
from langchain_core.messages.ai import UsageMetadata
from langchain_google_genai import ChatGoogleGenerativeAI

from providers.access import Access
from providers.gemini_errors import gemini_errors
from providers.gemini_reply import Reply
from providers.ports import TextRequest

# The SDK makes clients of its own beside the shared one and reads all root certificates for each
# (a tenth of a second). They are never used; with a context that trusts nobody, never could be.
_TRUSTS_NOBODY = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
PAGE = 100  # batches per listing
_NO_TLS = {"verify": _TRUSTS_NOBODY, "ssl": _TRUSTS_NOBODY}


class GeminiDoor:
    """One model at one address. Environment variables cannot turn it elsewhere."""

    def __init__(self, access: Access) -> None:
        """Build the client on the shared HTTP pool; nothing is sent."""
        self.model, self.key, self.timeout_s = access.model, access.key, access.timeout_s
        # vertexai=False and an explicit key and URL: GOOGLE_GENAI_USE_VERTEXAI,
        # GOOGLE_CLOUD_PROJECT and GOOGLE_GEMINI_BASE_URL are read only where these are None.
        self.client = Client(
            vertexai=False,
            api_key=access.key.get_secret_value(),
            http_options=types.HttpOptions(
                base_url=access.base_url,
                timeout=int(access.timeout_s * 1000),
                httpx_async_client=access.http,
                client_args=_NO_TLS,
                async_client_args=_NO_TLS,
                retry_options=types.HttpRetryOptions(attempts=1),
            ),
        )

    async def generate(self, parts: list[dict[str, Any]], config: dict[str, Any]) -> Reply:
        """Ask for pictures or speech and return the body as it came.

        Raises:
            ProviderError: whatever went wrong, translated.
        """
        with gemini_errors(self.model, self.key):
            async with asyncio.timeout(self.timeout_s):
                response = await self.client.aio.models.generate_content(
                    model=self.model,
                    contents=types.Content.model_validate({"role": "user", "parts": parts}),
                    config=types.GenerateContentConfig(
                        should_return_http_response=True, automatic_continuation=False, **config
                    ),
                )
            answer = response.sdk_http_response
            return Reply.model_validate_json((answer.body if answer else "") or "")

    async def submit(self, title: str, parts: list[dict[str, Any]], config: dict[str, Any]) -> str:
        """Hand in one request as a batch and return the batch's name.

        Raises:
            ProviderError: whatever went wrong, translated.
        """
        content = types.Content.model_validate({"role": "user", "parts": parts})
        settings = types.GenerateContentConfig(**config)
        inlined = types.InlinedRequest(contents=[content], config=settings)
        async with self._guarded():
            job = await self.client.aio.batches.create(
                model=self.model, src=[inlined], config={"display_name": title}
            )
        return job.name or ""

    async def find(self, title: str) -> str | None:
        """The name of the batch with this title, or None.

        Raises:
            ProviderError: whatever went wrong, translated.
        """
        async with self._guarded():
            async for job in await self.client.aio.batches.list(config={"page_size": PAGE}):
                if job.display_name == title:
                    return job.name
        return None

    async def look(self, name: str) -> types.BatchJob:
        """The batch as it stands.

        Raises:
            ProviderError: whatever went wrong, translated.
        """
        async with self._guarded():
            return await self.client.aio.batches.get(name=name)

    async def cancel(self, name: str) -> None:
        """Ask for the end of a batch.

        Raises:
            ProviderError: whatever went wrong, translated.
        """
        async with self._guarded():
            await self.client.aio.batches.cancel(name=name)

    @asynccontextmanager
    async def _guarded(self) -> AsyncGenerator[None]:
        with gemini_errors(self.model, self.key):
            async with asyncio.timeout(self.timeout_s):
                yield


_HEARD: ContextVar[list[types.GenerateContentResponse]] = ContextVar("gemini_heard")


class _Heard:
    """The SDK's client in LangChain's hands; keeps each reply for whoever waits for it.

    LangChain's message of a blocked prompt has no usage, and none has the reply's id.
    """

    def __init__(self, client: Client) -> None:
        self.aio = self.models = self
        self._models = client.aio.models

    async def generate_content(self, **request: Any) -> types.GenerateContentResponse:
        response = await self._models.generate_content(**request)
        _HEARD.get().append(response)
        return response


class GeminiChat:
    """LangChain's chat model on the same HTTP pool as everything else."""

    def __init__(self, door: GeminiDoor, base_url: str, thinking: str | None) -> None:
        """Build it; the client it makes for itself is replaced by the door's."""
        self._door = door
        self._chat = ChatGoogleGenerativeAI(
            model=door.model,
            api_key=door.key,
            base_url=base_url,
            vertexai=False,
            max_retries=1,  # attempts, not retries; the default is six requests
            timeout=door.timeout_s,
            temperature=None,  # models from 3 on do not want one, and 0.7 is the default
            cache=False,
            client_args=_NO_TLS,
            **({"thinking_level": thinking} if thinking else {}),
        )
        self._chat.client = cast("Client", _Heard(door.client))

    async def ask(self, request: TextRequest) -> AIMessage:
        """Ask for JSON of a schema and return LangChain's message, its parser not involved.

        The message has the usage also where the prompt was blocked, and the reply's id.

        Raises:
            ProviderError: whatever went wrong before a reply was there, translated.
        """
        heard: list[types.GenerateContentResponse] = []
        _HEARD.set(heard)
        with gemini_errors(self._door.model, self._door.key):
            async with asyncio.timeout(self._door.timeout_s):
                message = await self._chat.ainvoke(
                    [SystemMessage(request.system), HumanMessage(request.prompt)],
                    response_mime_type="application/json",
                    response_json_schema=request.schema_,
                    max_output_tokens=request.max_output_tokens,
                    # with a schema, the SDK crashes on the second hop; and one is one
                    automatic_continuation=False,
                )
        return _completed(message, heard[-1]) if heard else message


def _completed(message: AIMessage, reply: types.GenerateContentResponse) -> AIMessage:
    metadata = {**message.response_metadata, "response_id": reply.response_id or ""}
    used, usage = reply.usage_metadata, message.usage_metadata
    if usage is None and used is not None and used.prompt_token_count is not None:
        given, made = used.prompt_token_count, used.candidates_token_count or 0
        thought = used.thoughts_token_count or 0
        usage = UsageMetadata(
            input_tokens=given, output_tokens=made + thought, total_tokens=given + made + thought
        )
    return message.model_copy(update={"response_metadata": metadata, "usage_metadata": usage})
