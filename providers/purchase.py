"""What is being bought: an order, one request for it on its way, and the record that is kept."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, Protocol

from pydantic import JsonValue

from providers.ledger import Bill, Reservation
from providers.ports import Usage
from providers.price_rows import Lane
from providers.prices import price
from providers.ratelimit import CallLimits
from shortfactory.errors import ConfigurationError

Record = dict[str, JsonValue]
Keep = Callable[[Any], Awaitable[Record]]


class Reply(Protocol):
    """What the till needs to know of any reply."""

    @property
    def usage(self) -> Usage:
        """What the call used."""
        ...


@dataclass(frozen=True, slots=True)
class Order:
    """One result to buy: who pays, what it costs at most, how to ask, and how to keep it.

    `trace` is what the vendor's own record will say of it, where the vendor keeps one.
    """

    bill: Bill
    worst_usd: Callable[[datetime], Decimal]
    limits: CallLimits
    send: Callable[[], Awaitable[Reply]]
    keep: Keep
    trace: Mapping[str, str] = field(default_factory=dict[str, str])

    @property
    def model_id(self) -> str:
        """The id under which the price list knows the model."""
        return self.bill.model_id


@dataclass(slots=True)
class Request:
    """One request on its way: what is held for it, and how far it came."""

    bill: Bill
    keep: Keep
    held: Reservation
    at: datetime
    lane: Lane = "standard"
    sent: bool = False
    seconds: float = 0.0
    reply: Reply | None = None

    @property
    def usage(self) -> Usage:
        """What the reply says it used; nothing while there is none."""
        return self.reply.usage if self.reply is not None else Usage()

    def price_usd(self, units: Mapping[str, int | None]) -> Decimal | None:
        """What these units cost on the day it was sent; None when nobody can say."""
        try:
            return price(self.bill.model_id, units, self.at, self.lane)
        except ConfigurationError:
            # The row ended between reservation and request; a paid answer is kept all the same.
            return None


def known_units(record: Mapping[str, JsonValue]) -> dict[str, int | None]:
    """The units of a record, as the ledger takes them."""
    units = record.get("units")
    found = units.items() if isinstance(units, dict) else ()
    return {name: value if isinstance(value, int) else None for name, value in found}
