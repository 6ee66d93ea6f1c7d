"""One scene's subgraph: a picture and a voice made side by side, then composed to a segment."""

from __future__ import annotations

from typing import Any

from langgraph.graph import END, START, StateGraph

from graph import routes
from graph.state import (
    PictureOut,
    PictureState,
    SceneIn,
    SceneOut,
    SceneState,
    VoiceOut,
    VoiceState,
)
from graph.steps import add_step, within
from nodes.await_batch import await_batch
from nodes.compose_segment import compose_segment
from nodes.illustrate import illustrate, illustrate_fallback
from nodes.inspect_image import inspect_image
from nodes.inspect_voice import inspect_voice
from nodes.narrate import narrate, narrate_fallback
from nodes.park import park_picture, park_segment, park_voice
from nodes.reword import reword
from nodes.services import Services

Graph = StateGraph[Any, None, Any, Any]


def picture_graph(services: Services) -> Graph:
    """Illustrate (→ wait for its batch) → inspect → (again | reword | the other model | park)."""
    graph: Graph = StateGraph(PictureState, input_schema=SceneIn, output_schema=PictureOut)
    for step in (illustrate, inspect_image, reword, illustrate_fallback, await_batch, park_picture):
        add_step(graph, step, services)
    for step in ("illustrate", "illustrate_fallback"):
        graph.add_conditional_edges(
            step, routes.after_illustration, {"drawn": "inspect_image", "wait": "await_batch"}
        )
    graph.add_conditional_edges(
        "await_batch",
        routes.after_batch,
        {"image": "illustrate", "image_fallback": "illustrate_fallback"},
    )
    graph.add_conditional_edges(START, routes.before_picture, {"kept": END, "wanted": "illustrate"})
    graph.add_conditional_edges(
        "inspect_image",
        within(services.limits, routes.after_picture),
        {
            "done": END,
            "again": "illustrate",
            "refused": "reword",
            "exhausted": "illustrate_fallback",
            "park": "park_picture",
        },
    )
    graph.add_conditional_edges(
        "reword",
        routes.after_reword,
        {"again": "illustrate", "exhausted": "illustrate_fallback", "park": "park_picture"},
    )
    graph.add_edge("park_picture", "illustrate")
    return graph


def voice_graph(services: Services) -> Graph:
    """Narrate → inspect → (again | the other voice | park)."""
    graph: Graph = StateGraph(VoiceState, input_schema=SceneIn, output_schema=VoiceOut)
    for step in (narrate, inspect_voice, narrate_fallback, park_voice):
        add_step(graph, step, services)
    graph.add_conditional_edges(START, routes.before_voice, {"kept": END, "wanted": "narrate"})
    graph.add_edge("narrate", "inspect_voice")
    graph.add_conditional_edges(
        "inspect_voice",
        within(services.limits, routes.after_voice),
        {
            "done": END,
            "again": "narrate",
            "exhausted": "narrate_fallback",
            "park": "park_voice",
        },
    )
    graph.add_edge("narrate_fallback", "inspect_voice")
    graph.add_edge("park_voice", "narrate")
    return graph


def scene_graph(services: Services) -> Graph:
    """Both halves side by side, then the segment."""
    graph: Graph = StateGraph(SceneState, input_schema=SceneIn, output_schema=SceneOut)
    graph.add_node("picture", picture_graph(services).compile())
    graph.add_node("voice", voice_graph(services).compile())
    add_step(graph, compose_segment, services)
    add_step(graph, park_segment, services)
    graph.add_edge(START, "picture")
    graph.add_edge(START, "voice")
    graph.add_edge(["picture", "voice"], "compose_segment")
    graph.add_conditional_edges(
        "compose_segment", routes.after_segment, {"done": END, "park": "park_segment"}
    )
    graph.add_edge("park_segment", "compose_segment")
    return graph
