"""Of all processes that want the same call, one makes it; the others wait for its result.

A claim is a lock in Postgres under the call's key. Postgres drops it when the process that holds
it dies, however that happens, so whoever waits goes on at once.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from weakref import WeakValueDictionary

from providers.claims_line import ClaimsLine
from providers.postgres import Pool
from providers.unfinished import Unfinished

log = logging.getLogger("shortfactory.calls")

POLL_S = 0.1


class Claims:
    """The calls that this process has for itself. One per process and event loop."""

    def __init__(self, pool: Pool) -> None:
        """Claim through this pool; from the first claim on, one of its connections is kept."""
        self._line = ClaimsLine(pool)
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._unfinished = Unfinished()

    @asynccontextmanager
    async def hold(self, key: str, kept: Callable[[str], Awaitable[None]]) -> AsyncGenerator[None]:
        """Have a call to oneself; wait while anybody else has it, in this process or another.

        Others may have it when the body has ended and `kept(key)` returns: a cancelled body may
        leave a paid answer that is still being stored.

        Raises:
            StorageError: the database cannot be reached; nothing is claimed.
        """
        turn = self._turns.setdefault(key, asyncio.Lock())
        await turn.acquire()
        try:
            await self._take(key)
            yield
        finally:
            self._unfinished.begin(self._give_back(key, turn, kept), key)

    async def close(self) -> None:
        """Finish what is being given back, and return the connection."""
        await self._unfinished.over()
        await self._line.close()

    async def _take(self, key: str) -> None:
        waiting = False
        while not await self._unfinished.finish(self._line.take(key), key):
            if not waiting:
                log.info("Another process makes this call", extra={"action": "call_awaited"})
            waiting = True
            await asyncio.sleep(POLL_S * random.uniform(0.5, 1.5))

    async def _give_back(
        self, key: str, turn: asyncio.Lock, kept: Callable[[str], Awaitable[None]]
    ) -> None:
        try:
            await kept(key)
            await self._line.give_back(key)
        finally:
            turn.release()
