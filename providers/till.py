"""One paid result: reserve, wait for a place, send, keep, settle; again while waiting cures it.

Where a process may die, and what then becomes of the money (`Gateway.recover` reads it):

    reserved, not yet sent        nothing was bought: released
    sent, no answer kept          the vendor's own record tells, where it keeps one (`books.py`);
                                  else lost: counted as spent at its worst case and flagged
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
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

import stamina
from stamina.instrumentation import RetryDetails

from providers.alerts import Alerts
from providers.breaker import CIRCUIT_OPEN
from providers.closing import Closing
from providers.ledger import Ledger
from providers.passage import Deadline, Passage, Way
from providers.ports import ArtifactStore
from providers.purchase import Order, Record, Request
from shortfactory.errors import BudgetExceeded, TransientError
from shortfactory.settings import GatewaySettings

log = logging.getLogger("shortfactory.calls")


@dataclass(slots=True)
class Till:
    """Where every dollar leaves. One per process and event loop."""

    store: ArtifactStore
    ledger: Ledger
    passage: Passage
    settings: GatewaySettings
    clock: Callable[[], datetime]
    alerts: Alerts = field(init=False)
    closing: Closing = field(init=False)

    def __post_init__(self) -> None:
        """Build what tells of limits and what ends reservations."""
        self.alerts = Alerts(self.ledger.pool, self.ledger.limits)
        self.closing = Closing(self.store, self.ledger)

    async def buy(self, order: Order) -> Record:
        """Get the result and its record, trying again as long as waiting can cure the failure.

        Raises:
            BudgetExceeded: the next request does not fit; nothing of it was spent.
            ProviderError: the vendor's last word.
            PayingStopped: nobody was asked, for an account problem that the short has met.
            StorageError: the ledger or the store failed, or has no room for a result.
        """
        deadline = Deadline.within(self.settings.deadline_s)
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

    def _wait_s(self, error: Exception, deadline: Deadline) -> bool | float:
        """Say whether waiting cures this, and how long the vendor asked to wait."""
        if not isinstance(error, TransientError) or error.code == CIRCUIT_OPEN:
            return False
        left_s = deadline.at_s - asyncio.get_running_loop().time()
        if error.retry_after_s is None:
            return left_s > self.settings.first_wait_s
        # Spread those who were all told the same moment.
        asked_s = error.retry_after_s + random.uniform(0, self.settings.first_wait_s)
        return asked_s if asked_s < left_s else False

    async def _attempt(self, order: Order, deadline: Deadline) -> Record:
        at = self.clock()
        self.passage.halts.check(order.bill.payer.run_id)
        await self.store.check_room()
        try:
            held = await self.ledger.reserve(order.bill, order.worst_usd(at), at)
        except BudgetExceeded as refused:
            await self.alerts.look(order.bill, at, refused.limit)
            raise
        request = Request(order.bill, order.keep, held, at)
        try:
            await self._ask(order, request, deadline)
        except BaseException as error:
            if request.reply is None:
                await self.closing.fail(request, error)
            else:  # cancelled with the answer already here: it is paid for, so it is kept
                await self.closing.keep(request)
            raise
        record = await self.closing.keep(request)
        if held.worst_usd:
            await self.alerts.look(order.bill, at)
        return record

    async def _ask(self, order: Order, request: Request, deadline: Deadline) -> None:
        """Send one request, noting when it left."""
        loop, bill = asyncio.get_running_loop(), order.bill

        async def send() -> None:
            self.passage.halts.check(bill.payer.run_id)  # it may have waited long for its turn
            await self.ledger.sending(request.held, order.trace)
            request.at, request.sent, sent_at_s = self.clock(), True, loop.time()
            request.reply = await order.send()
            request.seconds = loop.time() - sent_at_s

        way = Way(bill.provider, bill.model, order.limits, bill.payer.run_id)
        await self.passage.go(way, deadline, send, may_cost=lambda: request.sent)


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
