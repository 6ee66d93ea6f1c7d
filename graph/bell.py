"""Waking those who follow a run when something is written about it, in whatever process."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress

import psycopg

from graph.ending import end
from graph.journal import CHANNEL, Journal, Kept

log = logging.getLogger(__name__)

AGAIN_S = 1.0
LOOK_ANYWAY_S = 15.0  # a ring can be lost while the connection is made again


class Bell:
    """One listening connection for all followers of a process."""

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn
        self._waiting: dict[str, set[asyncio.Event]] = {}

    @classmethod
    @asynccontextmanager
    async def open(cls, dsn: str) -> AsyncGenerator[Bell]:
        """Listen until the end of the block."""
        bell = cls(dsn)
        listener = asyncio.create_task(bell._listen())
        try:
            yield bell
        finally:
            await end(listener)

    async def follow(
        self, journal: Journal, run_id: str, last_id: int = 0
    ) -> AsyncGenerator[list[Kept]]:
        """Yield what is written about a run, in order, without end; an empty list means waiting."""
        with self._ear(run_id) as rung:
            while True:
                rung.clear()
                try:
                    kept = await journal.after(run_id, last_id)
                except psycopg.OperationalError:
                    # The database is away; all are rung when it can be listened to again.
                    await _rung(rung)
                    continue
                yield kept
                if kept:
                    last_id = kept[-1].id
                    continue
                await _rung(rung)

    def _ear(self, run_id: str) -> _Ear:
        return _Ear(self._waiting, run_id)

    async def _listen(self) -> None:
        while True:
            try:
                async with await psycopg.AsyncConnection.connect(
                    self._dsn, autocommit=True
                ) as connection:
                    await connection.execute(f"listen {CHANNEL}".encode())
                    self._ring(*self._waiting)
                    async for notice in connection.notifies():
                        self._ring(notice.payload)
            except psycopg.Error as error:
                log.warning("The bell lost the database: %s", error, extra={"action": "bell_lost"})
            await asyncio.sleep(AGAIN_S)

    def _ring(self, *run_ids: str) -> None:
        for run_id in run_ids:
            for waiting in self._waiting.get(run_id, ()):
                waiting.set()


async def _rung(event: asyncio.Event) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(LOOK_ANYWAY_S):
            await event.wait()


class _Ear:
    """A follower's own event, taken away when it leaves."""

    def __init__(self, waiting: dict[str, set[asyncio.Event]], run_id: str) -> None:
        self._waiting, self._run_id, self._rung = waiting, run_id, asyncio.Event()

    def __enter__(self) -> asyncio.Event:
        self._waiting.setdefault(self._run_id, set()).add(self._rung)
        return self._rung

    def __exit__(self, *_: object) -> None:
        ears = self._waiting[self._run_id]
        ears.discard(self._rung)
        if not ears:
            del self._waiting[self._run_id]
