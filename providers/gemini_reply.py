"""What Gemini's generateContent answers, read from the wire: parts, reasons, used tokens.

The SDK's own reply drops `finishMessage` and fails on shapes it does not know, so pictures and
speech are read from the body itself.
"""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from providers.ports import Usage
from providers.quoting import quote
from shortfactory.errors import ContentRefused, MalformedReply, ProviderError

MOST_TOKENS = 10_000_000  # beyond any model's window: such a number is a fault, not a bill

REFUSALS = frozenset(
    {"SAFETY", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII", "LANGUAGE"}
    | {"IMAGE_SAFETY", "IMAGE_PROHIBITED_CONTENT"}
)
# The same request has been seen to pass a moment later.
RANDOM_REFUSALS = frozenset({"RECITATION", "OTHER", "IMAGE_RECITATION", "IMAGE_OTHER", "NO_IMAGE"})


class _Wire(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, extra="ignore")


class Blob(_Wire):
    """Bytes in a reply, still in base64."""

    mime_type: str = ""
    data: str = ""


class Part(_Wire):
    """A piece of the answer: text, or bytes; `thought` marks what is not for the reader."""

    text: str | None = None
    inline_data: Blob | None = None
    thought: bool = False


class Content(_Wire):
    """The pieces in order."""

    parts: list[Part] = Field(default_factory=list)


class Candidate(_Wire):
    """One answer and why it ended."""

    content: Content | None = None
    finish_reason: str = ""
    finish_message: str = ""


class Feedback(_Wire):
    """Why the prompt itself was refused."""

    block_reason: str = ""


class Reply(_Wire):
    """The whole body. `usage_metadata` stays raw: its numbers are checked one by one."""

    candidates: list[Candidate] = Field(default_factory=list)
    prompt_feedback: Feedback | None = None
    usage_metadata: dict[str, Any] = Field(default_factory=dict)
    response_id: str = ""

    @property
    def parts(self) -> list[Part]:
        """The pieces meant for the reader."""
        content = self.candidates[0].content if self.candidates else None
        return [part for part in content.parts if not part.thought] if content else []

    @property
    def finish_reason(self) -> str:
        """Why the answer ended, or why the prompt was blocked."""
        if self.prompt_feedback and self.prompt_feedback.block_reason:
            return self.prompt_feedback.block_reason
        return self.candidates[0].finish_reason if self.candidates else ""

    def media_usage(self, modality: str) -> Usage:
        """Tokens by kind: of the prompt, of `modality`, and of text with thoughts."""
        used = self.usage_metadata
        # a refusal leaves the field out, and nothing was made; beside a picture it is missing
        candidates = tokens(used.get("candidatesTokenCount", None if self.parts or not used else 0))
        thoughts = tokens(used.get("thoughtsTokenCount", 0))
        media = _modality_tokens(used.get("candidatesTokensDetails"), modality, candidates)
        known = candidates is not None and thoughts is not None and media is not None
        text = max(0, (candidates or 0) - (media or 0)) + (thoughts or 0) if known else None
        units = {
            "input_tokens": tokens(used.get("promptTokenCount")),
            f"{modality.lower()}_tokens": media,
            "text_tokens": text,
        }
        return Usage(units=units, request_id=self.response_id)

    def nothing_usable(self, model: str, wanted: str, usage: Usage) -> ProviderError:
        """Why there is no `wanted` in it: a refusal where the vendor says so, else malformed."""
        reason, message = self.finish_reason, self._vendors_words()
        facts = answer_facts(model, usage, reason)
        return finished_badly(reason, message, wanted, facts) or MalformedReply(
            f"Gemini ({model}) sent no {wanted} ({reason or 'no reason'}): {message}", **facts
        )

    def _vendors_words(self) -> str:
        message = self.candidates[0].finish_message if self.candidates else ""
        texts = [part.text for part in self.parts if part.text]
        return quote(message or " ".join(texts) or "without a word why")


def answer_facts(model: str, usage: Usage, code: str = "") -> dict[str, Any]:
    """The facts of a failure that arrived as an answer: HTTP 200, and perhaps billed."""
    facts: dict[str, Any] = {"provider": "gemini", "model": model, "code": code}
    return {**facts, "http_status": 200, "units": usage.units, "billed": True}


def finished_badly(
    reason: str, message: str, wanted: str, facts: dict[str, Any]
) -> ContentRefused | None:
    """The refusal behind a finish or block reason, or None when it names no refusal."""
    blocked = reason in REFUSALS or reason in RANDOM_REFUSALS
    if not blocked:
        return None
    text = f"Gemini ({facts['model']}) refused the {wanted} ({reason}): {message}"
    return ContentRefused(text, random=reason in RANDOM_REFUSALS, **facts)


def tokens(value: Any) -> int | None:
    """A token count, or None for anything that cannot be one."""
    plain = isinstance(value, int) and not isinstance(value, bool)
    return value if plain and 0 <= value <= MOST_TOKENS else None


def _modality_tokens(details: Any, modality: str, candidates: int | None) -> int | None:
    if candidates == 0:
        return 0
    rows = details if isinstance(details, list) else []
    counts = [
        row.get("tokenCount")
        for row in rows
        if isinstance(row, dict) and row.get("modality") == modality
    ]
    return tokens(counts[0]) if counts else None
