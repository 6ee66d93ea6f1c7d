"""One tenant's view of the database: under this pool, rows of other tenants do not exist."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import cast

from psycopg import AsyncConnection
from psycopg.rows import DictRow

from graph.runs import Pool

ENTER = b"""
select set_config('role', 'shortfactory_tenant', true), set_config('app.tenant', %s, true)
"""


class TenantPool:
    """Lends connections inside a transaction that row-level security confines to one tenant."""

    def __init__(self, pool: Pool, tenant: str) -> None:
        self._pool, self._tenant = pool, tenant

    @asynccontextmanager
    async def connection(self) -> AsyncGenerator[AsyncConnection[DictRow]]:
        """A connection in a transaction; role and tenant end with it."""
        async with self._pool.connection() as connection, connection.transaction():
            await connection.execute(ENTER, (self._tenant,))
            yield connection


def tenant_pool(pool: Pool, tenant: str) -> Pool:
    """The pool as a tenant may use it: for whoever only borrows connections."""
    return cast("Pool", TenantPool(pool, tenant))
