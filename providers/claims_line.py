"""The connection on which a process keeps its claims; made again, with all of them, when it breaks.

Postgres cannot tell a process that died from one whose connection broke. So a connection with
claims on it is watched, and a process that sees its own break while it is in use supposes that
the others' broke too: it lets them take back what they had before it takes anything new.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import psycopg
from psycopg.rows import tuple_row

from providers.postgres import Pool
from shortfactory.errors import DatabaseLost

LOCK_SPACE = 43  # keeps these locks apart from those of runs, LangGraph and procrastinate
CHECK_EVERY_S = 1.0
REGAIN_S = 5.0  # a pool that lost its connections asks after 0, 1 and 3 s whether Postgres is back


class ClaimsLine:
    """Takes and gives back locks, one statement each, on one connection of a pool."""

    def __init__(self, pool: Pool) -> None:
        """Borrow from this pool at the first lock."""
        self._pool = pool
        self._door = asyncio.Lock()
        self._connection: psycopg.AsyncConnection[Any] | None = None
        self._held: set[str] = set()
        self._watcher: asyncio.Task[None] | None = None
        self._answered_at_s = self._patient_until_s = 0.0
        self._broke_in_use = False

    async def take(self, key: str) -> bool:
        """Take a lock, unless another process has it or may be about to take it back.

        Raises:
            DatabaseLost: the database cannot be reached.
        """
        async with self._door:
            if _now_s() < self._patient_until_s or not await self._ask(_TAKE, [key]):
                return False
            self._held.add(key)
            if self._watcher is None or self._watcher.done():
                self._watcher = asyncio.create_task(self._watch())
            return True

    async def give_back(self, key: str) -> None:
        """Let others have this lock; one that was not taken stays where it is."""
        async with self._door:
            if key in self._held:
                self._held.remove(key)
                with suppress(DatabaseLost):  # a database that is gone has dropped it already
                    await self._ask(_GIVE_BACK, [key])

    async def close(self) -> None:
        """Give back all there is, the connection too."""
        if self._watcher is not None:
            self._watcher.cancel()
        async with self._door:
            await self._leave(broken=bool(self._held))
            self._held.clear()

    async def _watch(self) -> None:
        """Notice soon that the connection broke, so that the locks are taken back."""
        while self._held:
            await asyncio.sleep(CHECK_EVERY_S)
            async with self._door:
                with suppress(DatabaseLost):  # it is asked for again
                    await self._ask(_STILL_THERE, [])

    async def _ask(self, sql: str, keys: Sequence[str]) -> list[Any]:
        """The answer's rows; none when the connection broke, which is then made again."""
        connection = self._connection or await self._open()
        try:
            rows = await _rows(connection, sql, keys)
        except psycopg.OperationalError:
            self._broke_in_use |= _now_s() - self._answered_at_s < 2 * CHECK_EVERY_S
            await self._leave(broken=True)
            await self._open()
            return []
        self._answered_at_s = _now_s()
        return rows

    async def _open(self) -> psycopg.AsyncConnection[Any]:
        try:
            connection = self._connection = await self._pool.getconn()
            await _rows(connection, _TAKE_BACK, list(self._held))
        except psycopg.OperationalError as error:
            await self._leave(broken=True)
            raise DatabaseLost(
                f"The claims on calls cannot be written ({type(error).__name__}).",
                cure="Check SHORTFACTORY_DATABASE_URL and the database, then resume.",
            ) from error
        if self._broke_in_use:
            self._patient_until_s, self._broke_in_use = _now_s() + REGAIN_S, False
        return connection

    async def _leave(self, *, broken: bool) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            if broken:
                await connection.close()
            await self._pool.putconn(connection)


async def _rows(
    connection: psycopg.AsyncConnection[Any], sql: str, keys: Sequence[str]
) -> list[Any]:
    cursor = connection.cursor(row_factory=tuple_row)
    await cursor.execute(sql.encode(), {"keys": list(keys), "space": LOCK_SPACE})
    return await cursor.fetchall()


def _now_s() -> float:
    return asyncio.get_running_loop().time()


_STILL_THERE = "select 1"
_TAKE = """
select key from unnest(%(keys)s::text[]) as key
where pg_try_advisory_lock(hashtextextended(key, %(space)s))
"""
_GIVE_BACK = """
select pg_advisory_unlock(hashtextextended(key, %(space)s)) from unnest(%(keys)s::text[]) as key
"""
# A machine that vanishes says no goodbye: its locks would stay for the two hours of usual TCP.
_TAKE_BACK = f"""
with alive as (select set_config('tcp_keepalives_idle', '10', false),
  set_config('tcp_keepalives_interval', '5', false), set_config('tcp_keepalives_count', '3', false))
select * from alive left join ({_TAKE}) as held on true
"""
