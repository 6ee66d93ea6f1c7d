"""Binding agents to their services and routes to their limits, as the graph takes them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Any, TypeVar, get_type_hints

from langgraph.graph import StateGraph

from nodes.services import Services
from shortfactory.settings import GraphSettings

Way = TypeVar("Way")
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


def within(
    limits: GraphSettings, route: Callable[[Any, GraphSettings], Way]
) -> Callable[[Any], Way]:
    """The route with its limits filled in."""

    # LangGraph shows a route the state that its first parameter's type names. It does not look
    # into a partial, and shows that one only what the node before it reads: no counters.
    @wraps(route)
    def way(state: Any) -> Way:
        return route(state, limits)

    return way
