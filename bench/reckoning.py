"""A ledger held against the simulator's bill, call by call."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import pairwise
from typing import Any

from providers.artifacts import FolderStore
from providers.books import FOUND
from shortfactory.money import ZERO, to_micros

log = logging.getLogger(__name__)


@dataclass
class Money:
    """The ledger held against the simulator's bill, call by call."""

    bill_usd: Decimal = ZERO
    settled_usd: Decimal = ZERO
    lost_usd: Decimal = ZERO
    """Calls cut off by a killed process: what they may have cost at most, as the ledger counts."""
    lost_calls: int = 0
    told_usd: Decimal = ZERO
    """Of the settled: calls cut off, whose price the vendor's own record told afterwards."""
    told_calls: int = 0
    unanswered_usd: Decimal = ZERO
    """What the bill says that those cost which were billed."""
    unanswered_calls: int = 0
    open_usd: Decimal = ZERO
    faults: list[str] = field(default_factory=list[str])


async def reckon(
    entries: list[dict[str, Any]], bill: list[dict[str, Any]], store: FolderStore
) -> Money:
    """Match every settled call with one request of the bill."""
    money = Money()
    asked = {row["request_id"]: row for row in bill if Decimal(row["usd"])}
    money.bill_usd = sum((Decimal(row["usd"]) for row in asked.values()), ZERO)
    money.faults += _again(entries)
    money.told_usd = sum((e["spent_usd"] for e in entries if _cut(e)), ZERO)
    money.told_calls = sum(map(_cut, entries))
    for entry in entries:
        usd = entry["spent_usd"]
        if entry["status"] == "reserved":
            money.open_usd += entry["reserved_usd"]
            money.faults.append(f"the reservation {entry['id']} was never closed")
        elif entry["status"] == "lost":
            money.lost_usd, money.lost_calls = money.lost_usd + usd, money.lost_calls + 1
        elif entry["status"] == "settled" and usd:
            money.settled_usd += usd
            record = await store.recall(entry["call_key"]) or {}
            if not _billed(entry, str(record.get("request_id")), asked):
                money.faults.append(
                    f"call {entry['id']} cost ${usd}, and nothing like it is billed"
                )
    money.unanswered_usd = sum((Decimal(row["usd"]) for row in asked.values()), ZERO)
    money.unanswered_calls = len(asked)
    if money.unanswered_usd > money.lost_usd or money.unanswered_calls > money.lost_calls:
        money.faults.append(f"billed and in no ledger row: {[*asked.values()]}")
    return money


def _again(entries: list[dict[str, Any]]) -> Iterator[str]:
    """Calls that were sent although the same had finished before.

    Two workers may ask the same for two shorts at the same moment: then neither has finished.
    """
    calls = sorted(
        (e for e in entries if e["status"] == "settled" and not _cut(e)),
        key=lambda e: (e["call_key"], e["sent_at"]),
    )
    for first, second in pairwise(calls):
        if second["call_key"] == first["call_key"]:
            told = "; ".join(
                f"run {e['run_id']}, {e['node']} {e['scene']}, {e['sent_at']} to {e['closed_at']}"
                for e in (first, second)
            )
            if second["sent_at"] > first["closed_at"]:
                yield f"made again after it had finished: {told}"
            else:
                log.warning("made twice at the same moment: %s", told)


def _cut(entry: dict[str, Any]) -> bool:
    """Whether its process died before the answer was kept, and the vendor told what it cost."""
    return entry["note"] == FOUND


def _billed(entry: dict[str, Any], request_id: str, asked: dict[str, dict[str, Any]]) -> bool:
    """Take this call's request off the bill: by the vendor's id, or where it gives none, alike."""
    alike = [
        found
        for found, row in asked.items()
        if row["model"] == entry["model"] and to_micros(Decimal(row["usd"])) == entry["spent_usd"]
    ]
    found = request_id if request_id in alike else next(iter(alike), "")
    return asked.pop(found, None) is not None
