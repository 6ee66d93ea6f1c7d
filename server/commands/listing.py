"""list: quick, because it reads rows and needs nothing of the graph."""

from __future__ import annotations

import asyncio
from typing import get_args

from graph.database import open_database
from graph.run import Run, Status
from server.screen import notes, print_json, result, runs_table
from shortfactory.errors import InvalidInput
from shortfactory.settings import Settings


def list_shorts(as_json: bool, status: str | None, limit: int) -> int:
    """Print the newest runs."""
    wanted = _status(status)

    runs = asyncio.run(_newest(Settings(), limit, wanted))
    if as_json:
        print_json({"shorts": [run.model_dump(mode="json") for run in runs]})
    elif runs:
        result().print(runs_table(runs))
    else:
        notes().print('There is no short yet. Make one: shortfactory make "Why bees dance"')
    return 0


async def _newest(settings: Settings, limit: int, status: Status | None) -> list[Run]:
    async with open_database(settings) as database:
        return await database.runs.list(limit=limit, status=status)


def _status(given: str | None) -> Status | None:
    known: tuple[Status, ...] = get_args(Status)
    for status in known:
        if given == status:
            return status
    if given is None:
        return None
    raise InvalidInput("status", given, f"use one of {', '.join(known)}")
