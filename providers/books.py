"""What dead processes left in the ledger, closed by the vendor's own books where it keeps some.

    an answer was kept            settled from its record in the artifact store
    not sent                      released

Else the row was sent, or given up as lost before, and nobody kept an answer. Then:

    a record matches              settled at what that record says, and the record is used up
    the books are certain         released: the vendor took the work in and never did it
    else                          lost: counted at its worst case and flagged; asked again with
                                  the next recovery of the run, and each night

No vendor says how soon a call appears in its books, some accounts keep none, and the vendor may
still be at work when its caller is dead. So a missing record proves something only when the call
is older than `record_certain_s` and the books do show another call of ours that was sent after it:
they are kept, and they have come past that moment.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

from providers.adapters import Models
from providers.ledger import Ledger, Reservation
from providers.passage import Deadline, Passage, Way
from providers.ports import ArtifactStore, RecordedModel, VendorRecord
from providers.prices import price
from providers.purchase import known_units
from providers.ratelimit import CallLimits
from providers.spending import Entry
from providers.vendor_records import VendorRecords
from shortfactory.errors import ConfigurationError, ProviderError
from shortfactory.settings import GatewaySettings

log = logging.getLogger("shortfactory.books")

# The vendor's clock and the database's may differ so much.
SKEW = timedelta(seconds=60)
# The vendor's books are wanted, not needed: a run does not wait longer for them.
ANSWER_S = 20.0
FOUND = "settled from the vendor's record"
NEVER_DONE = "not in the vendor's record, which shows later calls"
DIED = "its process ended before the answer was kept"
NOT_YET = "not in the vendor's record so far"


@dataclass(slots=True)
class Books:
    """Closes what a run's dead processes left. Made for one recovery."""

    store: ArtifactStore
    ledger: Ledger
    catalog: Models
    passage: Passage
    settings: GatewaySettings
    now: datetime
    _records: VendorRecords = field(init=False)
    _silent: set[str] = field(init=False, default_factory=set[str])

    def __post_init__(self) -> None:
        """Read belongings where the ledger is."""
        self._records = VendorRecords(self.ledger.pool)

    async def close(self, entry: Entry) -> None:
        """Settle, release or lose one entry that nobody is at work on.

        Raises:
            StorageError: the ledger or the store cannot be reached.
        """
        record = await self.store.recall(entry.call_key)
        if record is not None and record.get("entry") == entry.id:
            cost_usd, ref = Decimal(str(record["cost_usd"])), str(record.get("request_id", ""))
            units = known_units(record)
            await self.ledger.settle(held(entry), cost_usd, units, note="recovered", vendor_ref=ref)
        elif entry.sent_at is None:
            await self.ledger.release(held(entry), "its process ended before it was sent")
        else:
            await self._close_sent(entry)

    async def _close_sent(self, entry: Entry) -> None:
        reason = DIED
        if (model := self._keeps_books(entry)) is not None:
            try:
                listed = await self._listed(model, entry)
            except (ProviderError, ConfigurationError) as error:
                self._silent.add(entry.provider)
                reason = f"{DIED}; the vendor's record could not be read ({type(error).__name__})"
                log.warning("No record: %s", error, extra={"action": "record_unread"})
            else:
                if await self._by_record(entry, listed):
                    return
                reason = f"{DIED}; {NOT_YET}"
        if entry.status == "reserved":
            await self.ledger.lose(held(entry), reason)

    async def _by_record(self, entry: Entry, listed: Sequence[VendorRecord]) -> bool:
        for record in listed:
            if _is_of(entry, record) and await self._records.take(entry, record.ref):
                await self._settle(entry, record)
                return True
        if await self._certain(entry, listed):
            await self.ledger.release(held(entry), NEVER_DONE)
            return True
        return False

    async def _settle(self, entry: Entry, record: VendorRecord) -> None:
        sent_at = entry.sent_at or entry.reserved_at
        try:
            used_usd = price(entry.model_id, record.units, sent_at)
        except ConfigurationError:
            used_usd = None
        await self.ledger.settle(
            held(entry), used_usd, record.units, note=FOUND, vendor_ref=record.ref
        )

    async def _certain(self, entry: Entry, listed: Sequence[VendorRecord]) -> bool:
        sent_at = entry.sent_at or entry.reserved_at
        old_enough = self.now - sent_at >= timedelta(seconds=self.settings.record_certain_s)
        refs = [record.ref for record in listed]
        return old_enough and await self._records.show_later(entry, refs)

    def _keeps_books(self, entry: Entry) -> RecordedModel | None:
        if not entry.trace or entry.provider in self._silent:
            return None
        try:
            model = self.catalog.voice(entry.model_id)
        except ConfigurationError:  # the model was retired, or its key is gone
            return None
        ours = self.catalog.realm(entry.model_id) == entry.realm
        return model if ours and isinstance(model, RecordedModel) else None

    async def _listed(self, model: RecordedModel, entry: Entry) -> Sequence[VendorRecord]:
        sent_at = entry.sent_at or entry.reserved_at
        until = sent_at + timedelta(seconds=self.settings.deadline_s) + SKEW
        # Lines and circuit of their own: books that are closed must not stop the speaking.
        way = Way(
            provider=entry.provider,
            model="records",
            limits=CallLimits(name=f"{entry.provider}:records"),
            run_id=entry.run_id,
        )
        return await self.passage.go(
            way,
            Deadline.within(ANSWER_S),
            lambda: model.records(entry.trace, sent_at - SKEW, until),
        )


def held(entry: Entry) -> Reservation:
    """The reservation that an entry of the ledger is."""
    return Reservation(
        id=entry.id,
        call_key=entry.call_key,
        run_id=entry.run_id,
        worst_usd=entry.reserved_usd,
    )


def _is_of(entry: Entry, record: VendorRecord) -> bool:
    """Whether a record tells of this very request, as far as was known when it left."""
    return all(record.trace.get(name) == said for name, said in entry.trace.items() if said)
