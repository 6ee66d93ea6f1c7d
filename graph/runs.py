"""Which runs exist, where each stands, what a person decided, and who holds it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from psycopg import AsyncConnection
from psycopg.rows import DictRow
from psycopg.types.json import Jsonb
from psycopg_pool import AsyncConnectionPool

from graph import runs_sql as sql
from graph.run import UNFINISHED, Holder, Run, Status
from shortfactory.errors import UnknownRun, WrongStatus
from shortfactory.order import Order

Pool = AsyncConnectionPool[AsyncConnection[DictRow]]


class Runs:
    """The table of runs. Every change is one guarded statement: of two, one wins."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def create(
        self,
        order: Order,
        *,
        run_id: str | None = None,
        title: str = "",
        plan: dict[str, Any] | None = None,
    ) -> Run:
        """Write a new run, queued, under its own new id or a given one."""
        row = await self._one(
            sql.CREATE,
            id=UUID(run_id) if run_id else uuid4(),
            tenant=order.tenant,
            title=title,
            topic=Jsonb(order.topic.model_dump(mode="json")),
            providers=order.providers,
            budget_usd=order.budget_usd,
            approve=order.approve,
            out=order.out,
            plan=Jsonb(plan) if plan is not None else None,
        )
        assert row is not None, "insert returning gives a row"
        return _run(row)

    async def get(self, run_id: str) -> Run:
        """The run with this id.

        Raises:
            UnknownRun: no such id, or not the form of one.
        """
        row = await self._one(sql.GET, id=_uuid(run_id))
        if row is None:
            raise UnknownRun(run_id)
        return _run(row)

    async def list(
        self,
        *,
        limit: int = 50,
        status: Status | None = None,
        tenant: str | None = None,
        before: Run | None = None,
    ) -> list[Run]:
        """Newest first; `before` is the last run of the page already seen."""
        rows = await self._all(
            sql.LIST,
            limit=limit,
            status=status,
            tenant=tenant,
            created_at=before.created_at if before else None,
            id=UUID(before.id) if before else None,
        )
        return [_run(row) for row in rows]

    async def find(self, beginning: str) -> list[Run]:
        """At most two runs whose id begins so, for people who type the first characters."""
        if not beginning or set(beginning) - set("0123456789abcdef-"):
            return []
        return [_run(row) for row in await self._all(sql.FIND, beginning=f"{beginning}%")]

    async def set_status(
        self,
        run_id: str,
        to: Status,
        *,
        only_from: Collection[Status],
        reason: str = "",
        wake_at: datetime | None = None,
    ) -> Run:
        """Go to a status, if the run is in one of those in `only_from`.

        `wake_at` lets a worker go on with a parked run by itself.

        Raises:
            UnknownRun: no such id.
            WrongStatus: the run is elsewhere.
        """
        return await self._change(
            sql.SET_STATUS,
            run_id,
            f"become {to}",
            only_from,
            to=to,
            reason=reason,
            wake_at=wake_at,
        )

    async def set_facts(
        self,
        run_id: str,
        *,
        title: str | None = None,
        script_version: int | None = None,
        plan: dict[str, Any] | None = None,
        out: str | None = None,
        budget_usd: Decimal | None = None,
    ) -> Run:
        """Write what is given; the rest stays."""
        row = await self._one(
            sql.SET_FACTS,
            id=_uuid(run_id),
            title=title,
            script_version=script_version,
            plan=Jsonb(plan) if plan is not None else None,
            out=out,
            budget_usd=budget_usd,
        )
        if row is None:
            raise UnknownRun(run_id)
        return _run(row)

    async def record_decision(
        self,
        run_id: str,
        decision: dict[str, Any],
        *,
        only_from: Collection[Status],
        script_version: int | None = None,
        to: Status = "queued",
    ) -> Run:
        """Keep a person's decision and queue the run; of two at once, exactly one is kept.

        Raises:
            UnknownRun: no such id.
            WrongStatus: the run does not wait for this, somebody decided before, or the
                decision is about another version of the script.
        """
        return await self._change(
            sql.RECORD_DECISION,
            run_id,
            "take a decision",
            only_from,
            decision=Jsonb(decision),
            script_version=script_version,
            to=to,
        )

    async def finish_again(
        self, run_id: str, *, title: str, script_version: int, only_from: Collection[Status]
    ) -> Run:
        """Be done with an earlier film; whatever was asked of the run since is forgotten.

        Raises:
            UnknownRun: no such id.
            WrongStatus: the run is elsewhere.
        """
        return await self._change(
            sql.FINISH_AGAIN,
            run_id,
            "become an earlier film",
            only_from,
            title=title,
            script_version=script_version,
        )

    async def drop_decision(self, run_id: str) -> None:
        """Forget the decision, once a checkpoint holds it: `Run.decision` stays until then."""
        await self._one(sql.DROP_DECISION, id=_uuid(run_id))

    async def request_cancel(self, run_id: str) -> Run:
        """Ask whoever works on the run to stop; without anybody, the caller ends it.

        Raises:
            WrongStatus: the run has already ended.
        """
        return await self._change(sql.REQUEST_CANCEL, run_id, "be cancelled", UNFINISHED)

    async def hold(self, run_id: str, holder: Holder) -> None:
        """Write who works on the run, for the message that others get."""
        held = Jsonb(holder.model_dump(mode="json"))
        if await self._one(sql.HOLD, id=_uuid(run_id), holder=held) is None:
            raise UnknownRun(run_id)

    async def release(self, run_id: str, holder: Holder) -> None:
        """Erase the holder, if it is still this one."""
        held = Jsonb(holder.model_dump(mode="json"))
        await self._one(sql.RELEASE, id=_uuid(run_id), holder=held)

    async def _change(
        self, statement: str, run_id: str, what: str, only_from: Collection[Status], **values: Any
    ) -> Run:
        row = await self._one(statement, id=_uuid(run_id), only_from=list(only_from), **values)
        if row is not None:
            return _run(row)
        raise _refusal(await self.get(run_id), what, only_from, values.get("script_version"))

    async def _one(self, statement: str, **values: Any) -> DictRow | None:
        async with self._pool.connection() as connection:
            return await (await connection.execute(statement.encode(), values)).fetchone()

    async def _all(self, statement: str, **values: Any) -> list[DictRow]:
        async with self._pool.connection() as connection:
            return await (await connection.execute(statement.encode(), values)).fetchall()


def _refusal(
    run: Run, what: str, only_from: Collection[Status], script_version: int | None
) -> WrongStatus:
    if run.decision is not None and "decision" in what:
        message = f"Somebody has already decided about {run.id}."
    elif run.status not in only_from:
        message = f"The short {run.id} is {run.status} and cannot {what}."
    else:
        message = (
            f"The script of {run.id} has changed: it is version {run.script_version}, "
            f"and the decision is about version {script_version}."
        )
    return WrongStatus(message, cure=f"See: shortfactory show {run.id}")


def _uuid(run_id: str) -> UUID:
    try:
        return UUID(run_id)
    except ValueError:
        raise UnknownRun(run_id) from None


def _run(row: DictRow) -> Run:
    holder = row["holder"] if row.pop("held", True) else None
    return Run.model_validate({**row, "id": str(row["id"]), "holder": holder})
