"""The queue of jobs: putting work in, fair between tenants. Who takes it out is `server.worker`."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import procrastinate
from procrastinate.exceptions import ConnectorException
from procrastinate.jobs import JobDeferrer

from graph.database import GIVE_UP_S, Database
from graph.pool import CancelSafePool
from graph.run import Run
from server.queue import QueueConnector
from shortfactory.errors import DatabaseLost
from shortfactory.settings import ServiceSettings

RUN_SHORT, SEND_WEBHOOK, RETENTION = "run_short", "send_webhook", "retention"
SHORTS, ERRANDS = "shorts", "errands"
FINISH_FIRST = 1_000  # what a person has approved goes before what nobody has begun
CONNECTIONS = 4  # one listens; fetching and ending jobs are single statements

# A tenant's shorts take turns in as many slots as it may have running; the emptiest is next.
SLOTS = b"""
select slot, count(job.id) as waiting from generate_series(0, %(slots)s - 1) as slot
left join procrastinate_jobs job
    on job.lock = %(tenant)s || '/slot' || slot and job.status in ('todo', 'doing')
group by slot order by waiting, slot
"""
# A slot that has run empty takes over what waits behind another: the next in turn, one for each.
EVEN_OUT = b"""
with jobs as (
    select id, lock, status, priority, substring(lock from '^(.*)/slot') as tenant
    from procrastinate_jobs
    where task_name = 'run_short' and status in ('todo', 'doing') and id <> %(ending)s
), idle as (
    select tenant, tenant || '/slot' || slot as lock,
        row_number() over (partition by tenant order by slot) as turn
    from (select distinct tenant from jobs) as tenants, generate_series(0, %(slots)s - 1) as slot
    where not exists (select from jobs where jobs.lock = tenants.tenant || '/slot' || slot)
), queues as (
    select *, row_number() over (
        partition by lock order by status = 'doing' desc, priority desc, id) as place
    from jobs
), waiting as (
    select id, tenant, row_number() over (partition by tenant order by priority desc, id) as turn
    from queues where place > 1 and status = 'todo'
)
update procrastinate_jobs as job set lock = idle.lock
from idle join waiting using (tenant, turn) where job.id = waiting.id and job.status = 'todo'
"""
NONE_ENDING = -1
WAITING = b"""
select 1 from procrastinate_jobs
where task_name = 'run_short' and status = 'todo' and args ->> 'run_id' = %s
"""
ABANDONED = b"""
select id::text from runs join submissions on run_id = id
where (status in ('queued', 'running') and updated_at < now() - make_interval(secs => %s)
        or status = 'parked' and wake_at <= now())
    and not exists (select 1 from procrastinate_jobs job where job.task_name = 'run_short'
        and job.args ->> 'run_id' = runs.id::text and job.status in ('todo', 'doing'))
"""


class Jobs:
    """Puts jobs into the queue.

    Two jobs about one short do no harm: its lease lets one work, and the other finds nothing to
    do. A queueing lock would: a job that goes back while its successor waits would be stuck.
    """

    def __init__(self, app: procrastinate.App, database: Database, limits: ServiceSettings) -> None:
        self.app, self._database, self._limits = app, database, limits

    async def run_short(self, run: Run) -> None:
        """Let a worker go on with this run.

        Raises:
            DatabaseLost: the queue cannot be written.
        """
        async with self._database.pool.connection() as connection:
            if await (await connection.execute(WAITING, (run.id,))).fetchone():
                return
        slot, backlog = await self._turn(run.tenant)
        # The more a tenant has waiting, the later its next: others get their turn between.
        job = self.app.configure_task(
            RUN_SHORT,
            queue=SHORTS,
            lock=f"{run.tenant}/slot{slot}",
            priority=(FINISH_FIRST if run.script_version else 0) - backlog,
        )
        await self._put(job, run_id=run.id)

    async def even_out(self, ending: int = NONE_ENDING) -> None:
        """Let every free slot of a tenant take what waits behind a slot that is not.

        `ending` is a job that is about to end, and holds its slot until it has.
        """
        facts = {"slots": self._limits.tenant_running, "ending": ending}
        async with self._database.pool.connection() as connection:
            await connection.execute(EVEN_OUT, facts)

    async def send_webhook(self, run_id: str, status: str, at: str) -> None:
        """Let a worker tell the short's webhook where it stands."""
        job = self.app.configure_task(SEND_WEBHOOK, queue=ERRANDS)
        await self._put(job, run_id=run_id, status=status, at=at)

    async def abandoned(self) -> list[str]:
        """Runs that should be worked on, or have waited long enough, and that no job is about."""
        async with self._database.pool.connection() as connection:
            cursor = await connection.execute(ABANDONED, (self._limits.dead_after_s,))
            return [row["id"] for row in await cursor.fetchall()]

    async def _turn(self, tenant: str) -> tuple[int, int]:
        async with self._database.pool.connection() as connection:
            facts = {"slots": self._limits.tenant_running, "tenant": tenant}
            rows = await (await connection.execute(SLOTS, facts)).fetchall()
        return rows[0]["slot"], sum(row["waiting"] for row in rows)

    async def _put(self, job: JobDeferrer, **facts: str) -> None:
        try:
            await job.defer_async(**facts)
        except ConnectorException as error:
            raise DatabaseLost("The queue cannot be written.") from error


@asynccontextmanager
async def open_jobs(database: Database, limits: ServiceSettings) -> AsyncGenerator[Jobs]:
    """Open the queue in this database."""
    connector = QueueConnector(
        pool_factory=CancelSafePool,
        conninfo=database.dsn,
        min_size=1,
        max_size=CONNECTIONS,
        reconnect_timeout=GIVE_UP_S,
    )
    async with procrastinate.App(connector=connector).open_async() as app:
        yield Jobs(app, database, limits)
