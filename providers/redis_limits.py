"""The limits of `providers.shared_limits` in Redis, and through Postgres while Redis is away.

The same two rules: starts per minute are one key that holds the next free moment (the generic cell
rate algorithm), places to run are a sorted set of holders by the moment their lease ends. Each is
one script, so that two workers never see the same free place. While some workers reach Redis and
others do not, each group keeps the limits for itself; the vendor's own refusals hold the rest.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import uuid
from collections.abc import AsyncGenerator, Awaitable
from typing import Any

from redis.asyncio import Redis

from providers.fairness import FairGate
from providers.ratelimit import CallLimits, Limiter
from providers.redis_door import RedisAway, RedisDoor
from providers.shared_limits import BURST_SHARE, LEASE_S, POLL_S

PREFIX = "shortfactory:limit"

_TAKE = """
local time = redis.call('time')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('zremrangebyscore', KEYS[1], '-inf', now)
if redis.call('zcard', KEYS[1]) >= tonumber(ARGV[2]) then return 0 end
redis.call('zadd', KEYS[1], now + ARGV[3], ARGV[1])
redis.call('pexpire', KEYS[1], ARGV[3])
return 1
"""

_TURN = """
local time = redis.call('time')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local every, burst = tonumber(ARGV[1]), tonumber(ARGV[2])
local turn = math.max(tonumber(redis.call('get', KEYS[1]) or 0), now - burst)
redis.call('set', KEYS[1], string.format('%.3f', turn + every), 'px',
  math.ceil(math.max(turn + every - now, 0) + burst + 60000))
return tostring(turn - now)
"""


class RedisLimiter:
    """A `Limiter` for many processes on one Redis; `beyond` serves while that is away."""

    def __init__(
        self, door: RedisDoor, beyond: Limiter, lease_s: float = LEASE_S, poll_s: float = POLL_S
    ) -> None:
        """Share through this door. `lease_s` must exceed the longest call."""
        self._door, self._beyond = door, beyond
        self._lease_s, self._poll_s = lease_s, poll_s
        self._turnstiles: dict[str, FairGate] = {}
        self._observed: dict[str, int] = {}
        self._owed: list[tuple[str, str]] = []

    @contextlib.asynccontextmanager
    async def slot(self, limits: CallLimits, run_id: str) -> AsyncGenerator[None]:
        """Wait for a place and for the minute among all workers, in turn with the other runs.

        Raises:
            StorageError: neither Redis nor the database can be reached.
        """
        holder = uuid.uuid4().hex
        try:
            if await self._admitted(limits, run_id, holder):
                yield
            else:
                async with self._beyond.slot(limits, run_id):
                    yield
        finally:
            if limits.at_once is not None:
                # Also after a cancel in the middle of asking: then nobody knows if it was taken.
                await asyncio.shield(self._give_back(limits.name, holder))

    def observe(self, name: str, at_once: int) -> None:
        """Take over the concurrency that the vendor itself reports for this name."""
        self._beyond.observe(name, at_once)
        if at_once >= 1:
            self._observed[name] = at_once

    async def _admitted(self, limits: CallLimits, run_id: str, holder: str) -> bool:
        turnstile = self._turnstiles.setdefault(limits.name, FairGate(1))
        await turnstile.enter(run_id)
        try:
            await self._take_place(limits, holder)
            await self._wait_for_minute(limits)
        except RedisAway:
            return False
        finally:
            turnstile.leave()
        return True

    async def _take_place(self, limits: CallLimits, holder: str) -> None:
        if limits.at_once is None:
            return
        lease_ms = round(self._lease_s * 1000)
        while True:
            places = self._observed.get(limits.name, limits.at_once)
            if int(await self._script(_TAKE, _places(limits.name), holder, places, lease_ms)):
                return
            await asyncio.sleep(self._poll_s * random.uniform(0.5, 1.5))

    async def _wait_for_minute(self, limits: CallLimits) -> None:
        if limits.per_minute is None:
            return
        burst = limits.per_minute // BURST_SHARE
        every_ms = 60_000 / (limits.per_minute - burst)
        key = f"{PREFIX}:{{{limits.name}}}:turn"
        wait_ms = float(await self._script(_TURN, key, every_ms, every_ms * burst))
        await asyncio.sleep(max(0.0, wait_ms / 1000))

    async def _give_back(self, name: str, holder: str) -> None:
        """Return a place; those that could not be returned while Redis was away come along."""
        self._owed.append((name, holder))
        owed, self._owed = self._owed, []
        while owed:
            place, taker = owed[-1]
            try:
                await self._door.ask(lambda redis: redis.zrem(_places(place), taker))  # noqa: B023
            except RedisAway:
                self._owed.extend(owed)
                return
            owed.pop()

    async def _script(self, text: str, key: str, *arguments: object) -> Any:
        def run(redis: Redis) -> Awaitable[Any]:
            return redis.eval(text, 1, key, *map(str, arguments))

        return await self._door.ask(run)


def _places(name: str) -> str:
    return f"{PREFIX}:{{{name}}}:places"
