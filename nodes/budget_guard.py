"""The budget guard: nothing dear starts unless what it needs fits under what is left."""

from __future__ import annotations

from datetime import UTC, datetime

from pydantic import JsonValue
from typing_extensions import TypedDict

from nodes.amend import Remake
from nodes.services import RunFacts, Services
from providers.economy import cheaper
from providers.estimate import Estimate, estimate, estimate_again
from shortfactory.money import ZERO
from shortfactory.plan import Plan
from shortfactory.story import Script


class Reads(TypedDict, total=False):
    """What the guard needs."""

    run: RunFacts
    plan: dict[str, JsonValue]
    topic: dict[str, JsonValue]
    script: dict[str, JsonValue]
    remake: Remake | None


class Writes(TypedDict, total=False):
    """`short_by_usd` is "0" where it fits; `choices` are the cheaper ways that are left."""

    estimate: dict[str, JsonValue]
    choices: list[dict[str, JsonValue]]
    short_by_usd: str


async def budget_guard(state: Reads, services: Services) -> Writes:
    """Estimate what is left to make, and hold it against the budget as it stands now."""
    now = datetime.now(UTC)
    script, plan = Script.model_validate(state["script"]), Plan.model_validate(state["plan"])
    remake = state.get("remake")
    made = _left(script, plan, services, now, remake)
    run_id = state["run"]["id"]
    left_usd = await services.budget(run_id) - await services.ledger.spent(run_id)
    short_by_usd = max(made.needed_usd - left_usd, ZERO)
    # A finished film is changed as it was made, or not at all.
    choices = cheaper(script, plan, services.limits, now) if remake is None else ()
    theirs = state["topic"].get("script") is not None
    return Writes(
        estimate=made.model_dump(mode="json"),
        choices=[
            choice.model_dump(mode="json")
            for choice in choices
            if not (theirs and choice.step == "length")  # a person's words are not cut
        ],
        short_by_usd=str(short_by_usd),
    )


def _left(
    script: Script, plan: Plan, services: Services, now: datetime, remake: Remake | None
) -> Estimate:
    """What is left to make: the whole script, or what a change touches."""
    if remake is None:
        return estimate(script, plan, services.limits, now)
    pictures, voices = remake["pictures"], remake["voices"]
    return estimate_again(script, plan, services.limits, now, pictures=pictures, voices=voices)
