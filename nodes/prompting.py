"""Prompts as Markdown beside the agents: found, filled, versioned; user text fenced as data."""

from __future__ import annotations

import functools
import hashlib
import re
from importlib.resources import files
from string import Template
from typing import Any, NamedTuple

from pydantic import BaseModel, JsonValue

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


def fence(name: str, text: str) -> str:
    """Wrap a person's text so that it can only be read as data, whatever it says."""
    inert = re.sub(rf"</?\s*{name}", lambda tag: tag[0].replace("<", "‹"), text, flags=re.I)
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
