"""A pool of database connections that survives tasks which are cancelled while they use it."""

from __future__ import annotations

import asyncio
from typing import Any, TypeVar

from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

Connection = TypeVar("Connection", bound=AsyncConnection[Any])


class CancelSafePool(AsyncConnectionPool[Connection]):
    """psycopg's own pool, where no cancel is lost, and no connection with one.

    Its two ways to lose, both seen: `asyncio.wait_for`, on which it waits, swallows a cancel that
    arrives together with the connection (python/cpython#86296, until Python 3.12), and who was
    cancelled goes on. And without `reset` a connection is given back in the task that is cancelled:
    cancelled there again, as anyio does in every turn of the loop, it never comes back.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """As of the pool."""
        kwargs.setdefault("reset", _as_it_is)
        super().__init__(*args, **kwargs)

    async def getconn(self, timeout: float | None = None) -> Connection:  # noqa: ASYNC109 - theirs
        """A connection, or the cancel that arrived with it."""
        task = asyncio.current_task()
        asked = task.cancelling() if task else 0
        connection = await super().getconn(timeout)
        if task and task.cancelling() > asked:
            await self.putconn(connection)
            raise asyncio.CancelledError
        return connection


async def _as_it_is(_connection: AsyncConnection[Any]) -> None:
    """Change nothing; with a `reset` the pool takes connections back in a task of its own."""
