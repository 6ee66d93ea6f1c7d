"""The sound editor: holds the word times against the audio before captions are cut to them."""

from __future__ import annotations

from pydantic import JsonValue, TypeAdapter
from typing_extensions import TypedDict

from nodes.failure import Failure, failure_of
from nodes.findings import Finding, to_mend
from nodes.services import Services
from shortfactory.errors import ShortFactoryError
from shortfactory.story import Scene, Word

WORDS = TypeAdapter(tuple[Word, ...])


class Reads(TypedDict, total=False):
    """What the editor needs."""

    scene: dict[str, JsonValue]
    narration: dict[str, JsonValue] | None
    voice_failure: Failure | None
    voice_variation: int


class Writes(TypedDict, total=False):
    """What the editor leaves. A faulty narration becomes a new variation."""

    voice_findings: list[Finding]
    voice_failure: Failure | None
    voice_variation: int


async def inspect_voice(state: Reads, services: Services) -> Writes:
    """Measure the narration; a step that spoke none is passed on to the route as it is."""
    narration = state.get("narration")
    if narration is None:
        return Writes(voice_findings=[])
    scene = Scene.model_validate(state["scene"])
    words = WORDS.validate_python(narration["words"])
    try:
        path = await services.store.path(str(narration["sha256"]))
        faults = await services.render.check_voice(path, scene.narration, words)
    except ShortFactoryError as error:
        return Writes(voice_failure=failure_of(error, "inspect_voice", scene.number))
    findings = to_mend(faults, scene.number)
    if not findings:
        return Writes(voice_findings=[])
    variation = state.get("voice_variation", 0) + 1
    return Writes(voice_findings=findings, voice_variation=variation)
