"""Everything of one tenant, removed and counted before and after. Sums of money stay."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from contextlib import suppress

from psycopg import AsyncConnection
from psycopg.rows import DictRow

from graph.factory import Factory
from graph.forgetting import Counts, forget_runs
from graph.references import needed_by_no_other
from graph.run import UNFINISHED
from shortfactory.errors import RunBusy, StorageError, WrongStatus
from shortfactory.story import Plain

RUNS = b"select id::text, status from runs where tenant = %s"
REVOKE = b"update api_keys set revoked_at = coalesce(revoked_at, now()) where tenant = %s"
HELD = b"select 1 from runs where tenant = %s and status = 'running' and holder is not null"
STOP_POLL_S = 0.25
STOP_DEADLINE_S = 30.0
# What there is of a tenant → how its rows are found. The order respects references.
TABLES = {
    "events": "from run_events where tenant = %(tenant)s",
    "changes": "from change_requests where tenant = %(tenant)s",
    "films": "from film_versions where tenant = %(tenant)s",
    "submissions": "from submissions where tenant = %(tenant)s",
    "batches": "from batches where run_id = any(%(runs)s)",
    "alerts": "from budget_alerts where scope = any(%(runs)s) "
    "or limit_name = 'tenant_day' and scope = %(tenant)s",
    "references": "from artifact_refs where run_id = any(%(runs)s::uuid[])",
    "runs": "from runs where tenant = %(tenant)s",
    "keys": "from api_keys where tenant = %(tenant)s",
    "policies": "from tenant_policies where tenant = %(tenant)s",
    "jobs": "from procrastinate_jobs where args ->> 'run_id' = any(%(runs)s) "
    "or lock ~ ('^' || %(pattern)s || '/slot[0-9]+$')",
    "checkpoints": "from checkpoints where thread_id = any(%(runs)s)",
    "blobs": "from checkpoint_blobs where thread_id = any(%(runs)s)",
    "writes": "from checkpoint_writes where thread_id = any(%(runs)s)",
}
CALLS = "from ledger where tenant = %(tenant)s or run_id = any(%(runs)s)"
ANONYMOUS = """
update ledger set tenant = 'deleted', run_id = 'deleted', note = '', trace = '{}', owner = ''
where tenant = %(tenant)s
"""
ANONYMOUS_DAYS = """
with gone as (delete from ledger_day where tenant = %(tenant)s returning realm, day, held_usd)
insert into ledger_day (realm, tenant, day, held_usd)
    select realm, 'deleted', day, held_usd from gone
on conflict (realm, day, tenant) do update set held_usd = ledger_day.held_usd + excluded.held_usd
"""


class Forgotten(Plain):
    """How much of each there was of a tenant, and how much there is now."""

    deleted: Counts
    left: Counts


class Farewell:
    """Removes tenants."""

    def __init__(self, factory: Factory) -> None:
        self._factory, self._pool, self._store = factory, factory.database.pool, factory.store

    async def forget(self, tenant: str) -> Forgotten:
        """Remove everything of a tenant, and count what there was and what is left.

        The sums of the ledger stay, under the name 'deleted': limits and books must add up.

        Raises:
            RunBusy: a worker did not let go of a run, though it was cancelled.
        """
        await self._stop(tenant)
        async with self._pool.connection() as connection:
            rows = await (await connection.execute(RUNS, (tenant,))).fetchall()
            runs = [row["id"] for row in rows]
            facts = {"tenant": tenant, "pattern": _literal(tenant), "runs": runs}
            files = await needed_by_no_other(connection, runs)
            deleted = {**await _count(connection, facts), "files": await self._kept(files)}
            await forget_runs(connection, self._store, runs)
            async with connection.transaction():
                await connection.execute(
                    "select set_config('shortfactory.forget_tenant', %s, true)", (tenant,)
                )
                for statement in (ANONYMOUS, ANONYMOUS_DAYS):
                    await connection.execute(statement, facts)
                for found in TABLES.values():
                    await connection.execute(f"delete {found}".encode(), facts)
            left = {**await _count(connection, facts), "files": await self._kept(files)}
        return Forgotten(deleted=deleted, left=left)

    async def _stop(self, tenant: str) -> None:
        """Take the keys, cancel everything, and wait until nobody writes for the tenant."""
        async with self._pool.connection() as connection:
            await connection.execute(REVOKE, (tenant,))
            for run in await (await connection.execute(RUNS, (tenant,))).fetchall():
                if run["status"] in UNFINISHED:
                    with suppress(WrongStatus):  # it has ended meanwhile
                        await self._factory.cancel(run["id"])
            try:
                async with asyncio.timeout(STOP_DEADLINE_S):
                    while await (await connection.execute(HELD, (tenant,))).fetchone():  # noqa: ASYNC110 - others
                        await asyncio.sleep(STOP_POLL_S)
            except TimeoutError:
                raise RunBusy(
                    f"A short of {tenant} is still being worked on.", cure="Try again in a minute."
                ) from None

    async def _kept(self, hashes: Iterable[str]) -> int:
        """How many of these are in the store, as bytes or as the record of a call."""
        kept = 0
        for name in hashes:
            kept += await self._store.recall(name) is not None
            with suppress(StorageError):
                kept += (await self._store.path(name)).exists()
        return kept


async def _count(connection: AsyncConnection[DictRow], facts: Mapping[str, object]) -> Counts:
    counts: Counts = {}
    for name, found in {**TABLES, "calls": CALLS}.items():
        cursor = await connection.execute(f"select count(*) as n {found}".encode(), facts)
        row = await cursor.fetchone()
        counts[name] = row["n"] if row else 0
    return counts


def _literal(text: str) -> str:
    return "".join(sign if sign.isalnum() else f"\\{sign}" for sign in text)
