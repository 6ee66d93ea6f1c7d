"""The approval: a person reads script, scenes and price before anything dear is made."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Literal

from langgraph.types import Command, interrupt
from pydantic import JsonValue
from typing_extensions import TypedDict

from nodes.findings import Finding
from nodes.services import RunFacts, Services
from shortfactory.story import Script

Goto = Literal["cast", "script", "budget_guard", "__end__"]


class Reads(TypedDict, total=False):
    """What the person is shown."""

    run: RunFacts
    script: dict[str, JsonValue]
    script_version: int
    findings: list[Finding]
    estimate: dict[str, JsonValue]
    economies: list[dict[str, JsonValue]]
    approval: dict[str, JsonValue] | None


class Decision(TypedDict, total=False):
    """What a person answers. `script` comes with an edit, `notes` with a revision."""

    decision: Literal["approve", "revise", "reject"]
    by: str
    at: str
    notes: str
    script: dict[str, JsonValue]


async def approval(state: Reads, services: Services) -> Command[Goto]:  # noqa: ARG001
    """Wait for a person; without one asked for, pass a script that nothing blocks."""
    version = state["script_version"]
    approved = state.get("approval")
    if approved and approved["script_version"] == version:
        return Command(goto="cast")
    if state["run"]["approve"] == "auto" and not blocking(state.get("findings", [])):
        at = datetime.now(UTC).isoformat(timespec="seconds")
        return _approved(version, {"by": "auto", "at": at})
    answer: Decision = interrupt({"kind": "approval", "script_version": version})
    match answer["decision"]:
        case "reject":
            return Command(goto="__end__", update={"outcome": "rejected"})
        case "revise":
            notes = answer.get("notes", "")
            return Command(goto="script", update={"notes": notes, "revisions": 0})
        case "approve" if edited := answer.get("script"):
            return _edited(version + 1, edited, answer)
        case "approve":
            return _approved(version, answer)


def blocking(findings: list[Finding]) -> list[Finding]:
    """The findings that forbid filming without a person's word."""
    return [finding for finding in findings if finding["severity"] == "block"]


def _approved(version: int, answer: Decision) -> Command[Goto]:
    return Command(goto="cast", update={"approval": _record(version, answer)})


def _edited(version: int, script: dict[str, JsonValue], answer: Decision) -> Command[Goto]:
    update = {
        "script": Script.model_validate(script).model_dump(mode="json"),
        "script_version": version,
        "approval": _record(version, answer),
        "findings": [],
    }
    return Command(goto="budget_guard", update=update)


def _record(version: int, answer: Decision) -> dict[str, JsonValue]:
    return {"script_version": version, "by": answer.get("by", ""), "at": answer.get("at", "")}
