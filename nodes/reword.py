"""The diplomat: says a refused picture in other words."""

from __future__ import annotations

from pydantic import JsonValue
from typing_extensions import TypedDict

from nodes.failure import Failure, failure_of
from nodes.prompting import fence
from nodes.services import RunFacts, Services
from nodes.writing import ask
from shortfactory.errors import ShortFactoryError
from shortfactory.plan import Plan
from shortfactory.story import Plain


class Reads(TypedDict, total=False):
    """What the diplomat needs."""

    run: RunFacts
    plan: dict[str, JsonValue]
    scene: dict[str, JsonValue]
    wording: str
    picture_failure: Failure | None
    rewords: int


class Writes(TypedDict, total=False):
    """What the diplomat leaves. Without other words, the failure says so to the route."""

    wording: str
    rewords: int
    picture_failure: Failure | None


class Rewording(Plain):
    """The reply's shape."""

    prompt: str


async def reword(state: Reads, services: Services) -> Writes:
    """Keep the idea, change the words that the vendor's filter met."""
    failure = state.get("picture_failure")
    reason = failure["message"] if failure else ""
    number = int(str(state["scene"]["number"]))
    tries = state.get("rewords", 0) + 1
    try:
        reworded = await ask(
            services,
            state["run"],
            Plan.model_validate(state["plan"]),
            "reword",
            Rewording,
            inputs={"prompt": state["wording"], "reason": reason, "try": tries},
            words={
                "prompt": fence("prompt", state["wording"]),
                "reason": fence("reason", reason),
                "attempt": str(tries),
            },
            scene=number,
        )
    except ShortFactoryError as error:
        return Writes(picture_failure=failure_of(error, "reword", number), rewords=tries)
    return Writes(wording=reworded.prompt, rewords=tries)
