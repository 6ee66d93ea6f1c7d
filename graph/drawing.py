"""The graph as a picture: Mermaid text of the line and of what happens inside a scene."""

from __future__ import annotations

from typing import Any, cast

from langgraph.graph import StateGraph

from graph.build import build
from graph.scene import picture_graph, scene_graph, voice_graph
from nodes.services import Services
from shortfactory.settings import GraphSettings


class _Unbound:
    """Stands where services are bound; drawing calls no agent."""

    limits = GraphSettings()


def drawings() -> dict[str, str]:
    """Title → Mermaid text of all four graphs, the whole line first."""
    services = cast(Services, _Unbound())
    graphs: dict[str, StateGraph[Any, None, Any, Any]] = {
        "The whole line": build(services),
        "A scene": scene_graph(services),
        "A scene's picture": picture_graph(services),
        "A scene's voice": voice_graph(services),
    }
    return {
        title: graph.compile().get_graph().draw_mermaid().strip() for title, graph in graphs.items()
    }
