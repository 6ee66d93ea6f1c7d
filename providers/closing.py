"""How a request's reservation ends: kept and settled, released, or counted at its worst."""

from __future__ import annotations

from dataclasses import dataclass, field

from providers.ledger import Ledger
from providers.ports import ArtifactStore
from providers.purchase import Record, Request
from providers.unfinished import Unfinished
from shortfactory.errors import ProviderError, UsageError

NOT_KEPT = "paid, but the result could not be stored"


@dataclass(slots=True)
class Closing:
    """Closes reservations; what it has begun it finishes, even if the caller is cancelled."""

    store: ArtifactStore
    ledger: Ledger
    _unfinished: Unfinished = field(init=False, default_factory=Unfinished)

    async def keep(self, request: Request) -> Record:
        """Store the reply and its record, then settle at what it used."""
        work = self._keep_and_settle(request)
        return await self._unfinished.finish(work, request.bill.call_key)

    async def fail(self, request: Request, error: BaseException) -> None:
        """Close what was held for a request that gave nothing."""
        work = self._close_failed(request, error)
        await self._unfinished.finish(work, request.bill.call_key)

    async def over(self, call_key: str) -> None:
        """Wait for what cancelled callers of a call have left to be closed."""
        await self._unfinished.over(call_key)

    async def _close_failed(self, request: Request, error: BaseException) -> None:
        held, reason = request.held, type(error).__name__
        if not request.sent or isinstance(error, UsageError):
            await self.ledger.release(held, f"{reason} before it was sent")
        elif not held.worst_usd or (isinstance(error, ProviderError) and not error.billed):
            await self.ledger.release(held, f"{reason} {getattr(error, 'code', '')}".strip())
        elif isinstance(error, ProviderError) and error.units is not None:
            used_usd = request.price_usd(error.units)
            await self.ledger.settle(held, used_usd, error.units, note=reason)
        else:
            await self.ledger.lose(held, reason)

    async def _keep_and_settle(self, request: Request) -> Record:
        held, units, ref = request.held, request.usage.units, request.usage.request_id
        used_usd = request.price_usd(units)
        note = "" if request.lane == "standard" else request.lane
        try:
            record = await request.keep(request.reply)
            cost_usd = held.worst_usd if used_usd is None else min(used_usd, held.worst_usd)
            record |= {"entry": held.id, "units": dict(units), "cost_usd": str(cost_usd)}
            record |= {"seconds": round(request.seconds, 3), "request_id": ref}
            await self.store.remember(request.bill.call_key, record)
        except BaseException as error:
            reason = type(error).__name__
            await self.ledger.settle(held, used_usd, units, NOT_KEPT, reason, vendor_ref=ref)
            raise
        closed = await self.ledger.settle(held, used_usd, units, note=note, vendor_ref=ref)
        return {**record, "cost_usd": str(closed.spent_usd), "flagged": closed.flagged}
