"""Waiting for a batch: the vendor draws within a day, and no process waits for it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from langgraph.types import interrupt
from pydantic import JsonValue
from typing_extensions import TypedDict

from nodes.services import Services


class Reads(TypedDict, total=False):
    """What is waited for: the model, and when it is asked again."""

    picture_wait: dict[str, JsonValue] | None


async def await_batch(state: Reads, services: Services) -> dict[str, Any]:  # noqa: ARG001
    """Rest; on resume the illustrator asks whether the picture is there."""
    if wait := state.get("picture_wait"):
        ask_at = datetime.fromisoformat(str(wait["ask_at"]))
        notice = {
            "kind": "batch",
            "message": f"Waiting for Gemini's batch; it is asked again at {ask_at:%H:%M} UTC.",
            "ask_at": ask_at.isoformat(),
        }
        interrupt(notice)
    return {"picture_wait": None}
