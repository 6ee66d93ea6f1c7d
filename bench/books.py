"""The ledger held against the vendors' bill, call by call, to the millionth of a dollar."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from providers.books import FOUND
from providers.spending import Entry
from shortfactory.money import ZERO, to_micros
from simulator.bill import Row

# What the crowd's prompts and narrations say of themselves.
WORDS = re.compile(r"Scene (\d+) of (run-\d+) shows")
Call = tuple[str, str, int | None]  # vendor, run, scene


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


def compare(entries: Sequence[Entry], bill: Sequence[Row]) -> Compared:
    """Find each paid call of the ledger in the bill, and each row of the bill in the ledger.

    Settled rows are found by the vendor's id of the request, else (a refusal has none) by call and
    price; lost rows by call alone.
    """
    paid = [row for row in bill if row.usd]
    settled = [entry for entry in entries if entry.status == "settled" and entry.spent_usd]
    lost = [entry for entry in entries if entry.status == "lost"]
    left = _less(paid, settled)
    alone = len(settled) - (len(paid) - len(left))
    real_usd = [_take(left, entry) for entry in lost]
    billed = [(entry, usd) for entry, usd in zip(lost, real_usd, strict=True) if usd is not None]
    unbilled = [entry for entry, usd in zip(lost, real_usd, strict=True) if usd is None]
    return Compared(
        bill_usd=sum((to_micros(row.usd) for row in paid), ZERO),
        ledger_usd=sum((entry.held_usd for entry in entries), ZERO),
        open_usd=sum((entry.held_usd for entry in entries if entry.status == "reserved"), ZERO),
        lost_billed=len(billed),
        lost_over_usd=sum((entry.spent_usd - usd for entry, usd in billed), ZERO),
        lost_unbilled=len(unbilled),
        lost_nothing_usd=sum((entry.spent_usd for entry in unbilled), ZERO),
        by_record=sum(entry.note == FOUND for entry in settled),
        strange=alone + len(left),  # `left` is what the lost calls have not taken
    )


def _less(paid: Sequence[Row], settled: Sequence[Entry]) -> list[Row]:
    """The rows of the bill that no settled row of the ledger accounts for."""
    by_ref = {entry.vendor_ref: entry.spent_usd for entry in settled if entry.vendor_ref}
    by_price = Counter(
        (_call_of(entry), entry.spent_usd) for entry in settled if not entry.vendor_ref
    )
    left: list[Row] = []
    for row in paid:
        usd = to_micros(row.usd)
        if by_ref.get(row.request_id) == usd:
            continue
        if by_price[(_call_in(row), usd)]:
            by_price[(_call_in(row), usd)] -= 1
            continue
        left.append(row)
    return left


def _take(left: list[Row], entry: Entry) -> Decimal | None:
    """What the bill says of a lost call, taken out of it; None when it has nothing."""
    row = next((row for row in left if _call_in(row) == _call_of(entry)), None)
    if row is None:
        return None
    left.remove(row)
    return to_micros(row.usd)


def _call_of(entry: Entry) -> Call:
    return entry.provider, entry.run_id, entry.scene


def _call_in(row: Row) -> Call:
    said = WORDS.search(row.text)
    return row.vendor, said[2] if said else "", int(said[1]) if said else None
