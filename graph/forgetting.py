"""What retention removes: runs that ended long ago, old checkpoints, and files nobody needs."""

from __future__ import annotations

from collections.abc import Sequence

from psycopg import AsyncConnection
from psycopg.rows import DictRow

from graph.checkpoints import saver
from graph.factory import Factory
from graph.references import needed_by_no_other
from providers.ports import ArtifactStore

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


class Forgetting:
    """Removes runs with their checkpoints and with the files that no other run needs."""

    def __init__(self, factory: Factory) -> None:
        self._pool, self._store = factory.database.pool, factory.store

    async def retain(self, days: int) -> Counts:
        """Remove runs that ended so many days ago (or as the tenant's policy says).

        Of other runs that have ended, only the last checkpoint stays.
        """
        async with self._pool.connection() as connection:
            cursor = await connection.execute(OLD, {"finished": FINISHED, "days": days})
            old = [row["id"] for row in await cursor.fetchall()]
            files = await forget_runs(connection, self._store, old)
            rested = await (await connection.execute(RESTED, (FINISHED,))).fetchall()
        await saver(self._pool).aprune([row["id"] for row in rested])
        return {"runs": len(old), "files": len(files), "pruned": len(rested)}


async def forget_runs(
    connection: AsyncConnection[DictRow], store: ArtifactStore, run_ids: Sequence[str]
) -> list[str]:
    """Remove these runs, their checkpoints and their files; returns the hashes of the files."""
    hashes = await needed_by_no_other(connection, run_ids)
    checkpoints = saver(connection)
    for run_id in run_ids:
        await checkpoints.adelete_thread(run_id)
    await connection.execute("delete from submissions where run_id = any(%s::uuid[])", (run_ids,))
    await connection.execute("delete from runs where id = any(%s::uuid[])", (run_ids,))
    for name in hashes:
        await store.forget(name)
        await store.discard(name)
    return hashes
