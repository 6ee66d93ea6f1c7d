"""Every edge under its fault: what the run does, says, asks for and pays, held to the bill."""

from decimal import Decimal

import pytest

from bench.faults import DRAWINGS, PAGE, paid_twice, play, requests, row
from bench.trials import TRIALS
from shortfactory.order import Order
from shortfactory.settings import BudgetSettings
from shortfactory.story import Topic
from simulator.faults import Fault
from simulator.scenarios import Scenario

pytestmark = pytest.mark.asyncio(loop_scope="module")
ROUNDING = Decimal("0.000001")  # the ledger rounds each call up to a millionth


def agree(ledger_usd, bill_usd, calls):
    """Equal but for the rounding of each call, which is never downwards."""
    return bill_usd <= ledger_usd <= bill_usd + calls * ROUNDING


@pytest.mark.parametrize("trial", TRIALS, ids=lambda trial: trial.name)
async def test_a_fault_takes_its_edge(trial, workshop, simulator, line_settings):
    seen = await play(trial, workshop, simulator, line_settings)
    assert (seen.text, seen.picture, seen.voice) == (trial.text, trial.picture, trial.voice)
    assert (seen.status, bool(seen.reason)) == (trial.status, bool(trial.says))
    assert trial.says in seen.reason
    assert seen.requests == trial.requests
    if trial.exact:
        assert agree(seen.spent_usd, seen.bill_usd, sum(seen.requests.values()))
    else:
        assert seen.bill_usd <= seen.spent_usd
    if seen.status == "parked":
        assert (seen.after, seen.again, seen.paid_twice) == ("done", trial.cure, ())
    assert row(trial, seen) in PAGE.read_text("utf-8"), "run: python -m bench.faults"


def order(scenes=1, **facts):
    topic = Topic(text="Why bees dance", seconds=max(6, 4 * scenes), scenes=scenes)
    usual = {"providers": "simulator", "budget_usd": Decimal(3), "approve": "auto"}
    return Order(topic=topic, **{**usual, **facts})


@pytest.fixture
def plays(simulator):
    """Set the scenario and empty the bill."""

    def start(*faults):
        simulator.set(Scenario(faults=faults, pictures=DRAWINGS))
        simulator.clear()

    return start


async def test_an_empty_purse_is_asked_once_though_three_scenes_are_made_at_once(
    workshop, simulator, line_settings, plays
):
    one_voice = line_settings.elevenlabs.model_copy(update={"concurrency": 1})
    factory = workshop.factory(line_settings.model_copy(update={"elevenlabs": one_voice}))
    plays(Fault(action="insufficient_credits"))
    run = await factory.work((await factory.start(order(scenes=3))).id)
    assert (run.status, requests(simulator)["voice"]) == ("parked", 1)
    assert "Add credits or change the plan, then resume." in run.reason
    drawn = requests(simulator).get("image", 0)  # on their way already: they are kept
    plays()
    run = await factory.work(run.id)
    assert (run.status, run.reason) == ("done", "")
    assert requests(simulator).get("image", 0) == 3 - drawn
    assert requests(simulator)["voice"] == 3
    assert not paid_twice(await factory.show(run.id))


async def test_a_budget_lowered_meanwhile_stops_the_next_call(
    workshop, simulator, line_settings, plays
):
    factory = workshop.factory(line_settings)
    plays()
    run = await factory.work((await factory.start(order(approve="ask"))).id)
    assert run.status == "waiting_approval"
    await factory.raise_budget(run.id, Decimal("0.03"))
    await factory.approve(run.id, script_version=1)
    run = await factory.work(run.id)
    assert run.status == "waiting_budget"
    assert "left of the short limit. Raise the budget and resume" in run.reason
    assert (await factory.show(run.id)).spent_usd <= Decimal("0.03")
    await factory.raise_budget(run.id, Decimal(1))
    run = await factory.work(run.id)
    assert (run.status, run.reason) == ("done", "")
    short = await factory.show(run.id)
    assert not paid_twice(short)
    assert agree(short.spent_usd, simulator.spent_usd(), 4)


async def test_the_limit_of_a_day_says_which_setting_to_raise(workshop, line_settings, plays):
    poor = BudgetSettings(tenant_day_usd=Decimal("0.02"))
    settings = line_settings.model_copy(update={"budget": poor})
    plays()
    factory = workshop.factory(settings)
    run = await factory.work((await factory.start(order(tenant="poor"))).id)
    assert run.status == "waiting_budget"
    assert "SHORTFACTORY_BUDGET__TENANT_DAY_USD, or wait for the next day" in run.reason
    rich = workshop.factory(line_settings)
    assert (await rich.work(run.id)).status == "done"


async def test_a_budget_below_every_plan_waits_before_anything_dear(
    workshop, simulator, line_settings, plays
):
    factory = workshop.factory(line_settings)
    plays()
    run = await factory.work((await factory.start(order(budget_usd=Decimal("0.03")))).id)
    assert run.status == "waiting_budget"
    assert "above the budget. Raise it and resume" in run.reason
    assert set(requests(simulator)) == {"text"}
    await factory.raise_budget(run.id, Decimal(1))
    run = await factory.work(run.id)
    assert run.status == "done"
    assert agree((await factory.show(run.id)).spent_usd, simulator.spent_usd(), 12)
