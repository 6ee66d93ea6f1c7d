"""Two processes want the same call: one makes it, and whoever waits goes on when it is over."""

import asyncio

import pytest

from providers.gateway import Gateway
from providers.ledger import Ledger
from providers.ratelimit import LocalLimiter
from shortfactory.errors import ContentRefused, DatabaseLost

WAITS = "Another process makes this call"
IMAGE = "gemini:gemini-nano-banana-2.1"
LOCKS = "select pid from pg_locks where locktype = 'advisory' and objsubid = 1"
OTHERS = """
select pg_terminate_backend(pid) from pg_stat_activity
where datname = current_database() and pid <> pg_backend_pid()
"""


class Slow:
    """A vendor's answer that comes when it may."""

    def __init__(self, answer):
        self.answer, self.asked, self.may_end = answer, asyncio.Event(), asyncio.Event()

    async def __call__(self):
        self.asked.set()
        await self.may_end.wait()
        return self.answer


@pytest.fixture
async def two(store, database, limits, catalog, patience, clock):
    """Gateways of two processes, as the database sees them: each claims on its own connection."""
    ledgers = [Ledger(database.pool, limits) for _ in range(2)]
    yield [Gateway(store, ledger, catalog, patience, LocalLimiter(), clock) for ledger in ledgers]
    for ledger in ledgers:
        await ledger.claims.close()


@pytest.fixture
def slow(vendors, usual):
    """The vendor's first answer takes as long as the test likes."""
    answer = Slow(usual.picture)
    vendors.image.script.append(answer)
    return answer


@pytest.fixture
async def both(two, slow, ask, pay, caplog):
    """One process at the vendor, and another that waits for it: their calls."""
    caplog.set_level("INFO", "shortfactory.calls")
    calls = [asyncio.create_task(two[0].draw(IMAGE, ask.picture(), pay("run-1")))]
    await slow.asked.wait()
    calls.append(asyncio.create_task(two[1].draw(IMAGE, ask.picture(), pay("run-2"))))
    await until(lambda: WAITS in caplog.text)
    yield calls
    for call in calls:
        call.cancel()
    await asyncio.wait(calls)


async def until(happened):
    async with asyncio.timeout(30):
        while not happened():  # noqa: ASYNC110 - another task's doing
            await asyncio.sleep(0.01)


async def test_the_second_waits_and_pays_nothing(both, slow, vendors, ledger):
    assert await ledger.spent("run-2") == 0
    slow.may_end.set()
    first, second = await asyncio.gather(*both)
    assert (first.call.cached, second.call.cached) == (False, True)
    assert (len(vendors.image.requests), first.sha256) == (1, second.sha256)
    [row] = await ledger.rows("run-2")
    assert (row.status, row.spent_usd, row.saved_usd) == ("cached", 0, first.call.cost_usd)


async def test_who_waits_for_a_failure_tries_for_itself(both, slow, vendors):
    slow.answer = ContentRefused("no")
    slow.may_end.set()
    with pytest.raises(ContentRefused):
        await both[0]
    assert not (await both[1]).call.cached
    assert len(vendors.image.requests) == 2


async def test_a_cancelled_owner_hands_over(both, vendors):
    both[0].cancel()
    assert not (await asyncio.wait_for(both[1], 30)).call.cached
    assert len(vendors.image.requests) == 2


async def test_a_cancelled_waiter_leaves_and_the_owner_goes_on(both, slow, vendors):
    both[1].cancel()
    _, waiting = await asyncio.wait([both[1]], timeout=30)
    assert not waiting
    slow.may_end.set()
    assert not (await both[0]).call.cached
    assert len(vendors.image.requests) == 1


async def test_an_owner_cancelled_with_its_answer_hands_over_what_it_paid_for(
    both, slow, store, vendors
):
    keeping, may_keep, put = asyncio.Event(), asyncio.Event(), store.put

    async def slow_put(data, suffix):
        keeping.set()
        await may_keep.wait()
        return await put(data, suffix)

    store.put = slow_put
    slow.may_end.set()
    await keeping.wait()
    both[0].cancel()
    await asyncio.wait([both[0]])
    may_keep.set()
    assert (await both[1]).call.cached
    assert len(vendors.image.requests) == 1


async def test_claims_outlive_their_connections(both, slow, database, vendors):
    async with database.pool.connection() as connection:
        cut = await connection.execute(OTHERS)
        assert len(await cut.fetchall()) >= 2
    async with asyncio.timeout(30):
        while not await locked(database):  # noqa: ASYNC110 - the server does it
            await asyncio.sleep(0.02)
    slow.may_end.set()
    assert [one.call.cached for one in await asyncio.gather(*both)] == [False, True]
    assert len(vendors.image.requests) == 1


async def locked(database):
    async with database.pool.connection() as connection:
        return await (await connection.execute(LOCKS)).fetchone()


async def test_nothing_stays_locked(two, vendors, database, ask, pay):
    for number in range(3):
        await two[number % 2].draw(IMAGE, ask.picture(f"{number}"), pay())
    await asyncio.gather(*(gateway._ledger.claims.close() for gateway in two))
    assert await locked(database) is None


async def test_no_claim_no_call(open_gateway, ledger, database, vendors, ask, pay):
    await database.pool.close()
    with pytest.raises(DatabaseLost, match="claims"):
        await open_gateway().draw(IMAGE, ask.picture(), pay())
    assert vendors.image.requests == []


async def test_a_batch_is_not_handed_in_while_the_picture_is_drawn_at_once(
    two, slow, vendors, catalog, ask, pay, caplog
):
    caplog.set_level("INFO", "shortfactory.calls")
    catalog.batched = catalog.text
    first = asyncio.create_task(two[0].draw(IMAGE, ask.picture(), pay("run-1")))
    await slow.asked.wait()
    second = asyncio.create_task(two[1].draw_later(IMAGE, ask.picture(), pay("run-2"), 60))
    await until(lambda: WAITS in caplog.text)
    slow.may_end.set()
    await first
    assert (await second).call.cached
    assert len(vendors.image.requests) == 1
