"""Wherever a process stops between two checkpoints, the next one goes on from there."""

import asyncio
from decimal import Decimal

import psycopg
import pytest

from graph.drive import config_of
from graph.factory import Factory
from shortfactory.order import Order
from shortfactory.story import Topic

SCRIPT = "# Why bees dance\n\n## Hook\n\nA bee dances.\n\n> A bee\n"
ORDER = Order(
    topic=Topic(script=SCRIPT, seconds=5, scenes=1),
    providers="offline",
    budget_usd=Decimal("0.1"),
)
WAITS = """
select count(*) from pg_locks join pg_database on pg_database.oid = database
where datname = current_database() and relation = 'ledger'::regclass and not granted
"""
LOSE_LAST = "delete from checkpoints where thread_id = %(id)s and checkpoint_id = "
LOSE_LAST += "(select max(checkpoint_id) from checkpoints where thread_id = %(id)s)"


async def test_drained_before_its_first_step_a_run_begins_again(settings):
    async with Factory.open(settings) as factory:
        run = await factory.start(ORDER)
        factory.drain()
        assert (await factory.work(run.id)).status == "queued"
    async with Factory.open(settings) as factory:
        assert (await factory.work(run.id)).status == "waiting_approval"


@pytest.mark.parametrize("lost", [1, 2, 3, 4])
async def test_a_result_without_its_checkpoint_is_not_the_end(settings, database, lost):
    async with Factory.open(settings) as factory:
        run = await factory.start(ORDER)
        await factory.work(run.id)
        async with database.pool.connection() as connection:
            for _ in range(lost):
                await connection.execute(LOSE_LAST, {"id": run.id})
            await connection.execute("update runs set status = 'running'")
        kept = await factory._lines.graph("offline").aget_state(config_of(run.id))
        assert not kept.next, "the step's result is kept, and no checkpoint has it"
        assert (await factory.work(run.id)).status == "waiting_approval"


@pytest.mark.parametrize("after_ms", [20, 60, 100, 140])
async def test_stopped_at_any_moment_it_goes_on(settings, after_ms):
    async with Factory.open(settings) as factory:
        run = await factory.start(ORDER)
        working = asyncio.create_task(factory.work(run.id))
        await asyncio.sleep(after_ms / 1000)
        factory.drain()
        working.cancel()
        await asyncio.wait([working])
    async with Factory.open(settings) as factory:
        assert (await factory.work(run.id)).status == "waiting_approval"


@pytest.mark.parametrize("left", ["parked", "queued"])
async def test_cancelled_it_is_left_as_whoever_works_on_it_wants(settings, left):
    async with Factory.open(settings) as factory:
        run = await factory.start(ORDER)
        begun = asyncio.Event()

        def watch(event):
            if event.kind == "node":
                begun.set()

        working = asyncio.create_task(factory.work(run.id, watch=watch, interrupted=left))
        await begun.wait()
        working.cancel()
        await asyncio.wait([working])
        assert (await factory.database.runs.get(run.id)).status == left


async def test_cancelled_while_it_looks_for_lost_calls_its_row_says_so(settings, database_url):
    async with Factory.open(settings) as factory:
        run = await factory.start(ORDER)
        async with await psycopg.AsyncConnection.connect(database_url) as other:
            await other.execute("lock table ledger in access exclusive mode")
            working = asyncio.create_task(factory.work(run.id))
            async with asyncio.timeout(60):
                while not (await (await other.execute(WAITS)).fetchone())[0]:  # noqa: ASYNC110
                    await asyncio.sleep(0.02)
            working.cancel()
            await asyncio.wait([working])
        assert (await factory.database.runs.get(run.id)).status == "parked"
