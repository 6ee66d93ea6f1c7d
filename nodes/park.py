"""Parking: the run stops safely and says why, until time or a person cures it."""

from __future__ import annotations

from typing import Any, Literal

from langgraph.types import Command, interrupt
from pydantic import JsonValue
from typing_extensions import TypedDict

from nodes.failure import Failure
from nodes.findings import Finding
from nodes.services import Services

MISSING = {
    "story": "story",
    "script": "script",
    "translate": "translation",
    "cast": "character sheet",
    "illustrate": "picture",
    "illustrate_fallback": "picture",
    "reword": "picture",
    "inspect_image": "picture",
    "narrate": "voice",
    "narrate_fallback": "voice",
    "inspect_voice": "voice",
    "compose_segment": "segment",
    "assemble": "film",
    "quality_check": "verdict on the film",
    "package": "package",
}
"""What is not there when this step has failed."""


class Reads(TypedDict, total=False):
    """Why the run cannot go on."""

    failure: Failure | None
    quality: dict[str, Any]


class PictureReads(TypedDict, total=False):
    """Why a scene has no picture."""

    scene: dict[str, JsonValue]
    picture_failure: Failure | None
    picture_findings: list[Finding]


class VoiceReads(TypedDict, total=False):
    """Why a scene has no voice."""

    scene: dict[str, JsonValue]
    voice_failure: Failure | None
    voice_findings: list[Finding]


class SegmentReads(TypedDict, total=False):
    """Why a scene could not be rendered."""

    segment_failure: Failure


Goto = Literal["story", "script", "translate", "cast", "assemble", "quality_check", "package"]


async def park(state: Reads, services: Services) -> Command[Goto]:  # noqa: ARG001
    """Wait; on resume the counters start anew and the failed step runs again."""
    failure = state.get("failure")
    interrupt(notice(failure) if failure else unaccepted(state.get("quality", {})))
    again = failure["node"] if failure else "quality_check"
    return Command(goto=again, update={"failure": None, "writing_tries": 0, "repairs": {}})  # pyright: ignore[reportReturnType]


async def park_picture(state: PictureReads, services: Services) -> dict[str, Any]:  # noqa: ARG001
    """Wait for a picture to become possible."""
    failure = state.get("picture_failure")
    interrupt(notice(failure) if failure else unfit("picture", state["picture_findings"]))
    return {"picture_failure": None, "picture_tries": 0, "rewords": 0, "fallback_tries": 0}


async def park_voice(state: VoiceReads, services: Services) -> dict[str, Any]:  # noqa: ARG001
    """Wait for a voice to become possible."""
    failure = state.get("voice_failure")
    interrupt(notice(failure) if failure else unfit("voice", state["voice_findings"]))
    return {"voice_failure": None, "voice_tries": 0, "voice_fallback_tries": 0}


async def park_segment(state: SegmentReads, services: Services) -> dict[str, Any]:  # noqa: ARG001
    """Wait for the renderer to become able again."""
    interrupt(notice(state["segment_failure"]))
    return {"segment_failure": None}


def notice(failure: Failure) -> dict[str, JsonValue]:
    """What a waiting run says: waiting for money where money is the reason, else parked."""
    kind = "budget" if failure["kind"] == "budget" else "parked"
    why = f"{_sentence(failure['message'])} {failure.get('cure', '')}".strip()
    said = _notice(kind, MISSING[failure["node"]], failure["scene"], why, failure["node"])
    return {**said, "follows": failure["kind"] == "stopped"}


def unfit(what: str, findings: list[Finding]) -> dict[str, JsonValue]:
    """What a run says when everything that was made of a scene is faulty."""
    why = f"{_joined(finding['message'] for finding in findings)} Resume to try again."
    return _notice("parked", what, findings[0]["scene"], why, f"inspect_{what}")


def unaccepted(quality: dict[str, Any]) -> dict[str, JsonValue]:
    """What a run says when its film did not pass, with everything that failed."""
    failed = [each for each in quality.get("findings", []) if each["severity"] == "fail"]
    why = (
        f"{_joined(each['message'] for each in failed)} "
        "Its quality page shows the frames at fault. "
        "Resume to measure it again and to make the scenes at fault once more."
    )
    return _notice("parked", "film that passes its test", None, why.strip(), "quality_check")


def reason_of(notices: list[dict[str, Any]]) -> str:
    """One text for everything that a run waits for; scenes that lack the same are counted up.

    What only follows from another failure comes last.
    """
    lacking: dict[tuple[bool, str, str], list[int]] = {}
    plain: list[str] = []
    for each in notices:
        if each.get("missing") and each.get("scene") is not None:
            lack = (each.get("follows", False), each["missing"], each["why"])
            lacking.setdefault(lack, []).append(each["scene"])
        else:
            plain.append(str(each.get("message", "")))
    # Scenes stop in any order; a person is told the same every time.
    ordered = sorted(lacking.items(), key=lambda lack: (lack[0][0], min(lack[1]), lack[0]))
    grouped = [_missing(what, scenes, why) for (_, what, why), scenes in ordered]
    return " ".join(filter(None, dict.fromkeys([*plain, *grouped])))


def _notice(
    kind: str, missing: str, scene: int | None, why: str, node: str
) -> dict[str, JsonValue]:
    message = _missing(missing, [] if scene is None else [scene], why)
    facts: dict[str, JsonValue] = {"kind": kind, "message": message, "node": node}
    return {**facts, "missing": missing, "scene": scene, "why": why}


def _missing(what: str, scenes: list[int], why: str) -> str:
    *others, last = [str(number) for number in sorted(scenes)] or [""]
    numbers = f"{', '.join(others)} and {last}" if others else last
    place = f" for scene{'s' if others else ''} {numbers}" if last else ""
    return f"No {what}{place}: {why}"


def _joined(messages: Any) -> str:
    return " ".join(dict.fromkeys(_sentence(str(message)) for message in messages))


def _sentence(text: str) -> str:
    text = text.strip()
    return text if text.endswith((".", "!", "?", ":")) or not text else f"{text}."
