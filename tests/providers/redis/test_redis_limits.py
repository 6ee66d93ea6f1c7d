"""Limits hold among workers on one Redis, and through Postgres while it is away."""

import asyncio
import logging

import pytest

from providers.ratelimit import CallLimits
from providers.redis_door import open_redis
from providers.redis_limits import RedisLimiter
from providers.shared_limits import SharedLimiter
from shortfactory.errors import ConfigurationError

PLACES = "shortfactory:limit:{v}:places"


class Crowd:
    """Counts who is inside."""

    def __init__(self, together=1):
        self.inside, self.most, self.visits = 0, 0, 0
        self.together, self.entered, self.met = together, asyncio.Event(), asyncio.Event()

    async def visit(self, limiter, limits, stay_s=0.02, run_id="run"):
        async with limiter.slot(limits, run_id):
            self.inside += 1
            self.visits += 1
            self.most = max(self.most, self.inside)
            self.entered.set()
            if self.inside >= self.together:
                self.met.set()
            await self.met.wait()
            await asyncio.sleep(stay_s)
            self.inside -= 1


@pytest.fixture
async def workers(new_door, database):
    """Two workers: a Redis connection each, one database."""
    return [
        RedisLimiter(await new_door(), SharedLimiter(database.pool, poll_s=0.01), poll_s=0.01)
        for _ in range(2)
    ]


async def crowd_through(workers, limits, visits, stay_s=0.02, together=1):
    crowd = Crowd(together)
    async with asyncio.TaskGroup() as group:
        for number in range(visits):
            group.create_task(crowd.visit(workers[number % 2], limits, stay_s))
    assert crowd.visits == visits
    return crowd


async def slots_in_postgres(database):
    async with database.pool.connection() as connection:
        row = await (await connection.execute("select count(*) as n from call_slot")).fetchone()
    return row["n"]


async def test_no_more_at_once_than_allowed(workers, new_door):
    crowd = await crowd_through(workers, CallLimits(name="v", at_once=3), 12)
    assert crowd.most == 3
    assert await (await new_door()).ask(lambda redis: redis.zcard(PLACES)) == 0


async def test_the_vendors_own_number_wins(workers):
    for worker in workers:
        worker.observe("v", 4)
    crowd = await crowd_through(workers, CallLimits(name="v", at_once=1), 8, together=4)
    assert crowd.most == 4


async def test_the_minute_is_spread_over_workers(workers):
    began = asyncio.get_running_loop().time()
    await crowd_through(workers, CallLimits(name="v", per_minute=600), 104, stay_s=0)
    # 101 may come at once; the other three follow every 120 ms.
    assert 0.3 <= asyncio.get_running_loop().time() - began < 8


async def test_a_cancelled_caller_gives_its_place_back(workers):
    crowd, limits = Crowd(), CallLimits(name="v", at_once=1)
    holding = asyncio.create_task(crowd.visit(workers[0], limits, stay_s=60))
    await asyncio.wait_for(crowd.entered.wait(), 20)
    waiting = asyncio.create_task(crowd.visit(workers[1], limits))
    await asyncio.sleep(0)
    holding.cancel()
    await asyncio.wait_for(waiting, 20)
    assert crowd.visits == 2


async def test_a_dead_workers_place_comes_back(new_door, database):
    limits, beyond = CallLimits(name="v", at_once=1), SharedLimiter(database.pool)
    began = asyncio.get_running_loop().time()
    dead = RedisLimiter(await new_door(), beyond, lease_s=0.3).slot(limits, "run")
    await dead.__aenter__()
    alive = RedisLimiter(await new_door(), beyond, poll_s=0.01)
    await asyncio.wait_for(Crowd().visit(alive, limits), 20)
    assert asyncio.get_running_loop().time() - began > 0.25


async def test_without_redis_the_limits_hold_through_postgres(workers, server, database, caplog):
    server.kill()
    caplog.set_level(logging.WARNING, "providers.redis_door")
    crowd = await crowd_through(workers, CallLimits(name="v", at_once=2), 8)
    assert crowd.most == 2
    said = [r.message for r in caplog.records if r.action == "redis_away"]
    assert len(said) == len(workers)
    server.start()
    await asyncio.sleep(0.1)
    await crowd_through(workers, CallLimits(name="v", at_once=2), 4)
    assert await slots_in_postgres(database) == 0
    assert [r.action for r in caplog.records].count("redis_back") == len(workers)


async def test_redis_going_away_in_a_call_loses_nothing(workers, server, new_door):
    crowd, limits = Crowd(), CallLimits(name="v", at_once=1)
    calling = asyncio.create_task(crowd.visit(workers[0], limits, stay_s=0.3))
    await asyncio.wait_for(crowd.entered.wait(), 20)
    server.kill()
    await asyncio.wait_for(calling, 20)
    server.start()
    await asyncio.sleep(0.1)
    await crowd_through(workers, limits, 4)
    assert await (await new_door()).ask(lambda redis: redis.zcard(PLACES)) == 0


async def test_an_address_that_is_none_is_told_without_its_password():
    with pytest.raises(ConfigurationError) as refused:
        async with open_redis("http://:secret@host"):
            pass
    assert "SHORTFACTORY_REDIS_URL" in str(refused.value)
    assert "secret" not in str(refused.value)
