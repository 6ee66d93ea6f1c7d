"""The drawing: which agent follows which. Returned uncompiled; whoever runs it compiles it."""

from __future__ import annotations

from typing import Any

from langgraph.graph import END, START, StateGraph

from graph import routes
from graph.scene import scene_graph
from graph.state import State
from graph.steps import add_step, within
from nodes.amend import amend
from nodes.approval import approval
from nodes.assemble import assemble
from nodes.await_budget import await_budget
from nodes.budget_guard import budget_guard
from nodes.cast import cast
from nodes.critique import critique
from nodes.economise import economise
from nodes.package import package
from nodes.park import park
from nodes.quality_check import quality_check
from nodes.script import script
from nodes.services import Services
from nodes.story import story
from nodes.translate import translate
from shortfactory.settings import GraphSettings

Graph = StateGraph[Any, None, Any, Any]

AGENTS = (
    story, script, critique, budget_guard, economise, await_budget, cast, assemble, quality_check,
    package, amend, translate,
)  # fmt: skip
APPROVAL_GOTO = {
    "cast": "approved",
    "script": "revise",
    "budget_guard": "edited",
    END: "rejected",
}
PARK_GOTO: dict[str, str] = dict.fromkeys(
    ("story", "script", "translate", "cast", "assemble", "quality_check", "package"), "resumed"
)


def build(services: Services, entrance: str = "story", takes: type[Any] = State) -> Graph:
    """Draw the whole production line, bound to its services.

    `entrance` names the first node, and `takes` what a run is started with; a caller that sets
    another entrance adds its node and its edge to story.
    """
    graph: Graph = StateGraph(State, input_schema=takes)
    for step in AGENTS:
        add_step(graph, step, services)
    add_step(graph, approval, services, goto=APPROVAL_GOTO)
    add_step(graph, park, services, goto=PARK_GOTO)
    graph.add_node("scene", scene_graph(services).compile())
    graph.add_edge(START, entrance)
    _draw_writing(graph, services.limits)
    _draw_budget(graph)
    _draw_filming(graph, services.limits)
    _draw_changes(graph, services.limits)
    return graph


def _draw_writing(graph: Graph, limits: GraphSettings) -> None:
    """Story → script → critique, each asked again where it helps."""
    written = within(limits, routes.after_writing)
    graph.add_conditional_edges(
        "story", written, {"done": "script", "again": "story", "park": "park"}
    )
    graph.add_conditional_edges(
        "script", written, {"done": "critique", "again": "script", "park": "park"}
    )
    graph.add_conditional_edges(
        "critique",
        within(limits, routes.after_critique),
        {"revise": "script", "go_on": "budget_guard"},
    )


def _draw_budget(graph: Graph) -> None:
    """budget_guard → approval, or economise until it fits, or wait for money."""
    graph.add_conditional_edges(
        "budget_guard",
        routes.after_budget,
        {"fits": "approval", "too_dear": "economise", "nothing_left": "await_budget"},
    )
    graph.add_conditional_edges(
        "economise", routes.after_economise, {"cheaper": "budget_guard", "shorter": "script"}
    )
    graph.add_edge("await_budget", "budget_guard")


def _draw_filming(graph: Graph, limits: GraphSettings) -> None:
    """Cast → one task per scene → assemble → quality_check → package."""
    graph.add_conditional_edges("cast", routes.after_cast, ["scene", "assemble", "park"])
    graph.add_edge("scene", "assemble")
    graph.add_conditional_edges(
        "assemble", routes.after_step, {"done": "quality_check", "park": "park"}
    )
    graph.add_conditional_edges(
        "quality_check",
        within(limits, routes.after_quality),
        {"passed": "package", "scene": "scene", "park": "park"},
    )
    graph.add_conditional_edges(
        "package", routes.after_package, {"done": END, "park": "park", "changed": "amend"}
    )


def _draw_changes(graph: Graph, limits: GraphSettings) -> None:
    """Amend → what the change needs, from the budget guard on."""
    graph.add_conditional_edges(
        "amend", routes.after_amend, {"translate": "translate", "go_on": "budget_guard"}
    )
    graph.add_conditional_edges(
        "translate",
        within(limits, routes.after_writing),
        {"done": "budget_guard", "again": "translate", "park": "park"},
    )
