"""Gemini's text and picture models. One call here is one request to Google, and no more."""

from __future__ import annotations

import asyncio
import base64
import binascii
from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

from pydantic import JsonValue

from providers import pictures
from providers.first_use import FirstUse
from providers.gemini_model import GeminiModel
from providers.gemini_reply import REFUSALS, Reply, answer_facts, finished_badly, tokens
from providers.ports import ImageReply, ImageRequest, TextReply, TextRequest, Usage
from providers.usage_bounds import picture_tokens
from shortfactory.errors import MalformedReply

if TYPE_CHECKING:
    from langchain_core.messages import AIMessage

    from providers.gemini_sdk import GeminiChat

# The shorter side at least, by asked size: half of what the models draw.
LEAST_SIDE_PX = {"1K": 384, "2K": 768, "4K": 1536}


def text_thinking(model: str) -> str | None:
    """The least thinking that a text model accepts, or None to leave the field out.

    3.1 Flash-Lite takes MINIMAL; the other models of generation 3 refuse it and cannot switch
    thinking off (Google's model pages, read 2026-11). Earlier ones have no levels.
    """
    if model.startswith("gemini-3.1-flash-lite"):
        return "minimal"
    return "low" if model.startswith("gemini-3") or model.endswith("-latest") else None


def image_thinking(model: str) -> str | None:
    """The least thinking of a picture model; Pro always thinks and has no levels."""
    levels = ("gemini-nano-banana-2", "gemini-3.1-flash-lite-image", "gemini-3.1-flash-image")
    return "minimal" if model.startswith(levels) else None


class GeminiText(GeminiModel):
    """Writes JSON of a schema, by LangChain's `ChatGoogleGenerativeAI`.

    The reply is the model's text as it came: LangChain's parser, which closes the braces of a
    truncated answer, never sees it.
    """

    def fingerprint(self, request: TextRequest) -> Mapping[str, JsonValue]:
        """Everything sent to the model, and who answers."""
        return {
            "endpoint": self.endpoint,
            "system": request.system,
            "prompt": request.prompt,
            "prompt_version": request.prompt_version,
            "schema": request.schema_,
            "max_output_tokens": request.max_output_tokens,
            "thinking": text_thinking(self.model),
        }

    async def write(self, request: TextRequest) -> TextReply:
        """Make one request.

        Raises:
            ContentRefused: the prompt or the answer was blocked.
            MalformedReply: cut off by the token limit, empty, or ended in an unknown way.
            ProviderError: any other failure, by kind.
        """
        chat = await self._chat.get()
        message = await chat.ask(request)
        usage = _text_usage(message)
        reason = _finish_reason(message)
        text = str(message.text)
        if reason != "STOP" or not text.strip():
            raise self._unfinished(reason, text, usage)
        return TextReply(text=text, usage=usage)

    def _unfinished(self, reason: str, text: str, usage: Usage) -> Exception:
        ending = {"MAX_TOKENS": "was cut off by the token limit", "STOP": "is empty"}
        what = ending.get(reason, f"ended with {reason or 'no reason'}")
        facts = answer_facts(self.model, usage, reason)
        return finished_badly(reason, "no text came back", "text", facts) or MalformedReply(
            f"The answer of Gemini ({self.model}) {what} after {len(text)} characters.", **facts
        )

    @cached_property
    def _chat(self) -> FirstUse[GeminiChat]:
        return FirstUse(self._open)

    def _open(self) -> GeminiChat:
        from providers.gemini_sdk import GeminiChat  # noqa: PLC0415 - over a second of CPU

        return GeminiChat(self.open_door(), self.access.base_url, text_thinking(self.model))


def _finish_reason(message: AIMessage) -> str:
    """Why it ended; a blocked prompt has no candidate, only feedback."""
    return _block_reason(message) or str(message.response_metadata.get("finish_reason") or "")


def _block_reason(message: AIMessage) -> str:
    feedback = message.response_metadata.get("prompt_feedback") or {}
    blocked = feedback.get("block_reason")
    return str(getattr(blocked, "name", blocked) or "")


def _text_usage(message: AIMessage) -> Usage:
    # Where a blocked prompt comes without usage, nothing was written, that much is certain.
    nothing: Mapping[str, Any] = {"output_tokens": 0} if _block_reason(message) else {}
    used: Mapping[str, Any] = message.usage_metadata or nothing
    units = {
        "input_tokens": tokens(used.get("input_tokens")),
        "output_tokens": tokens(used.get("output_tokens")),
        "cached_tokens": tokens((used.get("input_token_details") or {}).get("cache_read", 0)),
    }
    return Usage(units=units, request_id=str(message.response_metadata.get("response_id", "")))


class GeminiImage(GeminiModel):
    """Draws with a Nano Banana model, by google-genai.

    Pictures of the cast go before the text, as Google advises for a consistent character.
    """

    def fingerprint(self, request: ImageRequest) -> Mapping[str, JsonValue]:
        """Everything sent to the model, who answers, and which variation it is."""
        return {
            "endpoint": self.endpoint,
            "prompt": request.prompt,
            "aspect": request.aspect,
            "size": request.size,
            "references": list(request.references),
            "thinking": image_thinking(self.model),
            "variation": request.variation,
        }

    async def draw(self, request: ImageRequest, references: tuple[bytes, ...]) -> ImageReply:
        """Make one request; the last picture of the answer counts.

        Raises:
            ContentRefused: the vendor refused; `random` where the same request may pass.
            MalformedReply: no picture, or one that is damaged or of another shape.
            RequestRejected: a reference that is not a picture (nothing was sent).
            ProviderError: any other failure, by kind.
        """
        door = await self.door.get()
        parts = await asyncio.to_thread(self.parts, request.prompt, references)
        reply = await door.generate(parts, self.config(request))
        return await asyncio.to_thread(self.picture, reply, request)

    def parts(self, prompt: str, references: tuple[bytes, ...]) -> list[dict[str, Any]]:
        """The pieces of a request; raises RequestRejected for a reference that is no picture."""
        try:
            sent = [pictures.reference(data) for data in references]
        except pictures.PictureProblem as problem:
            message = f"A reference picture for Gemini cannot be used: {problem}."
            raise self.rejected(message) from problem
        inline = [{"inline_data": {"data": data, "mime_type": kind}} for data, kind in sent]
        return [*inline, {"text": prompt}]

    def config(self, request: ImageRequest) -> dict[str, Any]:
        """The settings of a request."""
        config: dict[str, Any] = {
            "response_modalities": ["IMAGE"],
            "image_config": {"aspect_ratio": request.aspect, "image_size": request.size},
        }
        if level := image_thinking(self.model):
            config["thinking_config"] = {"thinking_level": level}
        if bound := picture_tokens(self.id, request.size):
            # what the gateway reserves is all that the vendor may bill
            config["max_output_tokens"] = bound.by_size[request.size] + bound.most_text
        return config

    def picture(self, reply: Reply, request: ImageRequest) -> ImageReply:
        """The picture in a reply; raises as `draw` does."""
        usage = reply.media_usage("IMAGE")
        blobs = [part.inline_data for part in reply.parts if part.inline_data]
        if not blobs or reply.finish_reason in REFUSALS:
            raise reply.nothing_usable(self.model, "picture", usage)
        try:
            data = base64.b64decode(blobs[-1].data, validate=True)
            size = pictures.measure(data, request.aspect, LEAST_SIDE_PX[request.size])
        except (binascii.Error, pictures.PictureProblem) as problem:
            message = f"Gemini ({self.model}) sent a picture that cannot be used: {problem}."
            raise self.malformed(message, usage) from problem
        return ImageReply(
            data=data,
            media_type=size.media_type,
            width_px=size.width_px,
            height_px=size.height_px,
            usage=usage,
        )
