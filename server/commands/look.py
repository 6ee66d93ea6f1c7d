"""list and show."""

from __future__ import annotations

from typing import get_args

from graph.factory import Factory
from graph.run import Run, Status
from graph.short import Short
from server.screen import notes, print_json, print_short, result, runs_table
from server.working import find, visit
from shortfactory.errors import InvalidInput
from shortfactory.settings import Settings


def list_shorts(as_json: bool, status: str | None, limit: int) -> int:
    """Print the newest runs."""
    wanted = _status(status)

    async def newest(factory: Factory) -> list[Run]:
        return await factory.list(limit=limit, status=wanted)

    runs = visit(Settings(), newest)
    if as_json:
        print_json({"shorts": [run.model_dump(mode="json") for run in runs]})
    elif runs:
        result().print(runs_table(runs))
    else:
        notes().print('There is no short yet. Make one: shortfactory make "Why bees dance"')
    return 0


def show(as_json: bool, given: str) -> int:
    """Print everything about one run."""

    async def look(factory: Factory) -> Short:
        return await factory.show(await find(factory, given))

    short = visit(Settings(), look)
    if as_json:
        print_json(short.model_dump(mode="json"))
    else:
        print_short(result(), short)
    return 0


def _status(given: str | None) -> Status | None:
    known: tuple[Status, ...] = get_args(Status)
    for status in known:
        if given == status:
            return status
    if given is None:
        return None
    raise InvalidInput("status", given, f"use one of {', '.join(known)}")
