"""The story agent: from a topic to an angle, a hook, beats and a close."""

from __future__ import annotations

from pydantic import JsonValue
from typing_extensions import TypedDict

from nodes.brought import own_script, story_of
from nodes.failure import Failure, failure_of
from nodes.prompting import fence
from nodes.services import RunFacts, Services
from nodes.writing import ask
from shortfactory.errors import MalformedReply, ShortFactoryError
from shortfactory.plan import Plan
from shortfactory.story import Story, Topic


class Reads(TypedDict, total=False):
    """What the agent needs."""

    run: RunFacts
    plan: dict[str, JsonValue]
    topic: dict[str, JsonValue]
    complaints: list[str]
    writing_tries: int


class Writes(TypedDict, total=False):
    """What the agent leaves."""

    story: dict[str, JsonValue]
    failure: Failure | None
    complaints: list[str]
    writing_tries: int


async def story(state: Reads, services: Services) -> Writes:
    """Find the story in the topic; a broken reply leaves the validator's words for the retry."""
    topic = Topic.model_validate(state["topic"])
    try:
        script = own_script(topic)
        found = story_of(script) if script else await _find(topic, state, services)
    except ShortFactoryError as error:
        return Writes(
            failure=failure_of(error, "story"),
            complaints=[str(error)] if isinstance(error, MalformedReply) else [],
            writing_tries=state.get("writing_tries", 0) + 1,
        )
    return Writes(story=found.model_dump(mode="json"), failure=None, complaints=[], writing_tries=0)


async def _find(topic: Topic, state: Reads, services: Services) -> Story:
    complaints = state.get("complaints", [])
    return await ask(
        services,
        state["run"],
        Plan.model_validate(state["plan"]),
        "story",
        Story,
        inputs={"topic": topic.told(), "complaints": list(complaints)},
        words={
            "topic": fence("topic", topic.text or "(see the source)"),
            "source": fence("source", topic.source or "(none)"),
            "language": topic.language,
            "seconds": f"{topic.seconds:g}",
            "beats": str(max(topic.scenes - 2, 1)),
            "complaints": "\n".join(complaints) or "(none)",
        },
    )
