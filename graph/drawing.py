"""The graph as a picture: Mermaid text of the line and of what happens inside a scene."""

from __future__ import annotations

from typing import Any, cast

from graph.build import build
from graph.scene import picture_graph, scene_graph, voice_graph
from nodes.services import Services
from shortfactory.settings import GraphSettings


class _Unbound:
    """Stands where services are bound; drawing calls no agent."""

    limits = GraphSettings()


def mermaid() -> str:
    """All four graphs, the whole line first."""
    services = cast(Services, _Unbound())
    graphs: list[Any] = [build(services), scene_graph(services)]
    graphs += [picture_graph(services), voice_graph(services)]
    return "\n".join(graph.compile().get_graph().draw_mermaid() for graph in graphs)
