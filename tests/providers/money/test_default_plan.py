"""The default plan is promised below a quarter dollar: on paper, and with a script written."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from pydantic import SecretStr

from graph.factory import Factory
from providers.catalog import plan_for
from providers.estimate import estimate
from providers.usage_bounds import MOST_REMAINDER_TOKENS
from shortfactory.order import Order
from shortfactory.plan import Plan
from shortfactory.settings import Settings
from shortfactory.story import Topic
from simulator.server import Simulator

QUARTER_USD = Decimal("0.25")
NOW = datetime(2026, 11, 22, tzinfo=UTC)
TOPIC = Topic(text="Why bees dance")
RECORDED_REMAINDERS = (149, 346, 150 + 149, 340 + 346)  # tokens beside a picture's own


@pytest.fixture
def keyed():
    keys = {"google_api_key": SecretStr("key"), "elevenlabs_api_key": SecretStr("key")}
    return Settings(_env_file=None).model_copy(update=keys)


def test_the_default_plan_needs_less_than_a_quarter(keyed):
    assert (TOPIC.seconds, TOPIC.scenes) == (45, 6)
    plan = plan_for(keyed, "live", NOW.date())
    found = estimate(TOPIC, plan, keyed.graph, NOW)
    assert found.needed_usd < QUARTER_USD
    assert found.needed_usd - found.expected_usd < Decimal("0.011")


def test_the_dearest_usual_plan_needs_less_than_half_a_dollar(keyed):
    plan = plan_for(keyed, "live", NOW.date())
    dearest = {
        "text": "gemini:gemini-3.1-pro-preview",
        "image": "gemini:gemini-nano-banana-2.1",
        "image_fallback": plan.image,
        "voice": "elevenlabs:eleven_multilingual_v2",
    }
    dear = Plan.model_validate({**plan.model_dump(), **dearest})
    assert estimate(TOPIC, dear, keyed.graph, NOW).needed_usd < 2 * QUARTER_USD


def test_no_recorded_picture_would_be_cut_off():
    assert max(RECORDED_REMAINDERS) * 2 <= MOST_REMAINDER_TOKENS


@pytest.mark.slow
async def test_a_written_script_passes_the_guard_without_economies(settings):
    async with Simulator() as simulator:
        there = settings.simulator.model_copy(update={"base_url": simulator.base_url})
        chosen = settings.model_copy(update={"simulator": there})
        order = Order(topic=TOPIC, providers="simulator", budget_usd=QUARTER_USD)
        async with Factory.open(chosen) as factory:
            run = await factory.start(order)
            run = await factory.work(run.id)
            short = await factory.show(run.id)
    assert run.status == "waiting_approval"
    assert short.economies == ()
    needed_usd = Decimal(short.estimate["needed_usd"])
    assert short.spent_usd + needed_usd <= QUARTER_USD
