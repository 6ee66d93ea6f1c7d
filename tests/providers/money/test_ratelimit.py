"""Limits hold, in one process and across many, and no run starves another."""

import asyncio

import pytest

from providers.fairness import FairGate
from providers.ratelimit import CallLimits, LocalLimiter
from providers.shared_limits import SharedLimiter


@pytest.fixture(params=["local", "shared"])
def limiters(request):
    """Two limiters that must act as one: the same object, or two workers on one database."""
    if request.param == "local":
        limiter = LocalLimiter()
        return limiter, limiter
    pool = request.getfixturevalue("database").pool
    return SharedLimiter(pool, poll_s=0.01), SharedLimiter(pool, poll_s=0.01)


class Crowd:
    """Counts who is inside; nobody leaves before so many have been there together."""

    def __init__(self, together=1):
        self.inside, self.most, self.order = 0, 0, []
        self.together, self.entered, self.met = together, asyncio.Event(), asyncio.Event()

    async def visit(self, limiter, limits, run_id="run", stay_s=0.02):
        async with limiter.slot(limits, run_id):
            self.inside += 1
            self.entered.set()
            self.most = max(self.most, self.inside)
            self.order.append(run_id)
            if self.inside >= self.together:
                self.met.set()
            await self.met.wait()
            await asyncio.sleep(stay_s)
            self.inside -= 1


async def test_no_more_at_once_than_allowed(limiters, at_once):
    crowd, limits = Crowd(), CallLimits(name="v", at_once=3)
    await at_once(*(crowd.visit(limiters[n % 2], limits) for n in range(12)))
    assert (crowd.most, len(crowd.order)) == (3, 12)


async def test_the_vendors_own_number_wins(limiters, at_once):
    crowd, limits = Crowd(together=4), CallLimits(name="v", at_once=1)
    await Crowd().visit(limiters[0], limits)
    for limiter in limiters:
        limiter.observe("v", 4)
    await at_once(*(crowd.visit(limiters[n % 2], limits) for n in range(8)))
    assert crowd.most == 4


async def test_a_cancelled_caller_gives_its_place_back(limiters):
    crowd, limits = Crowd(), CallLimits(name="v", at_once=1)
    holding = asyncio.create_task(crowd.visit(limiters[0], limits, stay_s=60))
    waiting = asyncio.create_task(crowd.visit(limiters[0], limits))
    await asyncio.wait_for(crowd.entered.wait(), 20)
    waiting.cancel()
    holding.cancel()
    await asyncio.wait([holding, waiting])
    await asyncio.wait_for(crowd.visit(limiters[1], limits), 20)


async def test_starts_per_minute(limiters):
    crowd, limits = Crowd(), CallLimits(name="v", per_minute=2)
    visits = [
        asyncio.create_task(crowd.visit(limiter, limits, stay_s=0))
        for limiter in (*limiters, *limiters)
    ]
    await asyncio.wait(visits, return_when=asyncio.FIRST_COMPLETED)
    done, waiting = await asyncio.wait(visits, timeout=0.5)
    for visit in waiting:
        visit.cancel()
    await asyncio.wait(visits)
    assert 1 <= len(done) <= 2


async def test_the_shared_minute_is_spread_over_workers(database):
    workers = [SharedLimiter(database.pool) for _ in range(2)]
    limits, crowd = CallLimits(name="v", per_minute=600), Crowd()
    started = asyncio.get_running_loop().time()
    async with asyncio.TaskGroup() as group:
        for number in range(104):
            group.create_task(crowd.visit(workers[number % 2], limits, stay_s=0))
    # 101 may come at once; the other three follow every 120 ms.
    assert 0.3 <= asyncio.get_running_loop().time() - started < 8


async def test_a_dead_workers_place_comes_back(database):
    limits = CallLimits(name="v", at_once=1)
    dead = SharedLimiter(database.pool, lease_s=0.2).slot(limits, "run")
    await dead.__aenter__()
    alive = SharedLimiter(database.pool, poll_s=0.01)
    await asyncio.wait_for(Crowd().visit(alive, limits), 20)


async def test_runs_take_turns(at_once):
    crowd, limiter, limits = Crowd(), LocalLimiter(), CallLimits(name="v", at_once=1)
    large = [crowd.visit(limiter, limits, "large", 0.005) for _ in range(10)]
    small = [crowd.visit(limiter, limits, "small", 0.005) for _ in range(2)]
    await at_once(*large, *small)
    assert "small" in crowd.order[:3]
    assert crowd.order[3:5].count("small") == 1


async def test_a_gate_survives_a_cancel_at_the_moment_of_entry():
    gate = FairGate(1)
    await gate.enter("a")
    waiting = asyncio.create_task(gate.enter("b"))
    await asyncio.sleep(0)
    gate.leave()
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    await asyncio.wait_for(gate.enter("c"), 20)
