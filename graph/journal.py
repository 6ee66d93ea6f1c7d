"""Everything told about runs, kept in the database for whoever comes later or from elsewhere."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import datetime
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from graph.drive import Watch
from graph.events import Event
from graph.run import Run
from graph.runs import Pool
from shortfactory.story import Plain

log = logging.getLogger(__name__)

CHANNEL = "run_events"
GATHER_S = 0.1  # what happens together is written together
FRAMES_EVERY_S = 1.0
LOCK_SPACE = 43  # beside the leases' 42: orders the writers of one run

# The lock comes first, so that ids become visible in their order and a reader skips none.
LOCK = b"select pg_advisory_xact_lock(hashtextextended(%s::text, %s))"
APPEND = b"insert into run_events (run_id, tenant, kind, data) values (%s, %s, %s, %s)"
RING = b"select pg_notify(%s, %s)"
AFTER = b"""
select id, at, kind, data from run_events where run_id = %s and id > %s order by id limit %s
"""

LAST = b"select coalesce(max(id), 0) as id from run_events where run_id = %s"


class Kept(Plain):
    """One event as kept; ids grow."""

    id: int
    at: datetime
    kind: str
    data: dict[str, Any]


class Journal:
    """The table of events, through a pool of everything or of one tenant."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def append(self, run: Run, events: Sequence[Event]) -> None:
        """Write events in order and wake whoever follows the run."""
        rows = [
            (run.id, run.tenant, event.kind, Jsonb(event.model_dump(mode="json")))
            for event in events
        ]
        async with self._pool.connection() as connection, connection.transaction():
            await connection.execute(LOCK, (run.id, LOCK_SPACE))
            async with connection.cursor() as cursor:
                await cursor.executemany(APPEND, rows)
            await connection.execute(RING, (CHANNEL, run.id))

    async def tell(self, run: Run) -> None:
        """Write where the run stands now."""
        await self.append(run, [Event(run_id=run.id, kind="status", text=run.status)])

    async def after(self, run_id: str, last_id: int, limit: int = 500) -> list[Kept]:
        """The events after one already seen (0: from the first)."""
        async with self._pool.connection() as connection:
            cursor = await connection.execute(AFTER, (run_id, last_id, limit))
            return [Kept.model_validate(row) for row in await cursor.fetchall()]

    async def last(self, run_id: str) -> int:
        """The id of the last event; 0 where there is none."""
        async with self._pool.connection() as connection:
            row = await (await connection.execute(LAST, (run_id,))).fetchone()
            return row["id"] if row else 0

    @asynccontextmanager
    async def recording(self, run: Run) -> AsyncGenerator[Watch]:
        """Give a `watch` whose events are written in the background, the last ones at the end.

        Events are a report: a database that cannot take them for a while does not stop a run.
        """
        gatherer = _Gatherer()
        writer = asyncio.create_task(self._write(run, gatherer))
        try:
            yield gatherer.watch
        finally:
            writer.cancel()
            with suppress(asyncio.CancelledError):
                await writer
            await self._flush(run, gatherer)

    async def _write(self, run: Run, gatherer: _Gatherer) -> None:
        while True:
            await gatherer.told.wait()
            await asyncio.sleep(GATHER_S)
            # A cancel in the middle of a write must not lose or repeat what is being written.
            await asyncio.shield(self._flush(run, gatherer))

    async def _flush(self, run: Run, gatherer: _Gatherer) -> None:
        async with gatherer.writing:
            events = gatherer.take()
            if not events:
                return
            try:
                await self.append(run, events)
            except psycopg.Error:
                log.exception("events", extra={"action": "events_lost", "run_id": run.id})


class _Gatherer:
    """Events told and not yet written; of a scene's frames, one a second."""

    def __init__(self) -> None:
        self.told = asyncio.Event()
        self.writing = asyncio.Lock()
        self._events: list[Event] = []
        self._frames: dict[int | None, float] = {}

    def watch(self, event: Event) -> None:
        if event.kind == "frames" and event.done < event.total and self._lately(event.scene):
            return
        self._events.append(event)
        self.told.set()

    def take(self) -> list[Event]:
        events, self._events = self._events, []
        self.told.clear()
        return events

    def _lately(self, scene: int | None) -> bool:
        now = asyncio.get_running_loop().time()
        if now - self._frames.get(scene, -FRAMES_EVERY_S) < FRAMES_EVERY_S:
            return True
        self._frames[scene] = now
        return False
