"""The same limits shared by all workers through Postgres.

Starts per minute are one row per model that holds the next free moment (the generic cell rate
algorithm): one statement takes a place in the queue of all workers, and the caller sleeps until
its moment. pyrate-limiter's own Postgres bucket is not used: it needs a second, synchronous pool,
locks a whole table, and refuses instead of queueing when two ask at once. Places to run are rows
with a lease, so that a killed worker's place comes back by itself.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import uuid
from collections.abc import AsyncGenerator

from providers.fairness import FairGate
from providers.postgres import Pool, query
from providers.ratelimit import CallLimits

LEASE_S = 600.0  # longer than any call may take
POLL_S = 0.2
BURST_SHARE = 6  # a sixth of a minute's starts may come at once


class SharedLimiter:
    """A `Limiter` for many processes; runs within one process still take turns."""

    def __init__(self, pool: Pool, lease_s: float = LEASE_S, poll_s: float = POLL_S) -> None:
        """Share through this pool. `lease_s` must exceed the longest call."""
        self._pool, self._lease_s, self._poll_s = pool, lease_s, poll_s
        self._turnstiles: dict[str, FairGate] = {}
        self._observed: dict[str, int] = {}
        self._holder = uuid.uuid4().hex

    @contextlib.asynccontextmanager
    async def slot(self, limits: CallLimits, run_id: str) -> AsyncGenerator[None]:
        """Wait for a place and for the minute among all workers, in turn with the other runs.

        Raises:
            StorageError: the database cannot be reached.
        """
        slot: int | None = None
        turnstile = self._turnstiles.setdefault(limits.name, FairGate(1))
        try:
            await turnstile.enter(run_id)
            try:
                slot = await self._take_place(limits)
                await self._wait_for_minute(limits)
            finally:
                turnstile.leave()
            yield
        finally:
            if slot is not None:
                await asyncio.shield(self._give_back(limits.name, slot))

    def observe(self, name: str, at_once: int) -> None:
        """Take over the concurrency that the vendor itself reports for this name."""
        if at_once >= 1:
            self._observed[name] = at_once

    async def _take_place(self, limits: CallLimits) -> int | None:
        if limits.at_once is None:
            return None
        facts = {"name": limits.name, "holder": self._holder, "lease": self._lease_s}
        while True:
            places = self._observed.get(limits.name, limits.at_once)
            found = await query(self._pool, _TAKE, {**facts, "places": places}, "call limits")
            if found:
                return int(found[0]["slot"])
            await asyncio.sleep(self._poll_s * random.uniform(0.5, 1.5))

    async def _wait_for_minute(self, limits: CallLimits) -> None:
        if limits.per_minute is None:
            return
        burst = limits.per_minute // BURST_SHARE
        every_s = 60 / (limits.per_minute - burst)
        facts = {"name": limits.name, "every": every_s, "burst": every_s * burst}
        [turn] = await query(self._pool, _TURN, facts, "call limits")
        await asyncio.sleep(max(0.0, float(turn["wait_s"])))

    async def _give_back(self, name: str, slot: int) -> None:
        facts = {"name": name, "slot": slot, "holder": self._holder}
        await query(self._pool, _GIVE_BACK, facts, "call limits")


# Two who see the same free place both insert; the second one's update finds it taken.
_TAKE = """
insert into call_slot (name, slot, holder, until)
select %(name)s::text, free, %(holder)s::text, clock_timestamp() + make_interval(secs => %(lease)s)
from generate_series(1, %(places)s::integer) as free
where not exists (select from call_slot taken where taken.name = %(name)s
  and taken.slot = free and taken.until > clock_timestamp())
order by free limit 1
on conflict (name, slot) do update set holder = excluded.holder, until = excluded.until
where call_slot.until <= clock_timestamp()
returning slot
"""

_GIVE_BACK = """
delete from call_slot where name = %(name)s and slot = %(slot)s and holder = %(holder)s
"""

_TURN = """
insert into call_turn (name, next_at)
values (%(name)s, clock_timestamp() + make_interval(secs => %(every)s - %(burst)s))
on conflict (name) do update set next_at = make_interval(secs => %(every)s) +
  greatest(call_turn.next_at, clock_timestamp() - make_interval(secs => %(burst)s))
returning extract(epoch from next_at - make_interval(secs => %(every)s) - clock_timestamp())
  as wait_s
"""
