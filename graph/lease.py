"""The right to work on one run: a lock that Postgres drops when its holder dies."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress

import psycopg

from graph.ending import end
from graph.run import Holder
from graph.runs import Runs
from shortfactory.errors import DatabaseLost, RunBusy

CHECK_EVERY_S = 5.0
REGAIN_S = 15.0  # as long as whoever wants a connection waits for a database that is away
TRY_EVERY_S = 0.5
LOCK_SPACE = 42  # the second argument keeps our locks apart from LangGraph's and procrastinate's

_UNLOCK = "select pg_advisory_unlock(hashtextextended(%s, %s))"


@asynccontextmanager
async def lease(dsn: str, runs: Runs, run_id: str) -> AsyncGenerator[None]:
    """Hold the run for this process, on a connection of its own.

    While held, the connection is watched. When it breaks, the lock is taken again, if nobody else
    has held the run meanwhile; else the body is cancelled and DatabaseLost raised.

    Raises:
        UnknownRun: no such id.
        RunBusy: another process holds it; the message names it.
        DatabaseLost: the database was away for too long, or another process has the run now.
    """
    run_id = (await runs.get(run_id)).id
    held = _Lock(dsn, runs, run_id)
    try:
        if not await held.take():
            raise await _busy(runs, run_id)
        await runs.hold(run_id, held.holder)
        try:
            async with _watched(held):
                yield
        finally:
            await held.give_back()
    finally:
        await held.close()


class _Lock:
    """One run's lock on a connection that may be made again."""

    def __init__(self, dsn: str, runs: Runs, run_id: str) -> None:
        self._dsn, self._runs, self.run_id = dsn, runs, run_id
        self._connection: psycopg.AsyncConnection | None = None
        self.holder = Holder.here()

    async def take(self) -> bool:
        """Take the lock on a new connection, unless somebody has it."""
        await self.close()
        self._connection = await psycopg.AsyncConnection.connect(self._dsn, autocommit=True)
        cursor = await self._connection.execute(
            "select pg_try_advisory_lock(hashtextextended(%s, %s))", (self.run_id, LOCK_SPACE)
        )
        row = await cursor.fetchone()
        return bool(row and row[0])

    async def broken(self) -> psycopg.OperationalError:
        """Wait until the connection is lost; the server's end of it is noticed at once."""
        assert self._connection is not None, "taken before it is watched"
        try:
            while True:
                async for _ in self._connection.notifies(timeout=CHECK_EVERY_S):
                    pass
                await self._connection.execute("select 1")
        except psycopg.OperationalError as error:
            return error

    async def regain(self) -> bool:
        """Take the lock again, unless somebody else has the run now or had it in between."""
        with suppress(TimeoutError):
            async with asyncio.timeout(REGAIN_S):
                while True:
                    with suppress(psycopg.OperationalError):
                        taken = await self.take()
                        named = (await self._runs.get(self.run_id)).holder
                        if taken or named not in (self.holder, None):
                            return taken and named == self.holder
                    await asyncio.sleep(TRY_EVERY_S)
        return False

    async def give_back(self) -> None:
        """Erase the holder and unlock: closing would do, but only when the server gets to it."""
        # A database that is gone has dropped the lock already.
        with suppress(psycopg.OperationalError):
            await self._runs.release(self.run_id, self.holder)
            if self._connection is not None:
                await self._connection.execute(_UNLOCK, (self.run_id, LOCK_SPACE))

    async def close(self) -> None:
        """Close the connection, if there is one."""
        if self._connection is not None:
            await self._connection.close()


async def _busy(runs: Runs, run_id: str) -> RunBusy:
    holder = (await runs.get(run_id)).holder
    who = (
        f"process {holder.pid} on {holder.host}, since {holder.since:%Y-%m-%d %H:%M:%S} UTC"
        if holder
        else "another process"
    )
    return RunBusy(
        f"The short {run_id} is already being worked on by {who}.",
        cure="Wait for it, or end that process and resume.",
    )


@asynccontextmanager
async def _watched(lock: _Lock) -> AsyncGenerator[None]:
    body = asyncio.current_task()
    assert body is not None, "a context manager runs inside a task"
    lost: list[Exception] = []

    async def watch() -> None:
        while True:
            error = await lock.broken()
            if not await lock.regain():
                break
        lost.append(error)
        body.cancel()

    watcher = asyncio.create_task(watch())
    try:
        yield
    except asyncio.CancelledError:
        if lost and body.uncancel() == 0:
            raise DatabaseLost(
                f"The database was lost while working on {lock.run_id}.",
                cure=f"Nothing finished is lost. Go on with: shortfactory resume {lock.run_id}",
            ) from lost[0]
        raise
    finally:
        await end(watcher)
