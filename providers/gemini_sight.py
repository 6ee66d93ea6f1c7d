"""Gemini looks at a picture: where faces are, and where its subject is."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, Field, JsonValue, ValidationError

from providers import pictures
from providers.gemini import text_thinking
from providers.gemini_model import GeminiModel
from providers.gemini_reply import REFUSALS, Reply, tokens
from providers.ports import SightReply, SightRequest, Usage
from providers.usage_bounds import MOST_SIGHT_TOKENS
from shortfactory.sight import Area, Sight

# Google's own form for what its models point at,
# by ai.google.dev/gemini-api/docs/image-understanding:
# box_2d = [ymin, xmin, ymax, xmax], each 0 to 1000 of the picture's height or width.
WHOLE = 1000
MOST_FACES = 12  # of a crowd, the largest matter
QUESTION = (
    "Find the faces in this picture: of people, of animals and of drawn or sculpted figures, "
    f"each from hairline to chin and ear to ear; the largest {MOST_FACES} at most, none if there "
    "is none. Then find the one main subject of the picture, if it has one. Give every box_2d as "
    "[ymin, xmin, ymax, xmax], normalized to 0-1000."
)
_BOX: dict[str, Any] = {
    "type": "array",
    "items": {"type": "integer", "minimum": 0, "maximum": WHOLE},
    "minItems": 4,
    "maxItems": 4,
}
_FOUND: dict[str, Any] = {
    "type": "array",
    "items": {"type": "object", "properties": {"box_2d": _BOX}, "required": ["box_2d"]},
}
SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "faces": {**_FOUND, "maxItems": MOST_FACES},
        "subject": {**_FOUND, "maxItems": 1},
    },
    "required": ["faces", "subject"],
}


class _Found(BaseModel):
    box_2d: list[float] = Field(min_length=4, max_length=4)

    def area(self) -> Area | None:
        """As shares; None for a box without extent."""
        ymin, xmin, ymax, xmax = (min(max(side / WHOLE, 0.0), 1.0) for side in self.box_2d)
        return (xmin, ymin, xmax, ymax) if xmin < xmax and ymin < ymax else None


class _Answer(BaseModel):
    faces: list[_Found]
    subject: list[_Found] = Field(default_factory=list[_Found])

    def sight(self) -> Sight:
        """The same as shares of the picture; boxes without extent are left out."""
        faces = tuple(area for found in self.faces if (area := found.area()))
        subjects = [area for found in self.subject if (area := found.area())]
        return Sight(faces=faces, subject=subjects[0] if subjects else None)


class GeminiSight(GeminiModel):
    """Looks with a text model that takes pictures too, by google-genai."""

    def fingerprint(self, request: SightRequest) -> Mapping[str, JsonValue]:
        """The picture, what is asked of it, and who answers."""
        return {
            "endpoint": self.endpoint,
            "picture": request.picture,
            "question": QUESTION,
            "schema": SCHEMA,
            "thinking": text_thinking(self.model),
        }

    async def look(self, request: SightRequest, picture: bytes) -> SightReply:  # noqa: ARG002
        """Make one request.

        Raises:
            ContentRefused: the picture or the answer was blocked.
            MalformedReply: cut off, empty, or not in the form that was asked for.
            RequestRejected: bytes that are no picture (nothing was sent).
            ProviderError: any other failure, by kind.
        """
        door = await self.door.get()
        parts = await asyncio.to_thread(self._parts, picture)
        return self._sight(await door.generate(parts, self._config()))

    def _parts(self, picture: bytes) -> list[dict[str, Any]]:
        try:
            data, kind = pictures.reference(picture)
        except pictures.PictureProblem as problem:
            message = f"A picture to look at cannot be sent to Gemini: {problem}."
            raise self.rejected(message) from problem
        return [{"inline_data": {"data": data, "mime_type": kind}}, {"text": QUESTION}]

    def _config(self) -> dict[str, Any]:
        config: dict[str, Any] = {
            "response_mime_type": "application/json",
            "response_json_schema": SCHEMA,
            "max_output_tokens": MOST_SIGHT_TOKENS,
            # said, and not left to the model's default: it is what bounds the picture's tokens
            "media_resolution": "MEDIA_RESOLUTION_HIGH",
        }
        if level := text_thinking(self.model):
            config["thinking_config"] = {"thinking_level": level}
        return config

    def _sight(self, reply: Reply) -> SightReply:
        usage = _usage(reply)
        text = "".join(part.text or "" for part in reply.parts)
        if not text.strip() or reply.finish_reason in REFUSALS:
            raise reply.nothing_usable(self.model, "sight", usage)
        try:
            answer = _Answer.model_validate_json(text)
        except ValidationError as error:
            reason = error.errors(include_url=False)[0]["msg"]
            message = f"Gemini ({self.model}) said in another form what it sees: {reason}."
            raise self.malformed(message, usage) from error
        return SightReply(sight=answer.sight(), usage=usage)


def _usage(reply: Reply) -> Usage:
    used = reply.usage_metadata
    # a refusal leaves the field out, and nothing was written; beside a text it is missing
    written = tokens(used.get("candidatesTokenCount", None if reply.parts or not used else 0))
    thought = tokens(used.get("thoughtsTokenCount", 0))
    known = written is not None and thought is not None
    units = {
        "input_tokens": tokens(used.get("promptTokenCount")),
        "output_tokens": (written or 0) + (thought or 0) if known else None,
        "cached_tokens": tokens(used.get("cachedContentTokenCount", 0)),
    }
    return Usage(units=units, request_id=reply.response_id)
