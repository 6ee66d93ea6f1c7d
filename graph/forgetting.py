"""Forgetting: what retention removes, and everything of one tenant. Sums of money stay."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from psycopg import AsyncConnection
from psycopg.rows import DictRow

from graph.checkpoints import saver
from graph.factory import Factory
from graph.references import needed_by_no_other
from shortfactory.errors import RunBusy

Counts = dict[str, int]

FINISHED = ["done", "failed", "rejected", "cancelled"]
OLD = b"""
select id::text, status from runs left join tenant_policies using (tenant)
where status = any(%(finished)s)
    and updated_at < now() - make_interval(days => coalesce(retention_days, %(days)s))
"""
RESTED = b"""
select id::text from runs where status = any(%s) and updated_at < now() - interval '1 day'
    and (select count(*) from checkpoints
        where thread_id = runs.id::text and checkpoint_ns = '') > 1
"""
RUNS = b"select id::text from runs where tenant = %s"
CANCEL = b"update runs set cancel_requested = true where tenant = %s"
HELD = b"select 1 from runs where tenant = %s and status = 'running' and holder is not null"
STOP_POLL_S = 0.25
STOP_DEADLINE_S = 30.0
# Table of the tenant's rows → how they are found. The order respects references.
TENANT_TABLES = {
    "events": "from run_events where tenant = %(tenant)s",
    "submissions": "from submissions where tenant = %(tenant)s",
    "runs": "from runs where tenant = %(tenant)s",
    "keys": "from api_keys where tenant = %(tenant)s",
    "policies": "from tenant_policies where tenant = %(tenant)s",
    "jobs": "from procrastinate_jobs where lock ~ ('^' || %(pattern)s || '/slot[0-9]+$')",
}
ANONYMOUS = """
update ledger set tenant = 'deleted', run_id = 'deleted' where tenant = %(tenant)s
"""
ANONYMOUS_DAYS = """
with gone as (delete from ledger_day where tenant = %(tenant)s returning realm, day, held_usd)
insert into ledger_day (realm, tenant, day, held_usd)
    select realm, 'deleted', day, held_usd from gone
on conflict (realm, day, tenant) do update set held_usd = ledger_day.held_usd + excluded.held_usd
"""


class Forgetting:
    """Removes runs with their checkpoints and with the files that no other run needs."""

    def __init__(self, factory: Factory) -> None:
        self._pool = factory.database.pool
        self._store = factory.store

    async def retain(self, days: int) -> Counts:
        """Remove runs that ended so many days ago (or as the tenant's policy says).

        Of other runs that have ended, only the last checkpoint stays.
        """
        async with self._pool.connection() as connection:
            found = await (
                await connection.execute(OLD, {"finished": FINISHED, "days": days})
            ).fetchall()
            counts = await self._forget_runs(connection, [row["id"] for row in found])
            rested = await (await connection.execute(RESTED, (FINISHED,))).fetchall()
        await saver(self._pool).aprune([row["id"] for row in rested])
        return {**counts, "pruned": len(rested)}

    async def forget_tenant(self, tenant: str) -> Counts:
        """Remove everything of a tenant; says how much of each there was.

        The sums of the ledger stay, under the name 'deleted': limits and books must add up.

        Raises:
            RunBusy: a worker did not let go of a run, though it was cancelled.
        """
        facts = {"tenant": tenant, "pattern": _literal(tenant)}
        await self._stop(tenant)
        before = await self.left_of(tenant)
        async with self._pool.connection() as connection:
            runs = await (await connection.execute(RUNS, (tenant,))).fetchall()
            files = await self._forget_runs(connection, [row["id"] for row in runs])
            async with connection.transaction():
                await connection.execute(
                    "select set_config('shortfactory.forget_tenant', %s, true)", (tenant,)
                )
                await connection.execute(ANONYMOUS, facts)
                await connection.execute(ANONYMOUS_DAYS, facts)
                for rows in TENANT_TABLES.values():
                    await connection.execute(f"delete {rows}".encode(), facts)
        return {**before, **files}

    async def _stop(self, tenant: str) -> None:
        """Cancel what is being worked on, and wait until nobody writes for the tenant."""
        async with self._pool.connection() as connection:
            await connection.execute(CANCEL, (tenant,))
            try:
                async with asyncio.timeout(STOP_DEADLINE_S):
                    while await (await connection.execute(HELD, (tenant,))).fetchone():  # noqa: ASYNC110 - others
                        await asyncio.sleep(STOP_POLL_S)
            except TimeoutError:
                raise RunBusy(
                    f"A short of {tenant} is still being worked on.", cure="Try again in a minute."
                ) from None

    async def left_of(self, tenant: str) -> Counts:
        """How many rows of a tenant there are, per table."""
        facts = {"tenant": tenant, "pattern": _literal(tenant)}
        tables = {**TENANT_TABLES, "calls": "from ledger where tenant = %(tenant)s"}
        counts: Counts = {}
        async with self._pool.connection() as connection:
            for name, rows in tables.items():
                cursor = await connection.execute(f"select count(*) as n {rows}".encode(), facts)
                row = await cursor.fetchone()
                counts[name] = row["n"] if row else 0
        return counts

    async def _forget_runs(
        self, connection: AsyncConnection[DictRow], run_ids: Sequence[str]
    ) -> Counts:
        hashes = await needed_by_no_other(connection, run_ids)
        checkpoints = saver(connection)
        for run_id in run_ids:
            await checkpoints.adelete_thread(run_id)
        await connection.execute(
            "delete from submissions where run_id = any(%s::uuid[])", (run_ids,)
        )
        await connection.execute("delete from runs where id = any(%s::uuid[])", (run_ids,))
        for name in hashes:
            await self._store.forget(name)
            await self._store.discard(name)
        return {"runs": len(run_ids), "files": len(hashes)}


def _literal(text: str) -> str:
    return "".join(sign if sign.isalnum() else f"\\{sign}" for sign in text)
