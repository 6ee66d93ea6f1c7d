"""How many requests a tenant may make: one bucket per tenant, whichever process answers.

The bucket is one moment, by the generic cell rate algorithm: the one at which it will be full
again. It lives in Redis where there is one, and in Postgres where there is none or while it is
away; then a tenant may find a second bucket, full, and none of its requests fails for that.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Awaitable
from typing import Any

from redis.asyncio import Redis

from providers.postgres import Pool, query
from providers.redis_door import RedisAway, RedisDoor
from server.problems import TooManyRequests

MINUTE_S = 60.0
ROUNDING_S = 0.001  # of the moments kept; a full bucket must stay full to the last request

_REDIS = """
local time = redis.call('time')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local every, most, rounding = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local full = math.max(tonumber(redis.call('get', KEYS[1]) or 0), now) + every
if full - now > most + rounding then return tostring(full - now - most) end
redis.call('set', KEYS[1], string.format('%.3f', full), 'px', math.ceil(full - now))
return '0'
"""

# `asked` is empty where the bucket is; the last select then reads the row as it was.
_POSTGRES = """
with asked as (
  insert into call_turn as kept (name, next_at)
  values (%(name)s, clock_timestamp() + make_interval(secs => %(every)s))
  on conflict (name) do update
  set next_at = greatest(kept.next_at, clock_timestamp()) + make_interval(secs => %(every)s)
  where greatest(kept.next_at, clock_timestamp()) + make_interval(secs => %(every)s)
    <= clock_timestamp() + make_interval(secs => %(most)s + %(rounding)s)
  returning 0.0::float as wait_s
)
select wait_s from asked
union all
select extract(epoch from next_at - clock_timestamp())::float + %(every)s - %(most)s
from call_turn where name = %(name)s and not exists (select from asked)
"""


class Pace:
    """So many requests a minute by each tenant; a burst may use a whole minute's at once."""

    def __init__(self, per_minute: int, pool: Pool, redis: RedisDoor | None = None) -> None:
        self._per_minute, self._pool, self._redis = per_minute, pool, redis

    async def count(self, tenant: str) -> None:
        """Count one request.

        Raises:
            TooManyRequests: the bucket is empty; says when it holds one again.
            StorageError: neither Redis nor the database answers.
        """
        # Names stay out of what outlives a tenant that is forgotten.
        name = f"requests:{hashlib.sha256(tenant.encode()).hexdigest()[:32]}"
        wait_s = await self._wait_s(name)
        if wait_s > 0:
            raise TooManyRequests(math.ceil(wait_s))

    async def _wait_s(self, name: str) -> float:
        every_s = MINUTE_S / self._per_minute
        if self._redis is not None:
            try:
                return await _redis_wait_s(self._redis, name, every_s)
            except RedisAway:
                pass  # the door has told so, once
        facts = {"name": name, "every": every_s, "most": MINUTE_S, "rounding": ROUNDING_S}
        rows = await query(self._pool, _POSTGRES, facts, what="request limits")
        return float(rows[0]["wait_s"]) if rows else 0.0


async def _redis_wait_s(redis: RedisDoor, name: str, every_s: float) -> float:
    arguments = [str(seconds * 1000) for seconds in (every_s, MINUTE_S, ROUNDING_S)]

    def run(client: Redis) -> Awaitable[Any]:
        return client.eval(_REDIS, 1, f"shortfactory:{name}", *arguments)

    return float(await redis.ask(run)) / 1000
