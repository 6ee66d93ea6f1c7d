"""migrate and simulate."""

from __future__ import annotations

import asyncio
import importlib

from graph.database import open_database
from server.screen import print_json, result
from shortfactory.settings import Settings


def migrate(as_json: bool) -> int:
    """Open the database, which brings it up to date."""

    async def run() -> tuple[str, list[str]]:
        async with open_database(Settings()) as database:
            return await database.version(), await database.migrations()

    version, names = asyncio.run(run())
    if as_json:
        print_json({"postgresql": version, "migrations": names})
    else:
        result().print(f"PostgreSQL {version} has every table: {', '.join(names)}")
    return 0


def simulate(as_json: bool, host: str, port: int, scenario: str) -> int:
    """Serve the simulator until Ctrl-C."""
    server = importlib.import_module("simulator.server")
    if as_json:
        print_json({"gemini": f"http://{host}:{port}/gemini"})
    server.serve(host=host, port=port, **({"scenario": scenario} if scenario else {}))
    return 0
