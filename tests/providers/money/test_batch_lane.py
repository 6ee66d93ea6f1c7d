"""Pictures by batch: half the price, never handed in twice, found again whoever died."""

import asyncio
from datetime import timedelta
from decimal import Decimal

import httpx
import pytest

from providers.batch_lane import Waiting
from providers.batch_rows import BatchRows
from providers.catalog import Catalog
from providers.gateway import Gateway
from providers.ratelimit import LocalLimiter
from shortfactory.errors import BudgetExceeded, ConfigurationError, ContentRefused, ProviderDown
from shortfactory.settings import GatewaySettings, Settings
from simulator.faults import Deck, Fault
from simulator.scenarios import KINDS, Scenario
from simulator.server import Simulator

IMAGE = "gemini:gemini-3.1-flash-lite-image"
DAY_S = 86_400
PATIENCE = GatewaySettings()
pytestmark = pytest.mark.slow  # the SDK loads, and pictures are really drawn


@pytest.fixture
async def simulator():
    async with Simulator() as running:
        yield running


class Vendor:
    """One scenario of the simulator, and gateways that a process after the other opens on it."""

    def __init__(self, simulator, store, ledger, patience, clock, http):
        self.simulator, self.parts = simulator, (store, ledger)
        self.patience, self.clock, self.http = patience, clock, http
        self.name = "default"

    def play(self, *faults, latency="instant"):
        self.name = "batches"
        self.simulator.set(Scenario(faults=faults, latency=latency), self.name)

    def hurry(self):
        """Answer without delay from now on; what was handed in goes on."""
        stage = self.simulator.house.stage(self.name)
        stage.scenario = stage.scenario.model_copy(update={"latency": "instant"})

    def process(self, limiter=None, **changes):
        base_url = self.simulator.at(self.name)
        settings = Settings(_env_file=None, simulator={"base_url": base_url})
        catalog = Catalog(settings, "simulator", self.http)
        patience = self.patience.model_copy(update=changes)
        return Gateway(*self.parts, catalog, patience, limiter or LocalLimiter(), self.clock)

    @property
    def submitted(self):
        return sum(row.kind == "batch" for row in self.simulator.bill(self.name))

    @property
    def polls(self):
        asked = self.simulator.requests(self.name).items()
        return sum(times for path, times in asked if "v1beta/batches/" in path)

    @property
    def spent_usd(self):
        return self.simulator.spent_usd(self.name)


@pytest.fixture
async def vendor(simulator, store, ledger, patience, clock):
    async with httpx.AsyncClient(trust_env=False) as http:
        yield Vendor(simulator, store, ledger, patience, clock, http)


async def fetched(gateway, request, payer, patience_s=DAY_S):
    """Ask until it is there, as a worker does, only sooner."""
    async with asyncio.timeout(20):
        while True:
            drawn = await gateway.draw_later(IMAGE, request, payer, patience_s)
            if not isinstance(drawn, Waiting):
                return drawn
            await asyncio.sleep(0.02)


async def test_a_batch_costs_half_and_is_never_asked_twice(vendor, ledger, ask, pay):
    request = ask.picture("A bee")
    waiting = await vendor.process().draw_later(IMAGE, request, pay(), DAY_S)
    assert isinstance(waiting, Waiting)
    picture = await fetched(vendor.process(), request, pay())
    assert vendor.submitted == 1
    assert vendor.spent_usd <= picture.call.cost_usd <= vendor.spent_usd + Decimal("0.000001")
    assert picture.call.cost_usd < Decimal("0.0176")
    [row] = await ledger.rows("run-1")
    assert (row.status, row.note, row.flagged) == ("settled", "batch", "")
    again = await vendor.process().draw_later(IMAGE, request, pay("run-2"), DAY_S)
    assert again.call.cached


async def test_the_worst_case_is_held_at_the_lanes_own_price(vendor, ledger, ask, pay):
    await vendor.process().draw_later(IMAGE, ask.picture(), pay(), DAY_S)
    held_usd = await ledger.spent("run-1")
    too_little = pay("run-2", budget_usd=str(held_usd - Decimal("0.000001")))
    with pytest.raises(BudgetExceeded):
        await vendor.process().draw_later(IMAGE, ask.picture("A fox"), too_little, DAY_S)
    assert vendor.submitted == 1


async def test_recovery_leaves_a_batch_alone(vendor, ledger, ask, pay):
    await vendor.process().draw_later(IMAGE, ask.picture(), pay(), DAY_S)
    assert await vendor.process().recover("run-1") == ()
    assert len(await ledger.open("run-1")) == 1


async def test_a_batch_whose_name_was_lost_is_found_by_its_title(
    vendor, database, clock, ask, pay, monkeypatch
):
    async def dies(*_):
        raise asyncio.CancelledError

    with monkeypatch.context() as patched:
        patched.setattr(BatchRows, "named", dies)
        with pytest.raises(asyncio.CancelledError):
            await vendor.process().draw_later(IMAGE, ask.picture(), pay(), DAY_S)
    [row] = await BatchRows(database.pool).of_run("run-1")
    assert row.name is None
    clock.now += timedelta(seconds=2 * PATIENCE.batch_arrival_s)
    picture = await fetched(vendor.process(), ask.picture(), pay())
    assert vendor.submitted == 1
    assert not picture.call.flagged


async def test_a_batch_that_never_arrived_is_handed_in_again_but_not_at_once(
    vendor, clock, ask, pay
):
    vendor.play(Fault(action="reset", kind="batch", times=1))
    assert isinstance(
        await vendor.process().draw_later(IMAGE, ask.picture(), pay(), DAY_S), Waiting
    )
    assert isinstance(
        await vendor.process().draw_later(IMAGE, ask.picture(), pay(), DAY_S), Waiting
    )
    assert vendor.submitted == 1
    clock.now += timedelta(seconds=PATIENCE.batch_arrival_s)
    await fetched(vendor.process(), ask.picture(), pay())
    assert vendor.submitted == 2


async def test_runs_that_want_the_same_picture_share_a_batch(vendor, ledger, ask, pay, at_once):
    runs = [vendor.process().draw_later(IMAGE, ask.picture(), pay(f"r{n}"), DAY_S) for n in "123"]
    assert all(isinstance(one, Waiting) for one in await at_once(*runs))
    await fetched(vendor.process(), ask.picture(), pay("r3"))
    assert vendor.submitted == 1
    paid = [row for n in "123" for row in await ledger.rows(f"r{n}") if row.spent_usd]
    assert len(paid) == 1


async def test_a_refusal_in_a_batch_is_the_graphs_to_answer(vendor, ledger, ask, pay):
    vendor.play(Fault(action="refuse", kind="image", times=1))
    with pytest.raises(ContentRefused):
        await fetched(vendor.process(), ask.picture(), pay())
    await fetched(vendor.process(), ask.picture(), pay())
    first, second = await ledger.rows("run-1")
    assert first.spent_usd < second.spent_usd
    assert vendor.submitted == 2


async def test_a_failure_inside_a_batch_costs_nothing(vendor, ledger, ask, pay):
    vendor.play(Fault(action="unavailable", kind="image", times=1))
    with pytest.raises(ProviderDown):
        await fetched(vendor.process(), ask.picture(), pay())
    [row] = await ledger.rows("run-1")
    assert (row.status, row.spent_usd) == ("released", 0)


async def test_stopping_ends_the_batch_at_the_vendor(vendor, ledger, database, ask, pay):
    vendor.play(latency="usual")
    await vendor.process().draw_later(IMAGE, ask.picture(), pay(), DAY_S)
    await vendor.process().stop_batches("run-1")
    assert vendor.spent_usd == 0
    assert await ledger.spent("run-1") in (0, (await ledger.rows("run-1"))[0].reserved_usd)
    assert await BatchRows(database.pool).of_run("run-1") == ()


async def test_patience_ends_and_the_picture_is_drawn_at_once(vendor, ledger, clock, ask, pay):
    vendor.play(latency="usual")
    gateway = vendor.process()
    await gateway.draw_later(IMAGE, ask.picture(), pay(), 3600)
    clock.now += timedelta(hours=2)
    vendor.hurry()
    picture = await fetched(gateway, ask.picture(), pay(), 3600)
    assert vendor.submitted == 1
    released, paid = await ledger.rows("run-1")
    assert (released.status, paid.status) == ("released", "settled")
    assert picture.call.cost_usd > Decimal("0.0336")


async def test_offline_models_draw_at_once_or_not_at_all(vendor, ask, pay):
    with pytest.raises(ConfigurationError):
        await vendor.process().draw_later("offline:illustrator", ask.picture(), pay(), DAY_S)


@pytest.mark.parametrize("action", ["usage_missing", "usage_negative", "usage_absurd"])
async def test_useless_usage_of_a_batch_settles_at_the_reservation(
    vendor, ledger, ask, pay, action
):
    vendor.play(Fault(action=action, kind="image"))
    picture = await fetched(vendor.process(), ask.picture(), pay())
    [row] = await ledger.rows("run-1")
    assert row.spent_usd == row.reserved_usd == picture.call.cost_usd
    assert picture.call.flagged


class Watched(LocalLimiter):
    """Notes who was let through."""

    def __init__(self):
        super().__init__()
        self.passed = []

    def slot(self, limits, run_id):
        self.passed.append((limits.name, limits.per_minute, run_id))
        return super().slot(limits, run_id)


async def test_batches_take_their_turn_in_the_models_own_line(vendor, ask, pay):
    limiter = Watched()
    await fetched(vendor.process(limiter), ask.picture(), pay())
    allowed = Settings(_env_file=None).gemini.images_per_minute
    assert set(limiter.passed) == {(IMAGE, allowed, "run-1")}
    assert len(limiter.passed) == vendor.submitted + vendor.polls


async def test_questions_stop_while_the_vendor_is_down(vendor, ask, pay):
    vendor.play(latency="usual")
    gateway = vendor.process(breaker_failures=2, breaker_rest_s=60)
    await gateway.draw_later(IMAGE, ask.picture(), pay(), DAY_S)
    stage = vendor.simulator.house.stage(vendor.name)
    stage.deck = Deck((Fault(action="unavailable", kind="catalogue"),), KINDS, 0)
    for _ in range(5):
        again = await gateway.draw_later(IMAGE, ask.picture(), pay(), DAY_S)
        assert isinstance(again, Waiting)
    assert vendor.polls == 2


async def test_a_question_that_hangs_ends_at_the_deadline(vendor, ask, pay):
    vendor.play(Fault(action="stuck", kind="catalogue"))
    await vendor.process().draw_later(IMAGE, ask.picture(), pay(), DAY_S)
    hurried = vendor.process(deadline_s=0.2)
    async with asyncio.timeout(10):
        assert isinstance(await hurried.draw_later(IMAGE, ask.picture(), pay(), DAY_S), Waiting)
