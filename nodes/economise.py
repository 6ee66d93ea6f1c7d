"""The economist: takes the next cheaper way, and writes down what it saves and costs."""

from __future__ import annotations

from pydantic import JsonValue
from typing_extensions import TypedDict

from nodes.findings import Finding
from nodes.services import Services
from providers.economy import Economy, share_pictures
from shortfactory.story import Script


class Reads(TypedDict, total=False):
    """What the economist needs. `choices` come from the guard, the least painful first."""

    topic: dict[str, JsonValue]
    script: dict[str, JsonValue]
    script_version: int
    choices: list[dict[str, JsonValue]]
    economies: list[dict[str, JsonValue]]


class Writes(TypedDict, total=False):
    """The changed plan, and script or topic where the step changes them."""

    plan: dict[str, JsonValue]
    topic: dict[str, JsonValue]
    script: dict[str, JsonValue]
    script_version: int
    findings: list[Finding]
    economies: list[dict[str, JsonValue]]


async def economise(state: Reads, services: Services) -> Writes:  # noqa: ARG001
    """Take the first choice; the guard measures again afterwards."""
    choice = Economy.model_validate(state["choices"][0])
    taken: dict[str, JsonValue] = choice.model_dump(mode="json", exclude={"plan"})
    writes = Writes(
        plan=choice.plan.model_dump(mode="json"),
        economies=[*state.get("economies", []), taken],
    )
    if choice.share:
        script = share_pictures(Script.model_validate(state["script"]), choice.share)
        writes["script"] = script.model_dump(mode="json")
        writes["script_version"] = state["script_version"] + 1
    if choice.seconds is not None:
        message = f"The budget allows {choice.seconds:g} s: shorten the script to that."
        writes["topic"] = {**state["topic"], "seconds": choice.seconds}
        writes["findings"] = [
            Finding(check="budget", severity="revise", scene=None, message=message)
        ]
    return writes
