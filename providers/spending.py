"""Reading the ledger: what a run has spent, its receipt, and totals for people."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

from psycopg.rows import DictRow
from pydantic import Field

from providers.postgres import Pool, query
from shortfactory.errors import InvalidInput
from shortfactory.story import Plain

Status = Literal["reserved", "settled", "released", "lost", "cached"]
By = Literal["day", "month", "tenant", "short", "scene", "node", "realm", "provider", "model"]

_GROUPS: Mapping[By, str] = {
    "day": "to_char(day, 'YYYY-MM-DD')",
    "month": "to_char(day, 'YYYY-MM')",
    "tenant": "tenant",
    "short": "run_id",
    "scene": "run_id || coalesce(' scene ' || scene, '')",
    "node": "node",
    "realm": "realm",
    "provider": "provider",
    "model": "provider || ':' || model",
}


class Entry(Plain):
    """One row of the ledger. `held_usd` counts against the limits; `saved_usd` was not paid."""

    id: int
    call_key: str
    run_id: str
    tenant: str
    node: str
    scene: int | None
    realm: str
    provider: str
    model: str
    day: date
    status: Status
    reserved_usd: Decimal
    spent_usd: Decimal
    held_usd: Decimal
    claimed_usd: Decimal | None
    saved_usd: Decimal
    units: dict[str, int | None]
    flagged: str
    note: str
    owner: str
    reserved_at: datetime
    sent_at: datetime | None
    closed_at: datetime | None
    trace: dict[str, str] = Field(default_factory=dict[str, str])
    """What the vendor's own record says of it, where the vendor keeps one."""
    vendor_ref: str = ""
    """The vendor's id of the request."""

    @property
    def model_id(self) -> str:
        """The id under which catalogue and price list know the model."""
        return f"{self.provider}:{self.model}"


class Total(Plain):
    """The sum of the rows that share a key. `calls` left for a vendor; `cached` did not."""

    key: str
    calls: int
    cached: int
    flagged: int
    spent_usd: Decimal
    reserved_usd: Decimal
    saved_usd: Decimal


class Spending:
    """The reading half of the ledger."""

    def __init__(self, pool: Pool) -> None:
        """Read through this pool; the caller opens and closes it."""
        self.pool = pool

    async def spent(self, run_id: str) -> Decimal:
        """Dollars that count against a run's limit: settled, lost and still reserved."""
        found = await self._query(
            "select coalesce(sum(held_usd), 0) as usd from ledger where run_id = %(run)s",
            {"run": run_id},
        )
        return Decimal(found[0]["usd"])

    async def rows(self, run_id: str) -> tuple[Entry, ...]:
        """Every call of a run in order, the free ones and the released ones too."""
        found = await self._query(
            "select * from ledger where run_id = %(run)s order by id", {"run": run_id}
        )
        return tuple(Entry.model_validate(row) for row in found)

    async def open(self, run_id: str) -> tuple[Entry, ...]:
        """The reservations of a run that nobody has closed yet."""
        return tuple(entry for entry in await self.rows(run_id) if entry.status == "reserved")

    async def left(self, run_id: str) -> tuple[Entry, ...]:
        """The open reservations of a run, and its lost calls that a vendor's record may show."""
        return tuple(
            entry
            for entry in await self.rows(run_id)
            if entry.status == "reserved" or (entry.status == "lost" and entry.trace)
        )

    async def lost_since(self, since: datetime) -> tuple[Entry, ...]:
        """Lost calls of any run, sent since then, that a vendor's record may show."""
        found = await self._query(
            "select * from ledger where status = 'lost' and trace <> '{}' "
            "and sent_at >= %(since)s order by id",
            {"since": since},
        )
        return tuple(Entry.model_validate(row) for row in found)

    async def totals(
        self,
        by: By,
        *,
        since: date | None = None,
        until: date | None = None,
        tenant: str | None = None,
        realm: str | None = None,
    ) -> tuple[Total, ...]:
        """Sums per key, from `since` to before `until` (UTC days).

        Raises:
            InvalidInput: `by` is not one of the known groupings.
        """
        if by not in _GROUPS:
            raise InvalidInput("by", by, f"use one of {', '.join(_GROUPS)}")
        facts = {"since": since, "until": until, "tenant": tenant, "realm": realm}
        found = await self._query(_TOTALS.format(key=_GROUPS[by]), facts)
        return tuple(Total.model_validate(row) for row in found)

    async def _query(self, sql: str, facts: Mapping[str, object]) -> list[DictRow]:
        return await query(self.pool, sql, facts, what="ledger")


_TOTALS = """
select {key} as key,
       count(*) filter (where status <> 'cached' and sent_at is not null) as calls,
       count(*) filter (where status = 'cached') as cached,
       count(*) filter (where flagged <> '') as flagged,
       coalesce(sum(spent_usd), 0) as spent_usd,
       coalesce(sum(held_usd) filter (where status = 'reserved'), 0) as reserved_usd,
       coalesce(sum(saved_usd), 0) as saved_usd
from ledger
where (%(since)s::date is null or day >= %(since)s)
  and (%(until)s::date is null or day < %(until)s)
  and (%(tenant)s::text is null or tenant = %(tenant)s)
  and (%(realm)s::text is null or realm = %(realm)s)
group by 1
order by 1
"""
