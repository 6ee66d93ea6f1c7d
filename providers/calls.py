"""What the gateway hands back: the result, and what the call behind it was."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from decimal import Decimal

from pydantic import JsonValue

from providers.ledger import Bill
from providers.purchase import Record, known_units
from shortfactory.sight import Sight
from shortfactory.story import Plain, Word


class Call(Plain):
    """One call as the receipt shows it.

    `cost_usd` is what was paid this time: nothing when `cached`. `seconds` is the vendor's time.
    `flagged` says why a person should look at the row, or nothing.
    """

    key: str
    provider: str
    model: str
    units: dict[str, int | None]
    cost_usd: Decimal
    seconds: float
    cached: bool
    attempts: int
    flagged: str = ""


class Written(Plain):
    """The model's JSON, unparsed."""

    text: str
    sha256: str
    call: Call


class Picture(Plain):
    """A stored picture."""

    sha256: str
    media_type: str
    width_px: int
    height_px: int
    call: Call


class Narration(Plain):
    """A stored WAV (mono, 16 bit) and when each word sounds in it."""

    sha256: str
    duration_ms: int
    words: tuple[Word, ...]
    call: Call


class Looked(Plain):
    """What a picture shows, by whom it was looked at."""

    sight: Sight
    call: Call


def call_key(facts: Mapping[str, JsonValue]) -> str:
    """The key of a call: the hash of everything that changes its result."""
    canonical = json.dumps(facts, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


def call_of(bill: Bill, record: Record, *, cached: bool) -> Call:
    """The call behind a record: paid now, or made before."""
    attempts, seconds = record.get("attempts"), record.get("seconds")
    return Call(
        key=bill.call_key,
        provider=bill.provider,
        model=bill.model,
        units=known_units(record),
        cost_usd=Decimal(0) if cached else Decimal(str(record["cost_usd"])),
        seconds=0.0 if cached or not isinstance(seconds, int | float) else float(seconds),
        cached=cached,
        attempts=attempts if isinstance(attempts, int) else 0,
        flagged=str(record.get("flagged", "")),
    )
