"""The script agent: from a story to scenes that can be spoken and drawn; also revises them."""

from __future__ import annotations

import json

from pydantic import JsonValue
from typing_extensions import TypedDict

from nodes.brought import own_script
from nodes.failure import Failure, failure_of
from nodes.findings import Finding
from nodes.prompting import fence
from nodes.services import RunFacts, Services
from nodes.writing import ask
from providers.ports import Task
from shortfactory.errors import MalformedReply, ShortFactoryError
from shortfactory.plan import Plan
from shortfactory.story import Script, Topic


class Reads(TypedDict, total=False):
    """What the agent needs. `notes` are a person's, `findings` the critic's."""

    run: RunFacts
    plan: dict[str, JsonValue]
    topic: dict[str, JsonValue]
    story: dict[str, JsonValue]
    script: dict[str, JsonValue] | None
    script_version: int
    findings: list[Finding]
    notes: str
    revisions: int
    complaints: list[str]
    writing_tries: int


class Writes(TypedDict, total=False):
    """What the agent leaves."""

    script: dict[str, JsonValue]
    script_version: int
    findings: list[Finding]
    notes: str
    revisions: int
    failure: Failure | None
    complaints: list[str]
    writing_tries: int


async def script(state: Reads, services: Services) -> Writes:
    """Write the script, or revise the last one by the critic's findings and a person's notes."""
    try:
        written = await _write(state, services)
    except ShortFactoryError as error:
        return Writes(
            failure=failure_of(error, "script"),
            complaints=[str(error)] if isinstance(error, MalformedReply) else [],
            writing_tries=state.get("writing_tries", 0) + 1,
        )
    revised = state.get("script") is not None
    return Writes(
        script=_numbered(written).model_dump(mode="json"),
        script_version=state.get("script_version", 0) + 1,
        findings=[],
        notes="",
        revisions=state.get("revisions", 0) + (1 if revised and not state.get("notes") else 0),
        failure=None,
        complaints=[],
        writing_tries=0,
    )


async def _write(state: Reads, services: Services) -> Script:
    topic = Topic.model_validate(state["topic"])
    own = own_script(topic)
    if own and not state.get("script"):
        return own
    plan = Plan.model_validate(state["plan"])
    previous = state.get("script")
    task: Task = "revise" if previous else "script"
    rate = services.catalog.words_per_second(plan.voice, topic.language)
    findings = [finding["message"] for finding in state.get("findings", [])]
    findings += state.get("complaints", [])
    return await ask(
        services,
        state["run"],
        plan,
        task,
        Script,
        inputs={
            "topic": topic.told(),
            "story": state["story"],
            "previous": previous,
            "findings": list(findings),
            "notes": state.get("notes", ""),
            "words_per_second": rate,
        },
        words={
            "topic": fence("topic", topic.text),
            "source": fence("source", topic.source or "(none)"),
            "story": fence("story", json.dumps(state["story"], ensure_ascii=False)),
            "script": fence("script", json.dumps(previous, ensure_ascii=False)),
            "findings": fence("findings", "\n".join(f"- {f}" for f in findings) or "(none)"),
            "notes": fence("notes", state.get("notes", "") or "(none)"),
            "language": topic.language,
            "scenes": str(topic.scenes),
            "seconds": f"{topic.seconds:g}",
            "words": str(round(topic.seconds * rate)),
            "each": str(round(topic.seconds * rate / topic.scenes)),
        },
    )


def _numbered(script: Script) -> Script:
    scenes = [scene.model_copy(update={"number": n}) for n, scene in enumerate(script.scenes, 1)]
    return script.model_copy(update={"scenes": tuple(scenes)})
