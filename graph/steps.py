"""Binding an agent to its services: how a step of the nodes' room becomes a node of the graph."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, get_type_hints

from langgraph.graph import StateGraph

from nodes.services import Services

Step = Callable[[Any, Services], Awaitable[Any]]


def add_step(
    graph: StateGraph[Any, None, Any, Any],
    step: Step,
    services: Services,
    *,
    goto: dict[str, str] | None = None,
) -> None:
    """Add `step` under its own name; it receives only what its first parameter's type names.

    `goto` draws the edges of a step that chooses by Command: target → label.
    """
    reads = get_type_hints(step)["state"]

    async def run(state: Any) -> Any:
        return await step(state, services)

    graph.add_node(step.__name__, run, input_schema=reads, destinations=goto)
