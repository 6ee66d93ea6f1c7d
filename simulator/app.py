"""The simulator's routes: two vendors, each also under `/s/<scenario>`, and the controls."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.routing import BaseRoute, Route

from simulator.controls import control_routes
from simulator.elevenlabs_routes import elevenlabs_routes
from simulator.gemini_routes import gemini_routes
from simulator.house import House

PREFIXES = ("", "/s/{scenario}")


def build(house: House) -> Starlette:
    """The whole application over one house of scenarios and one bill."""
    routes: list[BaseRoute] = [
        Route(f"{prefix}{route.path}", route.endpoint, methods=list(route.methods or ()))
        for prefix in PREFIXES
        for route in (*gemini_routes(house), *elevenlabs_routes(house))
    ]
    return Starlette(routes=[*routes, *control_routes(house)])
