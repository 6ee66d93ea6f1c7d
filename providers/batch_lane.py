"""Pictures by a vendor's batches: handed in, left alone, and fetched when they are done.

Between two questions nothing runs anywhere: the batch is a row in the database. Where a process
may die, and what the next one does:

    reserved, no row              nothing was handed in: `Gateway.recover` releases it
    row, no name                  handed in or not; the vendor's own list is asked by title, and
                                  only when the title is not there a while later, once more
    row and name                  the batch goes on by itself; its answer is fetched and settled
    settled, row still there      the answer is fetched again, and nothing is paid twice
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, TypeVar

from providers.alerts import Alerts
from providers.batch_rows import BatchRow, BatchRows
from providers.closing import Closing
from providers.ledger import Bill, Ledger
from providers.passage import Deadline, Passage, Way
from providers.ports import BatchImageModel, BatchJob, ImageRequest
from providers.prices import worst
from providers.purchase import Keep, Record, Request
from providers.ratelimit import CallLimits
from shortfactory.errors import (
    AccountProblem,
    BudgetExceeded,
    ModelGone,
    ProviderDown,
    ProviderError,
    TransientError,
)
from shortfactory.settings import GatewaySettings
from shortfactory.story import Plain

Answer = TypeVar("Answer")
log = logging.getLogger("shortfactory.batches")

LOST_BATCH = "the vendor does not know this batch any more"


class Waiting(Plain):
    """A picture that the vendor is still drawing, and when it is asked again."""

    model: str
    ask_at: datetime


Drawn = Record | Waiting | Literal["at_once"]


@dataclass(frozen=True, slots=True)
class Later:
    """One picture to be had later: who pays, what is drawn, by whom, and how long one waits."""

    bill: Bill
    request: ImageRequest
    references: tuple[bytes, ...]
    model: BatchImageModel
    patience_s: float


@dataclass(slots=True)
class BatchLane:
    """Buys pictures without waiting for them."""

    rows: BatchRows
    ledger: Ledger
    closing: Closing
    alerts: Alerts
    keep: Keep
    clock: Callable[[], datetime]
    passage: Passage
    limits: Callable[[str], CallLimits]
    settings: GatewaySettings

    async def draw(self, later: Later) -> Drawn:
        """Hand in, or ask how far it is: the record, a wait, or "at_once" when patience ended.

        Raises:
            BudgetExceeded: the picture does not fit; nothing was handed in.
            ProviderError: the vendor's last word on this picture.
            StorageError: the ledger or the store failed, or has no room for a picture.
        """
        await self.closing.store.check_room()
        row = await self.rows.get(later.bill.call_key)
        if row is None:
            return await self._hand_in(later)
        if row.name is None:
            row = await self._named(later, row)
        return self._waiting(later.bill) if row is None else await self._ask(later, row)

    async def _hand_in(self, later: Later) -> Drawn:
        at, bill = self.clock(), later.bill
        self.passage.halts.check(bill.payer.run_id)
        worst_usd = worst(bill.model_id, later.request, at, "batch")
        try:
            held = await self.ledger.reserve(bill, worst_usd, at)
        except BudgetExceeded as refused:
            await self.alerts.look(bill, at, refused.limit)
            raise
        give_up = at + timedelta(seconds=later.patience_s)
        row = await self.rows.open(bill, later.request, held, at, give_up)
        if row is None:
            await self.ledger.release(held, "another process handed the same picture in")
            return self._waiting(bill)
        self.ledger.in_flight.discard(held.id)  # from here on it belongs to the row
        await self._send(later, row)
        return self._waiting(bill)

    async def _send(self, later: Later, row: BatchRow) -> None:
        async def submit() -> str:
            self.passage.halts.check(row.run_id)  # it may have waited long for its turn
            await self.ledger.sending(row.held)
            return await later.model.submit(row.title, row.request, later.references)

        try:
            name = await self._through(row, submit)
        except TransientError as error:
            # Perhaps it arrived: its title will tell.
            log.warning("No answer to a batch: %s", error, extra={"action": "batch_unanswered"})
        except ProviderError as error:
            await self._end(row, error)
            raise
        else:
            await self.rows.named(row, name)

    async def _named(self, later: Later, row: BatchRow) -> BatchRow | None:
        """Find the name of a batch whose submission was not seen to the end."""
        try:
            name = await self._through(row, lambda: later.model.find(row.title))
        except TransientError:
            return None
        if name is not None:
            return await self.rows.named(row, name)
        now = self.clock()
        if not self._may_arrive(row) and await self.rows.again(row, now):
            await self._send(later, row)
        return None

    async def _ask(self, later: Later, row: BatchRow) -> Drawn:
        name, impatient = row.name or "", self.clock() >= row.give_up_at
        try:
            job = await self._through(row, lambda: later.model.look(name))
            if job.state == "working" and impatient:
                await self._through(row, lambda: later.model.cancel(name))
        except TransientError:
            return self._waiting(later.bill)
        except AccountProblem:
            raise  # the batch goes on at the vendor, and is asked for again once this is cured
        except ProviderError as error:
            await self._lose(row, error)
            raise
        if job.state == "working":
            return self._waiting(later.bill)
        if job.state == "done":
            return await self._take(later.model, row, job)
        return await self._over(later, row, job, impatient=impatient)

    async def _over(self, later: Later, row: BatchRow, job: BatchJob, *, impatient: bool) -> Drawn:
        """Go on from a batch that ended without an answer."""
        error = ProviderDown(
            f"The batch of {later.bill.model_id} ended without a picture ({job.reason}).",
            provider=later.bill.provider,
            model=later.bill.model,
            code=job.reason,
        )
        await self._end(row, error)
        if impatient:
            return "at_once"
        if job.state == "cancelled":  # with another run that wanted the same picture
            return await self._hand_in(later)
        raise error

    async def _take(self, model: BatchImageModel, row: BatchRow, job: BatchJob) -> Record:
        request = self._request(row)
        try:
            request.reply = await model.read(job, row.request)
        except ProviderError as error:
            await self._end(row, error)
            raise
        record = await self.closing.keep(request)
        await self.rows.close(row)
        await self.alerts.look(row.bill, row.submitted_at)
        return {**record, "attempts": 1}

    async def stop(self, model: BatchImageModel, row: BatchRow) -> None:
        """End a batch that nobody waits for; what the vendor made of it is kept and paid.

        Raises:
            StorageError: the ledger or the store failed.
        """
        try:
            job = await self._stopped(model, row)
            if job.state == "done":
                await self._take(model, row, job)
            elif job.state == "working":
                await self._lose(row, ProviderDown("stopped before its end was seen"))
            else:
                await self._end(row, ProviderDown(code="stopped"))
        except ProviderError as error:
            await self._lose(row, error)

    async def _stopped(self, model: BatchImageModel, row: BatchRow) -> BatchJob:
        name = row.name or await self._through(row, lambda: model.find(row.title))
        if name is None:
            return BatchJob(state="working" if self._may_arrive(row) else "cancelled")
        await self._through(row, lambda: model.cancel(name))
        return await self._through(row, lambda: model.look(name))

    async def _through(self, row: BatchRow, ask: Callable[[], Awaitable[Answer]]) -> Answer:
        """Ask the vendor as every call does: in turn, within the deadline, while it lives."""
        bill = row.bill
        way = Way(bill.provider, bill.model, self.limits(bill.model_id), row.run_id)
        return await self.passage.go(way, Deadline.within(self.settings.deadline_s), ask)

    def _may_arrive(self, row: BatchRow) -> bool:
        """Whether the vendor's list may lag behind: then it is looked for, not handed in again."""
        return self.clock() - row.submitted_at < timedelta(seconds=self.settings.batch_arrival_s)

    async def _end(self, row: BatchRow, error: ProviderError) -> None:
        await self.closing.fail(self._request(row), error)
        await self.rows.close(row)

    async def _lose(self, row: BatchRow, error: ProviderError) -> None:
        reason = LOST_BATCH if isinstance(error, ModelGone) else f"{type(error).__name__} {error}"
        await self.ledger.lose(row.held, reason)
        await self.rows.close(row)

    def _request(self, row: BatchRow) -> Request:
        waited = self.clock() - row.submitted_at
        # The vendor's price is that of the day on which it took the batch in.
        return Request(
            bill=row.bill,
            keep=self.keep,
            held=row.held,
            at=row.submitted_at,
            lane="batch",
            sent=True,
            seconds=max(0.0, waited.total_seconds()),
        )

    def _waiting(self, bill: Bill) -> Waiting:
        ask_at = self.clock() + timedelta(seconds=self.settings.batch_ask_every_s)
        return Waiting(model=bill.model_id, ask_at=ask_at)
