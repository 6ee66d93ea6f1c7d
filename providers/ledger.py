"""The ledger's writing half: reserve, then settle, release or lose. Money is never forgotten.

A reservation holds the worst case of one vendor request against four limits: the short's, the
tenant's day, the deployment's day and the deployment's month (UTC; one set per realm, so that
simulated dollars never use up real ones). It belongs to the day on which it was made, however
late it ends. The limits hold under any concurrency because `ledger_reserve` in
`graph/migrations/0002_ledger.sql` sums and inserts under one lock.
"""

from __future__ import annotations

import os
import socket
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Literal

from psycopg.types.json import Jsonb

from providers.claims import Claims
from providers.postgres import Pool
from providers.spending import Spending
from shortfactory.errors import BudgetExceeded, RunBusy
from shortfactory.money import ZERO, to_micros
from shortfactory.plan import Payer
from shortfactory.settings import BudgetSettings
from shortfactory.story import Plain

Realm = Literal["offline", "simulator", "live"]
Units = Mapping[str, int | None]

LOST = "may have been billed; counted at its worst case"
UNKNOWN_USE = "the vendor's usage numbers are missing or absurd; settled at the reservation"
_LARGEST_CLAIM_USD = Decimal(999_999)  # what the column holds
OVER_CLAIM = "usage exceeds the worst case; settled at the reservation"


class Bill(Plain):
    """What a call is about: its key, who pays, and which model it goes to."""

    call_key: str
    payer: Payer
    realm: Realm
    provider: str
    model: str

    @property
    def model_id(self) -> str:
        """The id under which catalogue and price list know the model."""
        return f"{self.provider}:{self.model}"


class Reservation(Plain):
    """Dollars held for one request to a vendor."""

    id: int
    call_key: str
    run_id: str
    worst_usd: Decimal


class Closed(Plain):
    """How a reservation ended."""

    spent_usd: Decimal
    flagged: str


class Ledger(Spending):
    """The one place where spending is decided and written down."""

    def __init__(self, pool: Pool, limits: BudgetSettings) -> None:
        """Write through this pool, within these limits of tenant and deployment."""
        super().__init__(pool)
        self.limits = limits
        self.claims = Claims(pool)
        self.in_flight: set[int] = set()  # reservations that this process will close itself
        self._owner = f"{socket.gethostname()}:{os.getpid()}:{uuid.uuid4().hex[:12]}"

    async def reserve(self, bill: Bill, worst_usd: Decimal, at: datetime) -> Reservation:
        """Hold the worst case of one request.

        Raises:
            BudgetExceeded: it does not fit; names the first limit that is too small.
            StorageError: the ledger cannot be reached; nothing is held, so do not call.
        """
        worst_usd = to_micros(worst_usd)
        facts = {**_facts(bill, at), "worst": worst_usd, "owner": self._owner}
        facts |= self._limit_facts(bill.payer)
        [answer] = await self._query(_RESERVE, facts)
        if answer["entry_id"] is None:
            raise BudgetExceeded(answer["limit_name"], worst_usd, max(answer["left_usd"], ZERO))
        self.in_flight.add(answer["entry_id"])
        return Reservation(
            id=answer["entry_id"],
            call_key=bill.call_key,
            run_id=bill.payer.run_id,
            worst_usd=worst_usd,
        )

    async def sending(self, held: Reservation, trace: Mapping[str, str] | None = None) -> None:
        """Write that the request is about to leave: from now on it may cost money.

        `trace` is what the vendor's own record will say of it.

        Raises:
            RunBusy: somebody closed this reservation meanwhile; do not call.
        """
        found = await self._query(
            "update ledger set sent_at = clock_timestamp(), note = 'sent', trace = %(trace)s "
            "where id = %(id)s and status = 'reserved' returning id",
            {"id": held.id, "trace": Jsonb(dict(trace or {}))},
        )
        if not found:
            raise RunBusy(
                "The reservation of this call was closed by another process.",
                cure="The run goes on there; see: shortfactory show.",
            )

    async def settle(
        self,
        held: Reservation,
        used_usd: Decimal | None,
        units: Units,
        flagged: str = "",
        note: str = "",
        vendor_ref: str = "",
    ) -> Closed:
        """Close at what was really used; `vendor_ref` is the vendor's id of the request.

        Unknown use (None) and use beyond the worst case settle at the reservation, flagged.
        """
        used_usd = None if used_usd is None else to_micros(used_usd)
        facts: dict[str, object]
        if used_usd is None:
            facts = {"spent": held.worst_usd, "flagged": flagged or UNKNOWN_USE}
        elif used_usd > held.worst_usd:
            claimed_usd = min(used_usd, _LARGEST_CLAIM_USD)
            facts = {"spent": held.worst_usd, "claimed": claimed_usd, "flagged": OVER_CLAIM}
        else:
            facts = {"spent": used_usd, "flagged": flagged}
        facts |= {"units": Jsonb(dict(units)), "ref": vendor_ref}
        return await self._close(held, "settled", note, facts)

    async def release(self, held: Reservation, reason: str) -> Closed:
        """Close at nothing: it is proven that this request cost nothing."""
        return await self._close(held, "released", reason, {"spent": ZERO})

    async def lose(self, held: Reservation, reason: str) -> Closed:
        """Close at the worst case, flagged: nobody knows whether the vendor billed it."""
        return await self._close(held, "lost", reason, {"spent": held.worst_usd, "flagged": LOST})

    async def cached(self, bill: Bill, saved_usd: Decimal, at: datetime) -> None:
        """Write down a call that an earlier result made free, and what it saved."""
        await self._query(
            _CACHED, {**_facts(bill, at), "saved": to_micros(saved_usd), "owner": self._owner}
        )

    async def _close(
        self, held: Reservation, status: str, note: str, facts: Mapping[str, object]
    ) -> Closed:
        """Close once; closing again changes nothing and returns what the first close wrote."""
        blank = {"claimed": None, "units": Jsonb({}), "flagged": "", "ref": ""}
        given = {**blank, **facts, "id": held.id, "status": status, "note": note}
        try:
            found = await self._query(_CLOSE, given) or await self._query(
                "select spent_usd, flagged from ledger where id = %(id)s", given
            )
        finally:
            # If even this failed, the row stays reserved, and a recovery may close it.
            self.in_flight.discard(held.id)
        return Closed.model_validate(found[0])

    def _limit_facts(self, payer: Payer) -> dict[str, object]:
        return {
            "short": payer.budget_usd,
            "tenant_day": self.limits.tenant_day_usd,
            "deployment_day": self.limits.deployment_day_usd,
            "deployment_month": self.limits.deployment_month_usd,
        }


def _facts(bill: Bill, at: datetime) -> dict[str, object]:
    return {
        "key": bill.call_key,
        "run": bill.payer.run_id,
        "tenant": bill.payer.tenant,
        "node": bill.payer.node,
        "scene": bill.payer.scene,
        "realm": bill.realm,
        "provider": bill.provider,
        "model": bill.model,
        "day": at.astimezone(UTC).date(),
    }


_RESERVE = """
select entry_id, limit_name, left_usd from ledger_reserve(
  %(key)s::text, %(run)s::text, %(tenant)s::text, %(node)s::text, %(scene)s::integer,
  %(realm)s::text, %(provider)s::text, %(model)s::text, %(day)s::date, %(worst)s::numeric,
  %(owner)s::text, %(short)s::numeric, %(tenant_day)s::numeric, %(deployment_day)s::numeric,
  %(deployment_month)s::numeric)
"""

# A reservation that was given up as lost may still be settled by the process that has the truth.
_CLOSE = """
update ledger set status = %(status)s, spent_usd = %(spent)s, claimed_usd = %(claimed)s,
  units = %(units)s, flagged = %(flagged)s, note = %(note)s, vendor_ref = %(ref)s,
  closed_at = clock_timestamp()
where id = %(id)s and (status = 'reserved' or status = 'lost' and %(status)s <> 'lost')
returning spent_usd, flagged
"""

_CACHED = """
insert into ledger (call_key, run_id, tenant, node, scene, realm, provider, model, day,
  status, reserved_usd, saved_usd, note, owner, closed_at)
values (%(key)s, %(run)s, %(tenant)s, %(node)s, %(scene)s, %(realm)s, %(provider)s, %(model)s,
  %(day)s, 'cached', 0, %(saved)s, 'already made', %(owner)s, clock_timestamp())
"""
