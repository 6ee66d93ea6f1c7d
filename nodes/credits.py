"""The credits: sources, licences, models, and who approved which version of the script."""

from __future__ import annotations

import hashlib
import json
from collections import Counter

from pydantic import JsonValue

from media.credits import effects_credit, music_credit
from media.font_credits import font_credits
from media.style import load as load_style
from providers.spending import Entry
from shortfactory.story import Script, Topic


def credits_of(
    script: Script, topic: Topic, approval: dict[str, JsonValue] | None, rows: tuple[Entry, ...]
) -> dict[str, JsonValue]:
    """Everything that a publisher may be asked about a film. Reads fonts: call it in a thread."""
    style = load_style(topic.style)
    written = as_json(script.model_dump(mode="json"))
    shown = [script.title, *(scene.narration for scene in script.scenes)]
    fonts = font_credits(style, shown, script.language)
    effects = effects_credit(style, topic.effects, script.scenes)
    return {
        "sources": list[JsonValue](script.sources),
        "approval": {
            **(approval or {}),
            "script_sha256": hashlib.sha256(written.encode()).hexdigest(),
        },
        "models": _models(rows),
        "music": music_credit(style, topic.music, topic.music_licence).model_dump(mode="json"),
        "effects": effects.model_dump(mode="json") if effects else None,
        "fonts": [font.model_dump(mode="json") for font in fonts],
    }


def as_json(value: object) -> str:
    """How every JSON file of a package is written; what `script_sha256` is the hash of."""
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"


def _models(rows: tuple[Entry, ...]) -> list[JsonValue]:
    """Every model whose work is in the run, with what it did and how often."""
    done = Counter((row.provider, row.model, row.node) for row in rows if row.status != "released")
    return [
        {"provider": provider, "model": model, "step": step, "calls": calls}
        for (provider, model, step), calls in done.items()
    ]
