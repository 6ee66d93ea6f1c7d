"""The ledger held against the vendors' bill, call by call, to the millionth of a dollar."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from providers.books import FOUND
from providers.spending import Entry
from shortfactory.money import ZERO, to_micros
from simulator.bill import Row

Same = Callable[[Entry, Row], bool]


@dataclass(frozen=True)
class Compared:
    """Sums in dollars. The ledger rounds each call up to a millionth, so the bill's rows are too.

    `strange` counts rows of either side that have no counterpart at the same price.
    """

    bill_usd: Decimal
    ledger_usd: Decimal
    open_usd: Decimal
    lost_billed: int
    lost_over_usd: Decimal
    lost_unbilled: int
    lost_nothing_usd: Decimal
    by_record: int
    strange: int

    @property
    def unexplained_usd(self) -> Decimal:
        """Ledger less what lost calls count above their real cost, less the bill."""
        return self.ledger_usd - self.lost_over_usd - self.lost_nothing_usd - self.bill_usd

    @property
    def exact(self) -> bool:
        """Every dollar of both sides is known from the other."""
        return not self.strange and not self.unexplained_usd


def compare(entries: Sequence[Entry], bill: Sequence[Row], same: Same) -> Compared:
    """Find each paid call of the ledger in the bill, and each row of the bill in the ledger.

    Settled rows are found by the vendor's id of the request, else (a refusal has none) by `same`
    and price; lost rows by `same` alone.
    """
    paid = [row for row in bill if row.usd]
    paying = [entry for entry in entries if entry.status == "settled" and entry.spent_usd]
    # first who names a row: one without a name would take it for its price
    settled = sorted(paying, key=lambda entry: not entry.vendor_ref)
    lost = [entry for entry in entries if entry.status == "lost"]
    left = list(paid)
    alone = sum(_taken(left, entry, same, exact=True) is None for entry in settled)
    rows = [(entry, _taken(left, entry, same)) for entry in lost]
    billed = [(entry, to_micros(row.usd)) for entry, row in rows if row is not None]
    unbilled = [entry for entry, row in rows if row is None]
    return Compared(
        bill_usd=sum((to_micros(row.usd) for row in paid), ZERO),
        ledger_usd=sum((entry.held_usd for entry in entries), ZERO),
        open_usd=sum((entry.held_usd for entry in entries if entry.status == "reserved"), ZERO),
        lost_billed=len(billed),
        lost_over_usd=sum((entry.spent_usd - usd for entry, usd in billed), ZERO),
        lost_unbilled=len(unbilled),
        lost_nothing_usd=sum((entry.spent_usd for entry in unbilled), ZERO),
        by_record=sum(entry.note == FOUND for entry in settled),
        strange=alone + len(left),
    )


def _taken(left: list[Row], entry: Entry, same: Same, *, exact: bool = False) -> Row | None:
    """The row of the bill that an entry is about, taken out of it; None when there is none."""

    def fits(row: Row) -> bool:
        if entry.vendor_ref and entry.vendor_ref != row.request_id:
            return False
        known = bool(entry.vendor_ref) or same(entry, row)
        return known and (not exact or to_micros(row.usd) == entry.spent_usd)

    found = next((row for row in left if fits(row)), None)
    if found is not None:
        left.remove(found)
    return found
