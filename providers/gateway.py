"""The one door to a paid call: what was made before is free, everything else goes to the till.

A call's key is the hash of its kind, its model and everything about the request that changes the
result, so retry, resume, reroll and another film never pay twice for the same thing. `till.py`
says what happens to the money at every point where a process may die.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

from pydantic import JsonValue

from providers.adapters import Models
from providers.batch_lane import BatchLane, Later, Waiting
from providers.batch_rows import BatchRows
from providers.books import Books
from providers.calls import Call, Looked, Narration, Picture, Written, call_key, call_of
from providers.keeping import Keeper
from providers.ledger import Bill, Ledger
from providers.meters import Meters
from providers.passage import Passage
from providers.ports import (
    ArtifactStore,
    ImageRequest,
    RecordedModel,
    SightRequest,
    TextRequest,
    VoiceRequest,
)
from providers.prices import worst
from providers.purchase import Keep, Order, Record, Reply
from providers.ratelimit import Limiter
from providers.spending import Entry
from providers.till import Till
from shortfactory.errors import ArtifactLost
from shortfactory.plan import Payer
from shortfactory.settings import GatewaySettings
from shortfactory.sight import Sight

Send = Callable[[], Awaitable[Reply]]
LOOK_BACK = timedelta(days=30)
NO_TRACE: Mapping[str, str] = {}


def utc_now() -> datetime:
    """The time by which prices and limits are looked up."""
    return datetime.now(UTC)


class Gateway:
    """Writes, draws and speaks, each at most once per key and within every limit."""

    def __init__(
        self,
        store: ArtifactStore,
        ledger: Ledger,
        catalog: Models,
        settings: GatewaySettings,
        limiter: Limiter,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        """Stand on these; nothing is opened or called yet."""
        self._store, self._ledger, self._catalog = store, ledger, catalog
        self._clock = clock
        self._keeper = Keeper(store, settings.largest_reply_bytes)
        catalog.report_concurrency_to(limiter.observe)
        self._settings, self._passage = settings, Passage(limiter, settings)
        self.halts = self._passage.halts
        self._till = Till(store, ledger, self._passage, settings, clock)
        self._batches, self._meters = BatchRows(ledger.pool), Meters()
        self._lane = BatchLane(
            rows=self._batches,
            ledger=ledger,
            closing=self._till.closing,
            alerts=self._till.alerts,
            keep=self._keeper.picture,
            clock=clock,
            passage=self._passage,
            limits=catalog.limits,
            settings=settings,
        )

    async def write(self, model: str, request: TextRequest, payer: Payer) -> Written:
        """Have a text model answer in JSON; see `Till.buy` for what it raises."""
        adapter = self._catalog.text(model)
        bill = self._bill("text", model, adapter.fingerprint(request), payer)
        send = partial(adapter.write, request)
        record, call = await self._once(bill, request, send, self._keeper.text)
        data = await self._store.read(str(record["sha256"]))
        return Written(text=data.decode(), sha256=str(record["sha256"]), call=call)

    async def draw(self, model: str, request: ImageRequest, payer: Payer) -> Picture:
        """Have an image model draw; see `Till.buy` for what it raises."""
        adapter = self._catalog.image(model)
        bill = self._bill("image", model, adapter.fingerprint(request), payer)
        references = tuple([await self._store.read(sha256) for sha256 in request.references])
        send = partial(adapter.draw, request, references)
        record, call = await self._once(bill, request, send, self._keeper.picture)
        return Picture.model_validate({**_only(record, Picture), "call": call})

    async def draw_later(
        self, model: str, request: ImageRequest, payer: Payer, patience_s: float
    ) -> Picture | Waiting:
        """Have a picture drawn at half the price, within a day; see `BatchLane.draw`.

        Ask again, and again, until it is there. When `patience_s` has passed, it is drawn at once.
        """
        adapter = self._catalog.batched(model)
        bill = self._bill("image", model, adapter.fingerprint(request), payer)
        references = tuple([await self._store.read(sha256) for sha256 in request.references])
        async with self._alone(bill):
            found = await self._hit(bill, alone=True)
            if found is not None and (left := await self._batches.get(bill.call_key)):
                await self._lane.stop(adapter, left)  # somebody else has bought it meanwhile
            later = Later(bill, request, references, adapter, patience_s)
            drawn = found or await self._lane.draw(later)
        if isinstance(drawn, Waiting):
            return drawn
        if drawn == "at_once":
            return await self.draw(model, request, payer)
        with self._meters.call(bill) as meter:
            call = call_of(bill, drawn, cached=found is not None)
            meter.finished(call)
        return Picture.model_validate({**_only(drawn, Picture), "call": call})

    async def stop_batches(self, run_id: str) -> None:
        """End the batches of a run that nobody waits for any more."""
        for row in await self._batches.of_run(run_id):
            await self._lane.stop(self._catalog.batched(row.bill.model_id), row)

    async def speak(self, model: str, request: VoiceRequest, payer: Payer) -> Narration:
        """Have a voice model speak; see `Till.buy` for what it raises."""
        adapter = self._catalog.voice(model)
        bill = self._bill("voice", model, adapter.fingerprint(request), payer)
        send = partial(adapter.speak, request)
        trace = adapter.trace(request) if isinstance(adapter, RecordedModel) else {}
        record, call = await self._once(bill, request, send, self._keeper.narration, trace)
        return Narration.model_validate({**_only(record, Narration), "call": call})

    async def look(self, model: str, request: SightRequest, payer: Payer) -> Looked:
        """Have a model look at a kept picture; see `Till.buy` for what it raises."""
        adapter = self._catalog.sight(model)
        bill = self._bill("sight", model, adapter.fingerprint(request), payer)
        picture = await self._store.read(request.picture)
        send = partial(adapter.look, request, picture)
        record, call = await self._once(bill, request, send, self._keeper.sight)
        data = await self._store.read(str(record["sha256"]))
        return Looked(sight=Sight.model_validate_json(data), call=call)

    async def recover(self, run_id: str) -> tuple[Entry, ...]:
        """Close what dead processes left reserved for a run; returns those rows as found.

        The caller holds the run's lease, so that whoever made them is not at work any more.
        """
        batched = {row.entry_id for row in await self._batches.of_run(run_id)}
        others = self._ledger.in_flight | batched
        left = [entry for entry in await self._ledger.left(run_id) if entry.id not in others]
        await self._close(left)
        return tuple(entry for entry in left if entry.status == "reserved")

    async def look_again(self) -> None:
        """Ask vendors' own records once more for lost calls of any run, on a quiet hour."""
        await self._close(await self._ledger.lost_since(self._clock() - LOOK_BACK))

    async def _close(self, left: Sequence[Entry]) -> None:
        books = Books(
            store=self._store,
            ledger=self._ledger,
            catalog=self._catalog,
            passage=self._passage,
            settings=self._settings,
            now=self._clock(),
        )
        for entry in left:
            await books.close(entry)

    def _bill(
        self, kind: str, model_id: str, fingerprint: Mapping[str, JsonValue], payer: Payer
    ) -> Bill:
        # The realm is part of the key: a simulated result must never be found by a live run.
        realm = self._catalog.realm(model_id)
        facts: dict[str, JsonValue] = {"kind": kind, "model": model_id, "realm": realm}
        facts |= {"request": dict(fingerprint)}
        provider, _, model = model_id.partition(":")
        return Bill(
            call_key=call_key(facts),
            payer=payer,
            realm=realm,
            provider=provider,
            model=model,
        )

    async def _once(
        self,
        bill: Bill,
        request: Any,
        send: Send,
        keep: Keep,
        trace: Mapping[str, str] = NO_TRACE,
    ) -> tuple[Record, Call]:
        model_id = bill.model_id
        order = Order(
            bill=bill,
            worst_usd=partial(worst, model_id, request),
            limits=self._catalog.limits(model_id),
            send=send,
            keep=keep,
            trace=trace,
        )
        with self._meters.call(bill) as meter:
            record, cached = await self._found_or_bought(order)
            call = call_of(bill, record, cached=cached)
            meter.finished(call)
        return record, call

    async def _found_or_bought(self, order: Order) -> tuple[Record, bool]:
        """The record, and whether it was there: of two who ask at once, the second finds it."""
        if (found := await self._hit(order.bill)) is not None:
            return found, True
        async with self._alone(order.bill):
            if (found := await self._hit(order.bill, alone=True)) is not None:
                return found, True
            return await self._till.buy(order), False

    def _alone(self, bill: Bill) -> AbstractAsyncContextManager[None]:
        """Have the call to oneself until all that was paid for it is in the books."""
        return self._ledger.claims.hold(bill.call_key, self._till.closing.over)

    async def _hit(self, bill: Bill, *, alone: bool = False) -> Record | None:
        """The record of the same call made before, if its artifact is still whole.

        Only who has the call to itself drops a broken record: others might drop a new one.
        """
        record = await self._store.recall(bill.call_key)
        if record is None:
            return None
        try:
            await self._store.path(str(record["sha256"]))
        except ArtifactLost:
            if alone:
                await self._store.forget(bill.call_key)
            return None
        await self._ledger.cached(bill, Decimal(str(record["cost_usd"])), self._clock())
        return record


def _only(record: Mapping[str, JsonValue], result: type[Picture | Narration]) -> Record:
    return {name: record[name] for name in result.model_fields if name in record}
