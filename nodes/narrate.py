"""The narrator: one scene's words spoken, by the first voice or by the fallback."""

from __future__ import annotations

from typing import Literal

from pydantic import JsonValue
from typing_extensions import TypedDict

from nodes.failure import Failure, failure_of
from nodes.services import RunFacts, Services
from providers.ports import VoiceRequest
from shortfactory.errors import ShortFactoryError
from shortfactory.plan import Plan
from shortfactory.story import Scene


class Reads(TypedDict, total=False):
    """What the narrator needs. Neighbours' words shape the prosody where the voice can use them."""

    run: RunFacts
    plan: dict[str, JsonValue]
    scene: dict[str, JsonValue]
    language: str
    tone: str
    voice_name: str
    previous_text: str
    next_text: str
    voice_variation: int
    voice_tries: int
    voice_fallback_tries: int


class Writes(TypedDict, total=False):
    """What the narrator leaves: a narration, or the failure that the route reads."""

    narration: dict[str, JsonValue] | None
    voice_role: Literal["voice", "voice_fallback"]
    voice_failure: Failure | None
    voice_tries: int
    voice_fallback_tries: int


async def narrate(state: Reads, services: Services) -> Writes:
    """Speak with the plan's voice."""
    plan = Plan.model_validate(state["plan"])
    spoken = await _speak(state, services, plan.voice, "narrate")
    spoken["voice_role"] = "voice"
    spoken["voice_tries"] = state.get("voice_tries", 0) + 1
    return spoken


async def narrate_fallback(state: Reads, services: Services) -> Writes:
    """Speak with the plan's other voice."""
    plan = Plan.model_validate(state["plan"])
    spoken = await _speak(state, services, plan.voice_fallback, "narrate_fallback")
    spoken["voice_role"] = "voice_fallback"
    spoken["voice_fallback_tries"] = state.get("voice_fallback_tries", 0) + 1
    return spoken


async def _speak(state: Reads, services: Services, model: str, node: str) -> Writes:
    scene = Scene.model_validate(state["scene"])
    request = VoiceRequest(
        text=scene.narration,
        language=state["language"],
        voice=state["voice_name"],
        tone=state["tone"],
        previous_text=state["previous_text"],
        next_text=state["next_text"],
        variation=state.get("voice_variation", 0),
    )
    try:
        payer = await services.payer(state["run"], node, scene.number)
        narration = await services.gateway.speak(model, request, payer)
    except ShortFactoryError as error:
        return Writes(narration=None, voice_failure=failure_of(error, node, scene.number))
    kept: dict[str, JsonValue] = {
        "sha256": narration.sha256,
        "duration_ms": narration.duration_ms,
        "words": [word.model_dump(mode="json") for word in narration.words],
        "model": model,
    }
    return Writes(narration=kept, voice_failure=None)
