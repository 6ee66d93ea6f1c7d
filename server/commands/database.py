"""One thing done with the database that the settings name."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from graph.database import Database, open_database
from shortfactory.settings import Settings

T = TypeVar("T")


def on_database(action: Callable[[Database], Awaitable[T]]) -> T:
    """Open the database, do it, close the database."""

    async def run() -> T:
        async with open_database(Settings()) as database:
            return await action(database)

    return asyncio.run(run())
