"""A run that can wait: its pictures cost half, and it sleeps in the database meanwhile."""

import asyncio
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from graph.factory import Factory
from shortfactory.errors import InvalidInput
from shortfactory.order import Order, parse_patience
from shortfactory.story import Topic
from simulator.scenarios import Scenario
from simulator.server import Simulator

SCRIPT = """# Why bees dance

## Hook

A bee that finds flowers comes home and dances the way to them.

Picture: A honeybee dancing on a comb

## Close

The mountains behind the village keep the snow until the end of June.

Picture: A snowy mountain above a small village at night
"""
DAY_S = 86_400.0


@pytest.fixture
async def simulator():
    async with Simulator() as running:
        yield running


@pytest.fixture
def chosen(settings, simulator):
    there = settings.simulator.model_copy(update={"base_url": simulator.base_url})
    quick = settings.render.model_copy(update={"quality": "quick"})
    return settings.model_copy(update={"simulator": there, "render": quick})


def order(**more):
    facts = {"providers": "simulator", "budget_usd": Decimal("0.25"), "approve": "auto"}
    return Order(topic=Topic(text="Bees", script=SCRIPT), patience_s=DAY_S, **{**facts, **more})


def batches(simulator):
    return sum(row.kind == "batch" for row in simulator.bill())


@pytest.mark.slow
async def test_a_run_sleeps_until_its_pictures_are_there(chosen, simulator, monkeypatch):
    monkeypatch.setattr("simulator.gemini_routes.BATCH_TIMES", 0.2)
    simulator.set(Scenario(latency="usual"))
    async with Factory.open(chosen) as factory:
        run = await factory.start(order())
        asleep = await factory.work(run.id)
        assert asleep.status == "parked"
        assert "Waiting for Gemini's batch" in asleep.reason
        assert asleep.wake_at - datetime.now(UTC) < timedelta(seconds=301)
    simulator.house.stage().scenario = Scenario()  # no more delays but those that have begun
    async with Factory.open(chosen) as factory:  # another process, another day
        done = await until_done(factory, run.id)
        calls = [call for call in (await factory.show(run.id)).calls if call.node == "illustrate"]
    assert done.wake_at is None
    assert batches(simulator) == 2
    assert [call.status for call in calls] == ["settled", "settled"]
    assert all(call.spent_usd < Decimal("0.018") for call in calls)


async def until_done(factory, run_id):
    """Ask as a worker does, only sooner."""
    for _ in range(30):
        run = await factory.work(run_id)
        if run.wake_at is None:
            break
        await asyncio.sleep(1)
    assert run.status == "done", run.reason
    return run


@pytest.mark.slow
async def test_a_cancelled_run_cancels_its_batches(chosen, simulator):
    simulator.set(Scenario(latency="usual"))
    async with Factory.open(chosen) as factory:
        run = await factory.start(order())
        await factory.work(run.id)
        cancelled = await factory.cancel(run.id)
        calls = (await factory.show(run.id)).calls
    assert cancelled.status == "cancelled"
    assert not [row for row in simulator.bill() if row.kind == "image"]
    assert not [call for call in calls if call.status == "reserved"]
    assert sum(path.endswith(":cancel") for path in simulator.requests()) == 2


async def test_patience_is_refused_where_nothing_is_drawn_later(settings):
    async with Factory.open(settings) as factory:
        with pytest.raises(InvalidInput, match="draws at once"):
            await factory.start(order(providers="offline"))


@pytest.mark.parametrize(("text", "seconds"), [("10m", 600), ("24h", DAY_S), (" 2d ", 2 * DAY_S)])
def test_patience_is_read(text, seconds):
    assert parse_patience(text) == seconds


@pytest.mark.parametrize("text", ["", "24", "h", "1.5h", "-1h", "9m", "3d", "²h", "1e9h"])
def test_another_patience_is_refused(text):
    with pytest.raises(InvalidInput, match="patience"):
        parse_patience(text)
