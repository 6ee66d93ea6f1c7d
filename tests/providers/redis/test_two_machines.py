"""Two machines with homes of their own, one Redis: the second pays for no text again."""

from collections import Counter
from contextlib import asynccontextmanager
from decimal import Decimal

import pytest
from pydantic import SecretStr

from bench.faults import settings_for
from bench.unfilmed import Unfilmed
from graph.factory import Factory
from shortfactory.order import Order
from shortfactory.story import Topic
from simulator.scenarios import Scenario
from simulator.server import Simulator

ORDER = Order(
    topic=Topic(text="Why bees dance", seconds=6, scenes=1),
    providers="simulator",
    budget_usd=Decimal(1),
    approve="auto",
)


@pytest.fixture
def machine(monkeypatch, tmp_path, database_url, server):
    """Opens factories, each in a home of its own; everything is real but the frames."""
    monkeypatch.setattr("graph.line.RenderDoor", lambda *_: Unfilmed(1))

    @asynccontextmanager
    async def opened(name, simulator):
        settings = settings_for(tmp_path / name, simulator, database_url)
        async with Factory.open(
            settings.model_copy(update={"redis_url": SecretStr(server.url)})
        ) as factory:
            yield factory

    return opened


async def made(factory, simulator):
    """What the vendors were paid for, by kind, to make the short."""
    simulator.clear()
    run = await factory.work((await factory.start(ORDER)).id)
    assert run.status == "done", run.reason
    paid = Counter(row.kind for row in simulator.bill() if row.usd)
    return paid


@pytest.mark.slow
async def test_the_second_machine_pays_for_no_text(machine):
    async with Simulator(scenario=Scenario(pictures=4)) as simulator:
        async with machine("first", simulator) as factory:
            first = await made(factory, simulator)
        async with machine("second", simulator) as factory:
            second = await made(factory, simulator)
    assert first["text"] >= 2
    assert (second["text"], second["image"]) == (0, first["image"])
