"""The one database: opened, migrated, and shared by everything in a process."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import psycopg
from psycopg import AsyncConnection
from psycopg.conninfo import conninfo_to_dict
from psycopg.rows import DictRow, dict_row
from psycopg_pool import PoolTimeout

from graph.home import prepare_home
from graph.lease import lease
from graph.migrate import migrate
from graph.pool import CancelSafePool
from graph.postgres import local_postgres
from graph.runs import Pool, Runs
from shortfactory.errors import ConfigurationError, StorageError
from shortfactory.settings import Settings

POOL_SIZE = 10
CONNECT_S = 15.0
GIVE_UP_S = 20.0  # then a new demand tries at once: waits between tries have doubled until here


class Database:
    """A pool of connections, the table of runs, and leases on runs."""

    def __init__(self, dsn: str, pool: Pool) -> None:
        self.dsn = dsn
        self.pool = pool
        self.runs = Runs(pool)

    def lease(self, run_id: str) -> AbstractAsyncContextManager[None]:
        """Hold a run for this process; see `graph.lease.lease` for what it raises."""
        return lease(self.dsn, self.runs, run_id)

    async def version(self) -> str:
        """The server's version, as it writes it."""
        async with self.pool.connection() as connection:
            row = await (await connection.execute("show server_version")).fetchone()
            return str(row["server_version"]) if row else ""

    async def migrations(self) -> list[str]:
        """The names of what has been applied, in order."""
        async with self.pool.connection() as connection:
            cursor = await connection.execute("select name from migrations order by name")
            return [row["name"] for row in await cursor.fetchall()]


@asynccontextmanager
async def open_database(settings: Settings) -> AsyncGenerator[Database]:
    """Open the database of the settings, or the data home's own, with all tables in place.

    Raises:
        ConfigurationError: the data home or the address cannot be used, or the tables are newer.
        StorageError: the database does not answer.
    """
    home = await asyncio.to_thread(prepare_home, settings.home)
    if settings.database_url is None:
        async with local_postgres(home) as dsn, connect(dsn) as database:
            yield database
    else:
        async with connect(_checked(settings.database_url.get_secret_value())) as database:
            yield database


@asynccontextmanager
async def connect(dsn: str) -> AsyncGenerator[Database]:
    """Migrate the database at this address and open a pool to it."""
    try:
        await migrate(dsn)
    except psycopg.OperationalError as error:
        raise StorageError(
            f"The database does not answer: {str(error).strip().rstrip('.')}.",
            cure="Start it, or correct SHORTFACTORY_DATABASE_URL.",
        ) from error
    async with make_pool(dsn) as pool:
        yield Database(dsn, pool)


@asynccontextmanager
async def make_pool(dsn: str, largest: int = POOL_SIZE) -> AsyncGenerator[Pool]:
    """Open a pool as LangGraph's saver needs it; broken connections are replaced unseen."""
    pool: Pool = CancelSafePool(
        dsn,
        connection_class=AsyncConnection[DictRow],
        kwargs={"autocommit": True, "prepare_threshold": 0, "row_factory": dict_row},
        check=_answers,
        min_size=1,
        max_size=largest,
        timeout=CONNECT_S,
        reconnect_timeout=GIVE_UP_S,
        open=False,
    )
    try:
        await pool.open(wait=True, timeout=CONNECT_S)
    except PoolTimeout as error:
        await pool.close()
        raise StorageError("The database does not answer.", cure="Start it.") from error
    try:
        yield pool
    finally:
        await pool.close()


async def _answers(connection: AsyncConnection[DictRow]) -> None:
    await connection.execute("")


def _checked(dsn: str) -> str:
    """The address, once readable; an error of the parser would show a password in it."""
    try:
        conninfo_to_dict(dsn)
    except psycopg.ProgrammingError:
        raise ConfigurationError(
            "SHORTFACTORY_DATABASE_URL is not an address of a PostgreSQL database.",
            cure="Write it like postgresql://user:password@host:5432/name.",
        ) from None
    return dsn
