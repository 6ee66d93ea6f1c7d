"""One statement against Postgres, with failures that say what could not be reached."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import psycopg
from psycopg.rows import DictRow, dict_row
from psycopg_pool import AsyncConnectionPool

from shortfactory.errors import DatabaseLost, StorageError

Pool = AsyncConnectionPool[Any]


async def query(pool: Pool, sql: str, facts: Mapping[str, object], what: str) -> list[DictRow]:
    """Run one statement as one transaction and return its rows, if it has any.

    Raises:
        DatabaseLost: the database cannot be reached; names `what` was wanted.
        StorageError: it refuses.
    """
    try:
        async with (
            pool.connection() as connection,
            connection.cursor(row_factory=dict_row) as cursor,
        ):
            await cursor.execute(sql.encode(), facts)
            return await cursor.fetchall() if cursor.description else []
    except psycopg.OperationalError as error:  # PoolTimeout is one
        raise DatabaseLost(
            f"The {what} cannot be read or written ({type(error).__name__}).",
            cure="Check SHORTFACTORY_DATABASE_URL and the database, then resume.",
        ) from error
    except psycopg.Error as error:
        raise StorageError(
            f"The {what} cannot be read or written ({type(error).__name__}).",
            cure="Check SHORTFACTORY_DATABASE_URL and the database, then resume.",
        ) from error
