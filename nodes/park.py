"""Parking: the run stops safely and says why, until time or a person cures it."""

from __future__ import annotations

from typing import Any, Literal

from langgraph.types import Command, interrupt
from pydantic import JsonValue
from typing_extensions import TypedDict

from nodes.failure import Failure
from nodes.services import Services


class Reads(TypedDict, total=False):
    """Why the run cannot go on."""

    failure: Failure | None
    quality: dict[str, JsonValue]


class PictureReads(TypedDict, total=False):
    """Why a scene has no picture."""

    picture_failure: Failure | None


class VoiceReads(TypedDict, total=False):
    """Why a scene has no voice."""

    voice_failure: Failure | None


class SegmentReads(TypedDict, total=False):
    """Why a scene could not be rendered."""

    segment_failure: Failure | None


Goto = Literal["story", "script", "cast", "assemble", "quality_check", "package"]


async def park(state: Reads, services: Services) -> Command[Goto]:  # noqa: ARG001
    """Wait; on resume the counters start anew and the failed step runs again."""
    failure = state.get("failure")
    interrupt(notice(failure))
    again = failure["node"] if failure else "quality_check"
    return Command(goto=again, update={"failure": None, "writing_tries": 0, "repairs": {}})  # pyright: ignore[reportReturnType]


async def park_picture(state: PictureReads, services: Services) -> dict[str, Any]:  # noqa: ARG001
    """Wait for a picture to become possible."""
    interrupt(notice(state.get("picture_failure")))
    return {"picture_failure": None, "picture_tries": 0, "rewords": 0, "fallback_tries": 0}


async def park_voice(state: VoiceReads, services: Services) -> dict[str, Any]:  # noqa: ARG001
    """Wait for a voice to become possible."""
    interrupt(notice(state.get("voice_failure")))
    return {"voice_failure": None, "voice_tries": 0, "voice_fallback_tries": 0}


async def park_segment(state: SegmentReads, services: Services) -> dict[str, Any]:  # noqa: ARG001
    """Wait for the renderer to become able again."""
    interrupt(notice(state.get("segment_failure")))
    return {"segment_failure": None}


def notice(failure: Failure | None) -> dict[str, JsonValue]:
    """What a waiting run says: waiting for money where money is the reason, else parked."""
    if failure is None:
        return {"kind": "parked", "message": "The film did not pass its acceptance test."}
    kind = "budget" if failure["kind"] == "budget" else "parked"
    return {
        "kind": kind,
        "message": failure["message"],
        "node": failure["node"],
        "scene": failure["scene"],
    }
