"""The right to work on one run: a lock that Postgres drops when its holder dies."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress

import psycopg

from graph.ending import end
from graph.run import Holder
from graph.runs import Runs
from shortfactory.errors import RunBusy, StorageError

CHECK_EVERY_S = 5.0
LOCK_SPACE = 42  # the second argument keeps our locks apart from LangGraph's and procrastinate's

_UNLOCK = "select pg_advisory_unlock(hashtextextended(%s, %s))"


@asynccontextmanager
async def lease(dsn: str, runs: Runs, run_id: str) -> AsyncGenerator[None]:
    """Hold the run for this process, on a connection of its own.

    While held, the connection is watched: when it breaks, another process may hold the run, so
    the body is cancelled and StorageError raised.

    Raises:
        UnknownRun: no such id.
        RunBusy: another process holds it; the message names it.
        StorageError: the connection to the database was lost.
    """
    run_id = (await runs.get(run_id)).id
    async with await psycopg.AsyncConnection.connect(dsn, autocommit=True) as connection:
        if not await _try_lock(connection, run_id):
            raise await _busy(runs, run_id)
        holder = Holder.here()
        await runs.hold(run_id, holder)
        try:
            async with _watched(connection, run_id):
                yield
        finally:
            # A database that is gone has dropped the lock already.
            with suppress(psycopg.Error):
                await runs.release(run_id, holder)
                # Closing would free it too, but only when the server gets to it.
                await connection.execute(_UNLOCK, (run_id, LOCK_SPACE))


async def _try_lock(connection: psycopg.AsyncConnection, run_id: str) -> bool:
    cursor = await connection.execute(
        "select pg_try_advisory_lock(hashtextextended(%s, %s))", (run_id, LOCK_SPACE)
    )
    row = await cursor.fetchone()
    return bool(row and row[0])


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
async def _watched(connection: psycopg.AsyncConnection, run_id: str) -> AsyncGenerator[None]:
    body = asyncio.current_task()
    assert body is not None, "a context manager runs inside a task"
    lost: list[Exception] = []

    async def watch() -> None:
        try:
            while True:
                await asyncio.sleep(CHECK_EVERY_S)
                await connection.execute("select 1")
        except psycopg.Error as error:
            lost.append(error)
            body.cancel()

    watcher = asyncio.create_task(watch())
    try:
        yield
    except asyncio.CancelledError:
        if lost and body.uncancel() == 0:
            raise StorageError(
                f"The database was lost while working on {run_id}.",
                cure=f"Nothing finished is lost. Go on with: shortfactory resume {run_id}",
            ) from lost[0]
        raise
    finally:
        await end(watcher)
