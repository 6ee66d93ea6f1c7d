"""migrate and simulate."""

from __future__ import annotations

from typing import get_args

from graph.database import Database
from server.commands.database import on_database
from server.screen import print_json, result
from shortfactory.errors import InvalidInput
from simulator.latency import Profile
from simulator.server import DEFAULT, serve


def migrate(as_json: bool) -> int:
    """Open the database, which brings it up to date."""

    async def look(database: Database) -> tuple[str, list[str]]:
        return await database.version(), await database.migrations()

    version, names = on_database(look)
    if as_json:
        print_json({"postgresql": version, "migrations": names})
    else:
        result().print(f"PostgreSQL {version} has every table: {', '.join(names)}")
    return 0


def simulate(as_json: bool, host: str, port: int, latency: str, scenario: str | None) -> int:
    """Serve the simulator until Ctrl-C."""
    profiles: tuple[Profile, ...] = get_args(Profile)
    if latency not in profiles:
        raise InvalidInput("latency", latency, f"use one of {', '.join(profiles)}")
    if as_json:
        print_json({"simulator": f"http://{host}:{port}"})
    serve(host, port, latency, scenario or DEFAULT)
    return 0
