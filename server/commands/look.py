"""show."""

from __future__ import annotations

from graph.factory import Factory
from graph.short import Short
from server.screen import print_json, print_short, result
from server.working import find, visit
from shortfactory.settings import Settings


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
