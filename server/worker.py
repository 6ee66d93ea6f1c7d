"""A worker: makes the shorts in the queue, gives them back when it ends, replaces dead workers."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress

import psycopg
from procrastinate import JobContext
from procrastinate.exceptions import ConnectorException
from procrastinate.jobs import Job
from procrastinate.retry import BaseRetryStrategy, RetryDecision

from graph.ending import end
from graph.factory import Factory
from graph.forgetting import Forgetting
from graph.journal import Journal
from graph.run import Run
from server.alerting import AlertCourier
from server.jobs import ERRANDS, NONE_ENDING, RETENTION, RUN_SHORT, SEND_WEBHOOK, SHORTS, Jobs
from server.webhooks import Courier, NotDelivered
from shortfactory.errors import RunBusy, StorageError, UnknownRun, WrongStatus
from shortfactory.plan import Providers

log = logging.getLogger(__name__)

LIVES = 20  # a run that ends its worker so often would do so again
AGAIN_S = 1.0
# What waits behind a short of its own tenant is free when that ends, of which nothing tells.
LOOK_FOR_JOBS_S = 0.5
KEEP_JOBS_H = 24 * 7
NIGHTLY = "17 3 * * *"
VENDORS: tuple[Providers, ...] = ("live", "simulator")
ON_ITS_WAY = ("queued", "running")
UNREACHABLE = (StorageError, ConnectorException, psycopg.OperationalError)
LOST = {"action": "database_lost"}


class Drained(Exception):
    """The worker ends; the next one goes on with the run."""


class Again(BaseRetryStrategy):
    """When a job goes back into the queue, and how soon."""

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        """Go back for reasons outside of the run itself; an end of this worker at once."""
        if isinstance(exception, (Drained, asyncio.CancelledError)):
            return RetryDecision(retry_in={"seconds": 0})
        if isinstance(exception, (RunBusy, *UNREACHABLE)):
            return RetryDecision(retry_in={"seconds": min(2 ** min(job.attempts, 5), 30)})
        return None


class Later(BaseRetryStrategy):
    """When a webhook is sent again: after 5 seconds, and each time after twice as long."""

    def __init__(self, attempts: int) -> None:
        self._attempts = attempts

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        """Try until the attempts are used up, for every failure to deliver."""
        if isinstance(exception, asyncio.CancelledError):
            return RetryDecision(retry_in={"seconds": 0})
        known = isinstance(exception, (NotDelivered, *UNREACHABLE))
        if not known or job.attempts + 1 >= self._attempts:
            return None
        return RetryDecision(retry_in={"seconds": 5 * 2**job.attempts})


class Worker:
    """Works on shorts until it is stopped; may be one of many, on many machines."""

    def __init__(self, factory: Factory, jobs: Jobs, concurrency: int) -> None:
        self._factory, self._jobs, self._concurrency = factory, jobs, concurrency
        self._limits = factory.settings.service
        self._runs = factory.database.runs
        self._journal = Journal(factory.database.pool)
        self._courier = Courier(factory.database, self._limits)
        self._alerts = AlertCourier(factory.database.pool, factory.settings)
        self._register()

    async def run(self, stop: asyncio.Event) -> None:
        """Work until `stop`; then give back what is in hand, within the drain time."""
        async with asyncio.TaskGroup() as group:
            working = group.create_task(self._work_on(stop))
            beside = [group.create_task(self._reap_on()), group.create_task(self._alerts.run())]
            await stop.wait()
            self._factory.drain()
            working.cancel()
            await end(*beside)

    async def _work_on(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            try:
                await self._jobs.app.run_worker_async(
                    queues=[SHORTS, ERRANDS],
                    concurrency=self._concurrency,
                    install_signal_handlers=False,
                    fetch_job_polling_interval=LOOK_FOR_JOBS_S,
                    shutdown_graceful_timeout=self._limits.drain_s,
                    update_heartbeat_interval=self._limits.heartbeat_s,
                    stalled_worker_timeout=self._limits.dead_after_s,
                    delete_jobs="successful",
                )
            except UNREACHABLE as error:
                log.warning("The worker lost the database: %s", error, extra=LOST)
            await asyncio.sleep(AGAIN_S)

    async def _reap_on(self) -> None:
        while True:
            try:
                await self.reap()
            except UNREACHABLE as error:
                log.warning("The reaper lost the database: %s", error, extra=LOST)
            except (UnknownRun, WrongStatus):  # the row changed meanwhile
                log.warning("reaper", extra={"action": "reaper_again"}, exc_info=True)
            await asyncio.sleep(self._limits.reap_every_s)

    async def reap(self) -> None:
        """Put back what dead workers had in hand, and what no job is about."""
        manager = self._jobs.app.job_manager
        for job in await manager.get_stalled_jobs(
            seconds_since_heartbeat=self._limits.dead_after_s
        ):
            log.warning("stalled", extra={"action": "job_stalled", "job": job.id})
            with suppress(ConnectorException):  # another worker was quicker
                await manager.retry_job(job)
        for run_id in await self._jobs.abandoned():
            run = await self._runs.get(run_id)
            if run.status == "parked":  # it parked itself until now
                run = await self._runs.set_status(run_id, "queued", only_from=["parked"])
                await self._journal.tell(run)
            await self._jobs.run_short(run)
        await self._jobs.even_out()

    def _register(self) -> None:
        app, attempts = self._jobs.app, self._limits.webhook_attempts
        app.task(name=RUN_SHORT, queue=SHORTS, retry=Again(), pass_context=True)(self._run_short)
        app.task(name=SEND_WEBHOOK, queue=ERRANDS, retry=Later(attempts))(self._courier.send)
        nightly = app.task(name=RETENTION, queue=ERRANDS, queueing_lock=RETENTION, retry=Again())(
            self._retention
        )
        app.periodic(cron=NIGHTLY)(nightly)

    async def _run_short(self, context: JobContext, run_id: str) -> None:
        await self._work(context.job, run_id)
        with suppress(*UNREACHABLE):  # the reaper does it soon
            await self._jobs.even_out(context.job.id or NONE_ENDING)

    async def _work(self, job: Job, run_id: str) -> None:
        try:
            run = await self._runs.get(run_id)
            if run.status not in ON_ITS_WAY:
                return
            if job.attempts >= LIVES and run.holder is None:
                run = await self._give_up(run)
            else:
                async with self._journal.recording(run) as watch:
                    run = await self._factory.work(run_id, watch=watch, interrupted="queued")
        except (UnknownRun, WrongStatus) as gone:  # forgotten, cancelled or done meanwhile
            log.info("nothing to do", extra={"action": "run_gone", "reason": str(gone)})
            return
        if run.status == "queued":
            raise Drained
        await self._courier.announce(self._jobs, run)

    async def _give_up(self, run: Run) -> Run:
        reason = f"It was stopped {LIVES} times before the end. Resume it to try again."
        run = await self._runs.set_status(run.id, "parked", only_from=ON_ITS_WAY, reason=reason)
        await self._journal.tell(run)
        return run

    async def _retention(self, timestamp: int) -> None:
        await self._jobs.app.job_manager.delete_old_jobs(
            nb_hours=KEEP_JOBS_H, include_failed=True, include_cancelled=True, include_aborted=True
        )
        forgotten = await Forgetting(self._factory).retain(self._limits.retention_days)
        for providers in VENDORS:
            await self._factory.services(providers).gateway.look_again()
        log.info("retention", extra={"action": "retention", "at": timestamp, "counts": forgotten})
