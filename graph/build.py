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

APPROVAL_GOTO = {
    "cast": "approved",
    "script": "revise",
    "budget_guard": "edited",
    END: "rejected",
}
PARK_GOTO: dict[str, str] = dict.fromkeys(
    ("story", "script", "translate", "cast", "assemble", "quality_check", "package"), "resumed"
)


def build(
    services: Services, entrance: str = "story", takes: type[Any] = State
) -> StateGraph[Any, None, Any, Any]:
    """Draw the whole production line, bound to its services.

    `entrance` names the first node, and `takes` what a run is started with; a caller that sets
    another entrance adds its node and its edge to story.
    """
    limits = services.limits
    graph: StateGraph[Any, None, Any, Any] = StateGraph(State, input_schema=takes)
    for step in (story, script, critique, budget_guard, economise, await_budget, cast):
        add_step(graph, step, services)
    for step in (assemble, quality_check, package, amend, translate):
        add_step(graph, step, services)
    add_step(graph, approval, services, goto=APPROVAL_GOTO)
    add_step(graph, park, services, goto=PARK_GOTO)
    graph.add_node("scene", scene_graph(services).compile())

    written = within(limits, routes.after_writing)
    criticised = within(limits, routes.after_critique)
    measured = within(limits, routes.after_quality)
    done_or_park = routes.after_step

    graph.add_edge(START, entrance)
    graph.add_conditional_edges(
        "story", written, {"done": "script", "again": "story", "park": "park"}
    )
    graph.add_conditional_edges(
        "script", written, {"done": "critique", "again": "script", "park": "park"}
    )
    graph.add_conditional_edges(
        "critique", criticised, {"revise": "script", "go_on": "budget_guard"}
    )
    graph.add_conditional_edges(
        "budget_guard",
        routes.after_budget,
        {"fits": "approval", "too_dear": "economise", "nothing_left": "await_budget"},
    )
    graph.add_conditional_edges(
        "economise", routes.after_economise, {"cheaper": "budget_guard", "shorter": "script"}
    )
    graph.add_edge("await_budget", "budget_guard")
    graph.add_conditional_edges("cast", routes.after_cast, ["scene", "park"])
    graph.add_edge("scene", "assemble")
    graph.add_conditional_edges("assemble", done_or_park, {"done": "quality_check", "park": "park"})
    graph.add_conditional_edges(
        "quality_check", measured, {"passed": "package", "scene": "scene", "park": "park"}
    )
    graph.add_conditional_edges(
        "package", routes.after_package, {"done": END, "park": "park", "changed": "amend"}
    )
    graph.add_conditional_edges(
        "amend", routes.after_amend, {"translate": "translate", "go_on": "budget_guard"}
    )
    graph.add_conditional_edges(
        "translate", written, {"done": "budget_guard", "again": "translate", "park": "park"}
    )
    return graph
