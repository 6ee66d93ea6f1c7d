"""What every simulated call is made of: the request as understood, and the answer to it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal

from starlette.responses import Response

Vendor = Literal["gemini", "elevenlabs"]
Kind = Literal["text", "sight", "image", "speech", "voice", "alignment", "batch", "catalogue"]
Json = dict[str, Any]
Deliver = Callable[[bytes, Mapping[str, str]], Response]

OPAQUE_FIELDS = frozenset({"responseJsonSchema", "responseSchema", "metadata"})


@dataclass(frozen=True)
class Call:
    """One request: `text` is everything a person wrote in it, which faults can match."""

    vendor: Vendor
    kind: Kind
    model: str
    body: Json = field(default_factory=dict[str, Any])
    text: str = ""
    query: Mapping[str, str] = field(default_factory=dict[str, str])
    target: str = ""  # the voice, or the batch, named in the path


@dataclass
class Answer:
    """What goes back. `units` and `usd` are the truth of the bill, whatever `reply` claims."""

    reply: Json = field(default_factory=dict[str, Any])
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict[str, str])
    units: dict[str, int] = field(default_factory=dict[str, int])
    usd: Decimal = Decimal(0)
    outcome: str = "ok"
    deliver: Deliver | None = None
    listed: list[Json] | None = None  # instead of `reply`, where the body is a bare list


class Rejected(Exception):
    """The request is wrong as the vendor sees it; carries the answer that says so."""

    def __init__(self, answer: Answer) -> None:
        """Keep the answer."""
        super().__init__(answer.outcome)
        self.answer = answer


def is_unicode(text: str) -> bool:
    """Whether the text has no half of a surrogate pair, which no vendor takes."""
    return not any("\ud800" <= character <= "\udfff" for character in text)


def camel(value: Any) -> Any:
    """Read protobuf JSON: snake_case field names become camelCase, schemas stay as they are."""
    if isinstance(value, list):
        return [camel(item) for item in value]
    if not isinstance(value, dict):
        return value
    given = {key: inner for key, inner in value.items() if inner is not None}  # null means unset
    named = {re.sub(r"_([a-z0-9])", lambda m: m[1].upper(), key): key for key in given}
    return {
        name: value[key] if name in OPAQUE_FIELDS else camel(value[key])
        for name, key in named.items()
    }
