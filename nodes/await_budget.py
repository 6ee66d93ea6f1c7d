"""Waiting for money: nothing is left to save, so a person raises the budget or leaves it."""

from __future__ import annotations

from typing import Any

from langgraph.types import interrupt
from pydantic import JsonValue
from typing_extensions import TypedDict

from nodes.services import Services


class Reads(TypedDict, total=False):
    """What the person is told."""

    estimate: dict[str, JsonValue]
    short_by_usd: str


async def await_budget(state: Reads, services: Services) -> dict[str, Any]:  # noqa: ARG001
    """Wait; on resume the guard measures again against the limit as it is then."""
    short_by_usd = state["short_by_usd"]
    interrupt(
        {
            "kind": "budget",
            "message": f"The cheapest plan's worst case is ${short_by_usd} above the budget. "
            "Raise it and resume; nothing paid for is lost.",
            "short_by_usd": short_by_usd,
        }
    )
    return {}
