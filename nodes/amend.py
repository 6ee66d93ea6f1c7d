"""The editor of a finished film: what a person wants different, as the next version of its plan."""

from __future__ import annotations

from pydantic import JsonValue
from typing_extensions import TypedDict

from nodes.failure import Failure
from nodes.findings import Finding
from nodes.services import Services
from providers.offline.keywords import keyword_of
from shortfactory.change import Change, amended
from shortfactory.story import Script


class Asked(TypedDict):
    """A change as it was asked for.

    `variation` counts the takes of that half of the scene over all versions of the film.
    `based_on` is the version that was changed, `after_entry` the last ledger row before.
    """

    id: str
    by: str
    at: str
    change: dict[str, JsonValue]
    variation: dict[str, int]
    based_on: int
    after_entry: int


class Remake(TypedDict):
    """The scenes of which picture or voice are made again; all others stay as they are."""

    asked: Asked
    pictures: list[int]
    voices: list[int]


class Reads(TypedDict, total=False):
    """What the editor needs."""

    change: Asked | None
    topic: dict[str, JsonValue]
    script: dict[str, JsonValue]
    script_version: int
    approval: dict[str, JsonValue]
    voice: str


class Writes(TypedDict, total=False):
    """The changed script and what depends on it; the counters start anew."""

    change: Asked | None
    remake: Remake
    topic: dict[str, JsonValue]
    script: dict[str, JsonValue]
    script_version: int
    approval: dict[str, JsonValue]
    voice: str
    findings: list[Finding]
    complaints: list[str]
    writing_tries: int
    repairs: dict[str, int]
    failure: Failure | None


async def amend(state: Reads, services: Services) -> Writes:  # noqa: ARG001
    """Take up the change; whoever asked for it has thereby approved the changed script."""
    asked = state["change"]
    assert asked is not None, "the edge to here is taken for a change only"
    change = Change.model_validate(asked["change"])
    before = Script.model_validate(state["script"])
    after = amended(before, change, new_keyword(before, change))
    writes = Writes(
        change=None,
        remake=remake_of(asked, change, before),
        voice=change.voice or state.get("voice") or "",
        findings=[],
        complaints=[],
        writing_tries=0,
        repairs={},
        failure=None,
    )
    whole = {"language": change.language, "effects": change.effects}
    if said := {name: value for name, value in whole.items() if value is not None}:
        writes["topic"] = {**state["topic"], **said}
    if after != before:
        version = state["script_version"] + 1
        writes["script"] = after.model_dump(mode="json")
        writes["script_version"] = version
        writes["approval"] = approved_by(asked, version)
    return writes


def approved_by(asked: Asked, version: int) -> dict[str, JsonValue]:
    """The approval of a script by whoever asked for its change."""
    return {"script_version": version, "by": asked["by"], "at": asked["at"]}


def remake_of(asked: Asked, change: Change, script: Script) -> Remake:
    """Which halves of which scenes depend on the change."""
    pictures, voices = touched(change, script)
    return Remake(asked=asked, pictures=pictures, voices=voices)


def touched(change: Change, script: Script) -> tuple[list[int], list[int]]:
    """The scenes whose picture, and those whose voice, a change makes again."""
    if change.scene is None:
        respoken = change.voice is not None or change.language is not None
        return [], [scene.number for scene in script.scenes if respoken]
    drawn = change.picture is not None or "picture" in change.again
    spoken = change.narration is not None or "voice" in change.again
    return [change.scene] if drawn else [], [change.scene] if spoken else []


def new_keyword(script: Script, change: Change) -> str:
    """The word to remember of an edited narration."""
    if change.narration is None:
        return ""
    whole = " ".join(scene.narration for scene in script.scenes)
    return keyword_of(change.narration, whole, script.language)
