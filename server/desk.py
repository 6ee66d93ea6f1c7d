"""What one tenant can do with shorts, for every kind of client: REST, LangServe, or others."""

from __future__ import annotations

import hashlib
import math
from collections.abc import AsyncGenerator
from contextlib import aclosing, asynccontextmanager, suppress
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal

import psycopg

from graph.journal import Journal, Kept
from graph.run import Run, Status
from graph.short import Short
from graph.tenancy import tenant_pool
from graph.versions import Version
from providers.spending import Spending
from server.change_requests import Asking, ChangeRequests
from server.problems import DaySpent
from server.service import Service
from server.submissions import Receipt, Submissions
from server.webhooks import check_webhook
from shortfactory.change import Change
from shortfactory.errors import RunBusy, ShortFactoryError, UnknownRun, WrongStatus
from shortfactory.money import ZERO
from shortfactory.order import Order
from shortfactory.story import Script

ENDED: tuple[Status, ...] = ("done", "failed", "rejected", "cancelled")
RESUMABLE: tuple[Status, ...] = ("queued", "running", "waiting_budget", "parked", "failed")


class Desk:
    """The service as one tenant sees it; another tenant's short is unknown here."""

    def __init__(self, service: Service, tenant: str) -> None:
        self.service, self.tenant = service, tenant
        pool = tenant_pool(service.database.pool, tenant)
        self.factory = service.factory.for_tenant(tenant)
        self.spending = Spending(pool)
        self._runs = self.factory.database.runs
        self._journal = Journal(pool)
        self._submissions = Submissions(pool)
        self._changes = ChangeRequests(pool)

    async def submit(
        self, order: Order, *, key: str | None = None, webhook_url: str | None = None
    ) -> Run:
        """Check an order, write it down and queue it; repeated with its key, it is one short.

        Raises:
            UsageError: a value cannot be used, or the key came with another order.
            DaySpent: the tenant's day has no money left; says when it has again.
        """
        if webhook_url is not None:
            check_webhook(webhook_url, self.service.settings.service)
        digest = hashlib.sha256(f"{order.model_dump_json()}\n{webhook_url}".encode()).hexdigest()
        run_id = await self._submissions.claim(Receipt(self.tenant, key, digest, webhook_url))
        with suppress(UnknownRun):
            return await self._runs.get(run_id)  # ordered before, under the same key
        try:
            await self._check_day(order.providers)
            run = await self.factory.start(order, run_id=run_id)
        except psycopg.errors.UniqueViolation:
            return await self._runs.get(run_id)
        except ShortFactoryError:
            await self._submissions.withdraw(run_id)
            raise
        return await self._queue(run)

    async def _check_day(self, realm: str) -> None:
        now = datetime.now(UTC)
        limit_usd = self.service.settings.budget.tenant_day_usd
        used = await self.spending.totals("tenant", since=now.date(), realm=realm)
        if sum((each.spent_usd + each.reserved_usd for each in used), ZERO) >= limit_usd:
            midnight = datetime.combine(now.date() + timedelta(days=1), time(), UTC)
            raise DaySpent(limit_usd, math.ceil((midnight - now).total_seconds()))

    async def run(self, run_id: str) -> Run:
        """Where a short stands.

        Raises:
            UnknownRun: no such short of this tenant.
        """
        return await self._runs.get(run_id)

    async def show(self, run_id: str) -> Short:
        """Everything about a short."""
        return await self.factory.show(run_id)

    async def list(self, *, limit: int, status: Status | None, before: str | None) -> list[Run]:
        """The newest shorts, or those after one already seen."""
        last = await self._runs.get(before) if before else None
        return await self._runs.list(limit=limit, status=status, before=last)

    async def approve(self, run_id: str, *, script_version: int, script: Script | None) -> Run:
        """Let the film be made of this version of the script, or of the edited one."""
        return await self._queue(
            await self.factory.approve(
                run_id, script_version=script_version, script=script, by=self.tenant
            )
        )

    async def revise(self, run_id: str, *, script_version: int, notes: str) -> Run:
        """Have the script written again."""
        return await self._queue(
            await self.factory.revise(
                run_id, script_version=script_version, notes=notes, by=self.tenant
            )
        )

    async def reject(self, run_id: str, *, script_version: int) -> Run:
        """Decide that this short shall not be made."""
        return await self._queue(
            await self.factory.reject(run_id, script_version=script_version, by=self.tenant)
        )

    async def reroll(self, run_id: str, change: Change, *, key: str | None = None) -> Run:
        """Have something in a finished film made differently; repeated with its key, once.

        Raises:
            UsageError: the change cannot be made, or the key came with another one.
            WrongStatus: the film is not finished.
        """
        if key is None:
            return await self._queue(await self.factory.reroll(run_id, change, by=self.tenant))
        run = await self._runs.get(run_id)
        digest = hashlib.sha256(f"{run.id}\n{change.model_dump_json()}".encode()).hexdigest()
        claim = await self._changes.claim(Asking(self.tenant, key, run.id, digest))
        if claim.taken:
            return run
        try:
            run = await self.factory.reroll(run.id, change, by=self.tenant, request_id=claim.id)
        except (RunBusy, WrongStatus):  # a twin of this request may be under way: its claim stays
            if not await self._changes.taken(claim):
                raise
            return await self._runs.get(run.id)
        except ShortFactoryError:
            await self._changes.withdraw(claim)
            raise
        return await self._queue(run)

    async def versions(self, run_id: str) -> tuple[Version, ...]:
        """Every film that a short has been, the first first."""
        return await self.factory.versions(run_id)

    async def restore(self, run_id: str, version: int) -> Run:
        """Let a short be an earlier film again; nothing is made."""
        run = await self.factory.restore(run_id, version)
        await self._journal.tell(run)
        return run

    async def resume(self, run_id: str) -> Run:
        """Go on with a short that stopped; one that is on its way stays so.

        Raises:
            WrongStatus: it has ended, or waits for a decision.
        """
        run = await self._runs.get(run_id)
        if run.status not in RESUMABLE:
            raise WrongStatus(f"The short {run_id} is {run.status}: there is nothing to resume.")
        if run.status not in ("queued", "running"):
            run = await self._runs.set_status(run_id, "queued", only_from=RESUMABLE)
        return await self._queue(run)

    async def raise_budget(self, run_id: str, budget_usd: Decimal) -> Run:
        """Set the spending limit; a short that waits for money goes on."""
        run = await self.factory.raise_budget(run_id, budget_usd)
        return await self.resume(run_id) if run.status == "waiting_budget" else run

    async def cancel(self, run_id: str) -> Run:
        """Stop a short for good."""
        run = await self.factory.cancel(run_id)
        if run.status == "cancelled":
            await self._journal.tell(run)
            await self.service.courier.announce(self.service.jobs, run)
        return run

    async def _queue(self, run: Run) -> Run:
        await self._journal.tell(run)
        await self.service.jobs.run_short(run)
        return run

    @asynccontextmanager
    async def following(
        self, run_id: str, last_id: int = 0
    ) -> AsyncGenerator[AsyncGenerator[list[Kept]]]:
        """What is told about a short, from after an event on; ends when the short has ended."""
        await self._runs.get(run_id)
        async with aclosing(self._follow(run_id, last_id)) as told:
            yield told

    async def last_told(self, run_id: str) -> int:
        """The id of the last event of a short; 0 where there is none."""
        return await self._journal.last(run_id)

    async def _follow(self, run_id: str, last_id: int) -> AsyncGenerator[list[Kept]]:
        told_end = False
        async with aclosing(self.service.bell.follow(self._journal, run_id, last_id)) as rings:
            async for kept in rings:
                if kept:
                    yield kept
                    told_end = kept[-1].data["text"] in ENDED
                elif await self._over(run_id):
                    # The row says so first; its event may be on the way for a moment.
                    if told_end:
                        return
                    told_end = True

    async def _over(self, run_id: str) -> bool:
        """Whether a short has ended, as far as anybody can tell now."""
        try:
            return (await self._runs.get(run_id)).status in ENDED
        except psycopg.OperationalError:  # asked again when the database is back
            return False
