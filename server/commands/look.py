"""show."""

from __future__ import annotations

from pathlib import Path

from graph.factory import Factory
from graph.short import Short
from server.screen import print_json, print_short, result
from server.working import find, visit
from shortfactory.settings import Settings


def show(as_json: bool, given: str) -> int:
    """Print everything about one run."""

    async def look(factory: Factory) -> tuple[Short, Path | None]:
        short = await factory.show(await find(factory, given))
        failed = short.quality and not short.quality["passed"]
        page = short.quality_page if failed else None
        return short, await factory.store.path(page) if page else None

    short, page = visit(Settings(), look)
    if as_json:
        print_json({**short.model_dump(mode="json"), "quality_page": page and str(page)})
    else:
        print_short(result(), short, page)
    return 0
