"""Gemini's pictures by its Batch API: half the price, within a day. One batch is one picture.

The vendor's states and prices: <https://ai.google.dev/gemini-api/docs/batch-api>.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Literal

from pydantic import JsonValue

from providers.gemini import GeminiImage
from providers.gemini_reply import Reply
from providers.ports import BatchJob, ImageReply, ImageRequest
from providers.quoting import quote
from shortfactory.errors import ProviderDown, ProviderError, RequestRejected

if TYPE_CHECKING:
    from google.genai import types

State = Literal["working", "done", "cancelled", "failed"]

_OVER: dict[str, State] = {
    "JOB_STATE_SUCCEEDED": "done",
    "JOB_STATE_PARTIALLY_SUCCEEDED": "done",
    "JOB_STATE_CANCELLED": "cancelled",
    "JOB_STATE_FAILED": "failed",
    "JOB_STATE_EXPIRED": "failed",
}
# google.rpc.Code and HTTP numbers of "the request itself is wrong".
_OUR_FAULT = frozenset({3, 5, 9, 11, 12, 400, 404})


class GeminiBatchImage(GeminiImage):
    """A Nano Banana model that also draws later."""

    async def submit(self, title: str, request: ImageRequest, references: tuple[bytes, ...]) -> str:
        """Hand in one picture; raises as `draw` does before there is a picture."""
        parts = await asyncio.to_thread(self.parts, request.prompt, references)
        return await (await self.door.get()).submit(title, parts, self.config(request))

    async def find(self, title: str) -> str | None:
        """The name of the batch with this title, or None; raises ProviderError."""
        return await (await self.door.get()).find(title)

    async def look(self, name: str) -> BatchJob:
        """How far a batch is; raises ProviderError when nobody answers."""
        job = await (await self.door.get()).look(name)
        said = job.state.value if job.state else ""
        state = _OVER.get(said, "working")
        if state != "done":
            return BatchJob(state=state, reason=said)
        rows = (job.dest.inlined_responses if job.dest else None) or []
        return BatchJob(state="done", reply=_plain(rows[0]) if rows else {})

    async def read(self, job: BatchJob, request: ImageRequest) -> ImageReply:
        """The picture of a batch that is done; raises as `draw` does."""
        refused = job.reply.get("error")
        if isinstance(refused, dict):
            raise self._refused(refused)
        reply = Reply.model_validate(job.reply.get("response") or {})
        return await asyncio.to_thread(self.picture, reply, request)

    async def cancel(self, name: str) -> None:
        """Ask for the end of a batch; raises ProviderError when nobody answers."""
        await (await self.door.get()).cancel(name)

    def _refused(self, error: dict[str, Any]) -> ProviderError:
        code, message = error.get("code"), quote(str(error.get("message") or ""))
        kind = RequestRejected if code in _OUR_FAULT else ProviderDown
        return kind(
            f"Gemini ({self.model}) could not draw one picture of a batch: {message}",
            provider="gemini",
            model=self.model,
            code=str(code),
        )


def _plain(row: types.InlinedResponse) -> dict[str, JsonValue]:
    """The vendor's own form; the SDK writes bytes with the URL alphabet of base64."""
    plain: dict[str, Any] = row.model_dump(mode="json", by_alias=True, exclude_none=True)
    for candidate in plain.get("response", {}).get("candidates", []):
        for part in candidate.get("content", {}).get("parts", []):
            if blob := part.get("inlineData"):
                blob["data"] = str(blob.get("data", "")).replace("-", "+").replace("_", "/")
    return plain
