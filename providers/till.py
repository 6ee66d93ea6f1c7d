"""One paid result: reserve, wait for a place, send, keep, settle; again while waiting cures it.

Where a process may die, and what then becomes of the money (`Gateway.recover` reads it):

    reserved, not yet sent        nothing was bought: released
    sent, no answer kept          nobody knows whether the vendor billed it: lost, counted as
                                  spent at its worst case and flagged
    artifact kept, no record      as above; the file alone does not say which call it belongs to
    record kept, not settled      settled from the record; the result is there and costs no more
    settled                       nothing to do

A cancelled call is treated like a dead one, except that an answer already received is kept and
settled to the end.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, Protocol, TypeVar

import stamina
from pydantic import JsonValue
from stamina.instrumentation import RetryDetails

from providers.breaker import CIRCUIT_OPEN, Breakers
from providers.ledger import Bill, Ledger, Reservation
from providers.ports import ArtifactStore, Usage
from providers.prices import price
from providers.ratelimit import CallLimits, Limiter
from shortfactory.errors import (
    ConfigurationError,
    ProviderError,
    ProviderTimeout,
    TransientError,
    UsageError,
)
from shortfactory.settings import GatewaySettings

Record = dict[str, JsonValue]
Result = TypeVar("Result")

log = logging.getLogger("shortfactory.calls")

NOT_KEPT = "paid, but the result could not be stored"


class Reply(Protocol):
    """What the till needs to know of any reply."""

    @property
    def usage(self) -> Usage:
        """What the call used."""
        ...


@dataclass(frozen=True, slots=True)
class Order:
    """One result to buy: who pays, what it costs at most, how to ask, and how to keep it."""

    bill: Bill
    worst_usd: Callable[[datetime], Decimal]
    limits: CallLimits
    send: Callable[[], Awaitable[Reply]]
    keep: Callable[[Any], Awaitable[Record]]

    @property
    def model_id(self) -> str:
        """The id under which the price list knows the model."""
        return f"{self.bill.provider}:{self.bill.model}"


@dataclass(slots=True)
class Till:
    """Where every dollar leaves. One per process and event loop."""

    store: ArtifactStore
    ledger: Ledger
    limiter: Limiter
    settings: GatewaySettings
    clock: Callable[[], datetime]
    breakers: Breakers = field(init=False)
    _closing: set[asyncio.Task[Any]] = field(init=False, default_factory=set[asyncio.Task[Any]])

    def __post_init__(self) -> None:
        """Build the breakers from the settings."""
        self.breakers = Breakers(self.settings.breaker_failures, self.settings.breaker_rest_s)

    async def buy(self, order: Order) -> Record:
        """Get the result and its record, trying again as long as waiting can cure the failure.

        Raises:
            BudgetExceeded: the next request does not fit; nothing of it was spent.
            ProviderError: the vendor's last word.
            StorageError: the ledger or the store failed.
        """
        deadline = _Deadline(asyncio.get_running_loop().time() + self.settings.deadline_s)
        retries = stamina.retry_context(
            on=lambda error: self._wait_s(error, deadline),
            attempts=self.settings.attempts,
            timeout=None,
            wait_initial=self.settings.first_wait_s,
            wait_max=self.settings.longest_wait_s,
            wait_jitter=self.settings.first_wait_s,
        )
        async for attempt in retries:
            with attempt:
                return {**await self._attempt(order, deadline), "attempts": attempt.num}
        raise AssertionError("stamina ends with a result or an error")

    def _wait_s(self, error: Exception, deadline: _Deadline) -> bool | float:
        """Say whether waiting cures this, and how long the vendor asked to wait."""
        if not isinstance(error, TransientError) or error.code == CIRCUIT_OPEN:
            return False
        left_s = deadline.at_s - asyncio.get_running_loop().time()
        if error.retry_after_s is None:
            return left_s > self.settings.first_wait_s
        # Spread those who were all told the same moment.
        asked_s = error.retry_after_s + random.uniform(0, self.settings.first_wait_s)
        return asked_s if asked_s < left_s else False

    async def _attempt(self, order: Order, deadline: _Deadline) -> Record:
        at = self.clock()
        held = await self.ledger.reserve(order.bill, order.worst_usd(at), at)
        request = _Request(order, held, at)
        try:
            await self._ask(request, deadline)
        except BaseException as error:
            # Cancelled with the answer already here: it is paid for, so it is kept.
            answered = request.reply is not None
            await self._to_the_end(
                self._keep_and_settle(request) if answered else self._close_failed(request, error)
            )
            raise
        return await self._to_the_end(self._keep_and_settle(request))

    async def _ask(self, request: _Request, deadline: _Deadline) -> None:
        """Send one request inside the vendor's limits, the deadline and the circuit."""
        order, loop = request.order, asyncio.get_running_loop()
        provider, model = order.bill.provider, order.bill.model
        queued_at_s = loop.time()
        async with self.limiter.slot(order.limits, order.bill.payer.run_id):
            # Waiting for one's turn among many is not the vendor's slowness.
            deadline.at_s += loop.time() - queued_at_s
            async with self.breakers.guard(provider, model):
                try:
                    async with asyncio.timeout_at(deadline.at_s):
                        await self.ledger.sending(request.held)
                        request.at, request.sent_at_s = self.clock(), loop.time()
                        request.reply = await order.send()
                        request.seconds = loop.time() - request.sent_at_s
                except TimeoutError as error:
                    raise ProviderTimeout(
                        f"{order.model_id} did not answer within the "
                        f"{self.settings.deadline_s:g} s allowed for one call and its retries.",
                        provider=provider,
                        model=model,
                        billed=request.sent_at_s is not None,
                    ) from error

    async def _close_failed(self, request: _Request, error: BaseException) -> None:
        held, reason = request.held, type(error).__name__
        if request.sent_at_s is None or isinstance(error, UsageError):
            await self.ledger.release(held, f"{reason} before it was sent")
        elif not held.worst_usd or (isinstance(error, ProviderError) and not error.billed):
            await self.ledger.release(held, f"{reason} {getattr(error, 'code', '')}".strip())
        elif isinstance(error, ProviderError) and error.units is not None:
            used_usd = request.price_usd(error.units)
            await self.ledger.settle(held, used_usd, error.units, note=reason)
        else:
            await self.ledger.lose(held, reason)

    async def _keep_and_settle(self, request: _Request) -> Record:
        order, held, units = request.order, request.held, request.usage.units
        used_usd = request.price_usd(units)
        try:
            record = await order.keep(request.reply)
            cost_usd = held.worst_usd if used_usd is None else min(used_usd, held.worst_usd)
            record |= {"entry": held.id, "units": dict(units), "cost_usd": str(cost_usd)}
            record |= {"seconds": round(request.seconds, 3), "request_id": request.usage.request_id}
            await self.store.remember(order.bill.call_key, record)
        except BaseException as error:
            await self.ledger.settle(held, used_usd, units, NOT_KEPT, note=type(error).__name__)
            raise
        closed = await self.ledger.settle(held, used_usd, units)
        return {**record, "cost_usd": str(closed.spent_usd), "flagged": closed.flagged}

    async def _to_the_end(self, work: Coroutine[Any, Any, Result]) -> Result:
        """Finish what touches money even if the caller is cancelled meanwhile."""
        task = asyncio.create_task(work)
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)
        return await asyncio.shield(task)


@dataclass(slots=True)
class _Deadline:
    """When a call and all its retries must be over, by the event loop's clock."""

    at_s: float


@dataclass(slots=True)
class _Request:
    """One request on its way: what is held for it, and how far it came."""

    order: Order
    held: Reservation
    at: datetime
    sent_at_s: float | None = None
    seconds: float = 0.0
    reply: Reply | None = None

    @property
    def usage(self) -> Usage:
        return self.reply.usage if self.reply is not None else Usage()

    def price_usd(self, units: Mapping[str, int | None]) -> Decimal | None:
        try:
            return price(self.order.model_id, units, self.at)
        except ConfigurationError:
            # The row ended between reservation and request; a paid answer is kept all the same.
            return None


def known_units(record: Mapping[str, JsonValue]) -> dict[str, int | None]:
    """The units of a record, as the ledger takes them."""
    units = record.get("units")
    found = units.items() if isinstance(units, dict) else ()
    return {name: value if isinstance(value, int) else None for name, value in found}


def _log_retry(details: RetryDetails) -> None:
    log.warning(
        "Asking again in %.1f s, for the %d. time, after %s",
        details.wait_for,
        details.retry_num,
        type(details.caused_by).__name__,
        extra={"action": "retry_call"},
    )


# By itself stamina prints to standard output where structlog is installed, into `--json` answers.
stamina.instrumentation.set_on_retry_hooks([_log_retry])
