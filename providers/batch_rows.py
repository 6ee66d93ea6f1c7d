"""The table of batches that a vendor is working on: what survives while no process waits."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from psycopg.rows import DictRow
from psycopg.types.json import Jsonb

from providers.ledger import Bill, Reservation
from providers.ports import ImageRequest
from providers.postgres import Pool, query
from shortfactory.story import Plain


class BatchRow(Plain):
    """One batch: what is held for it, under which title it was handed in, and its name if known."""

    call_key: str
    entry_id: int
    run_id: str
    bill: Bill
    request: ImageRequest
    title: str
    name: str | None
    submitted_at: datetime
    give_up_at: datetime
    worst_usd: Decimal

    @property
    def held(self) -> Reservation:
        """The reservation in the ledger."""
        return Reservation(
            id=self.entry_id,
            call_key=self.call_key,
            run_id=self.run_id,
            worst_usd=self.worst_usd,
        )


class BatchRows:
    """Reads and writes the table; every change is one statement."""

    def __init__(self, pool: Pool) -> None:
        """Work through this pool."""
        self._pool = pool

    async def get(self, call_key: str) -> BatchRow | None:
        """The batch of a call, if there is one."""
        found = await self._query(f"{_SELECT} where b.call_key = %(key)s", {"key": call_key})
        return BatchRow.model_validate(found[0]) if found else None

    async def of_run(self, run_id: str) -> tuple[BatchRow, ...]:
        """The batches that a run handed in."""
        found = await self._query(
            f"{_SELECT} where b.run_id = %(run)s order by entry_id", {"run": run_id}
        )
        return tuple(BatchRow.model_validate(row) for row in found)

    async def open(
        self, bill: Bill, request: ImageRequest, held: Reservation, at: datetime, give_up: datetime
    ) -> BatchRow | None:
        """Write that a batch is about to be handed in; None when somebody else was first."""
        facts = {
            "key": bill.call_key,
            "entry": held.id,
            "run": held.run_id,
            "bill": Jsonb(bill.model_dump(mode="json")),
            "request": Jsonb(request.model_dump(mode="json")),
            # A call that is asked again is another batch: the title must not find the old one.
            "title": f"{bill.call_key}:{held.id}",
            "at": at,
            "give_up": give_up,
        }
        return await self.get(bill.call_key) if await self._query(_OPEN, facts) else None

    async def named(self, row: BatchRow, name: str) -> BatchRow:
        """Write down the vendor's name of a batch."""
        await self._query(
            "update batches set name = %(name)s where entry_id = %(id)s",
            {"name": name, "id": row.entry_id},
        )
        return row.model_copy(update={"name": name})

    async def again(self, row: BatchRow, at: datetime) -> bool:
        """Take it upon oneself to hand in a batch that never arrived; of two, one may."""
        facts = {"id": row.entry_id, "old": row.submitted_at, "at": at}
        return bool(await self._query(_AGAIN, facts))

    async def close(self, row: BatchRow) -> None:
        """Forget a batch that is over; closing twice changes nothing."""
        await self._query("delete from batches where entry_id = %(id)s", {"id": row.entry_id})

    async def _query(self, sql: str, facts: Mapping[str, object]) -> list[DictRow]:
        return await query(self._pool, sql, facts, what="table of batches")


_SELECT = """
select b.*, l.reserved_usd as worst_usd from batches b join ledger l on l.id = b.entry_id
"""
_OPEN = """
insert into batches (call_key, entry_id, run_id, bill, request, title, submitted_at, give_up_at)
values (%(key)s, %(entry)s, %(run)s, %(bill)s, %(request)s, %(title)s, %(at)s, %(give_up)s)
on conflict (call_key) do nothing returning call_key
"""
_AGAIN = """
update batches set submitted_at = %(at)s
where entry_id = %(id)s and name is null and submitted_at = %(old)s returning entry_id
"""
