"""Prompts as Markdown beside the agents: found, filled, versioned; user text fenced as data."""

from __future__ import annotations

import functools
import hashlib
import re
from importlib.resources import files
from string import Template
from typing import Any, NamedTuple

from pydantic import BaseModel, JsonValue

from providers.ports import ArtifactStore

FENCES = (
    *("topic", "source", "story", "script", "findings", "notes"),
    *("prompt", "reason", "subject", "other", "cast", "character"),
)
UNSUPPORTED = {"default", "minLength", "maxLength", "pattern", "const", "exclusiveMinimum"}
"""Schema keywords that Gemini rejects (ai.google.dev structured output, read 2026-11-22)."""


class Prompt(NamedTuple):
    """One prompt file: what the model is told always, and what it is asked now."""

    system: str
    ask: Template
    version: str


@functools.cache
def load(name: str) -> Prompt:
    """Read `prompts/<name>.md`: a `# System` part, then a `# Ask` part with $placeholders."""
    raw = (files("nodes") / "prompts" / f"{name}.md").read_text("utf-8")
    system, ask = raw.removeprefix("# System\n").split("\n# Ask\n")
    version = hashlib.sha256(raw.encode()).hexdigest()[:12]
    return Prompt(system.strip(), Template(ask.strip()), version)


async def note_use(store: ArtifactStore, call_key: str, name: str) -> None:
    """Remember which prompt a paid call was made with, for the receipt."""
    await store.remember(_use_key(call_key), {"name": name, "version": load(name).version})


async def use_of(store: ArtifactStore, call_key: str) -> dict[str, JsonValue] | None:
    """Name and version of the prompt behind a call; None for a voice, which has none."""
    return await store.recall(_use_key(call_key))


def _use_key(call_key: str) -> str:
    return hashlib.sha256(f"prompt of {call_key}".encode()).hexdigest()


def fence(name: str, text: str) -> str:
    """Wrap a person's text so that it can only be read as data, whatever it says.

    It can neither close its own fence nor open another one, however the tag is spelled.
    """
    names = "|".join({name, *FENCES})
    inert = re.sub(rf"<(?=[^\w<>]*(?:{names})\b)", "‹", text, flags=re.I)
    return f"<{name}>\n{inert}\n</{name}>"


def wire_schema(model: type[BaseModel]) -> dict[str, JsonValue]:
    """The model's JSON schema, reduced to the keywords that Gemini accepts."""
    return _reduce(model.model_json_schema())


def _reduce(node: Any) -> Any:
    if isinstance(node, list):
        return [_reduce(item) for item in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        return {"$ref": node["$ref"]}
    reduced = {key: _reduce(value) for key, value in node.items() if key not in UNSUPPORTED}
    if "properties" in reduced:
        reduced["properties"] = {k: _reduce(v) for k, v in node["properties"].items()}
        reduced["required"] = list(node["properties"])
    return reduced
