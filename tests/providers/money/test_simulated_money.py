"""The live adapters against the simulator: its bill and the ledger must be the same money."""

from decimal import Decimal

import httpx
import pytest

from providers.catalog import Catalog
from providers.gateway import Gateway
from providers.ledger import Ledger
from providers.ratelimit import LocalLimiter
from shortfactory.errors import BudgetExceeded, ShortFactoryError
from shortfactory.settings import BudgetSettings, Settings
from simulator.server import Simulator

TEXT = "gemini:gemini-3.1-flash-lite"
IMAGE = "gemini:gemini-nano-banana-2.1"
VOICE = "elevenlabs:eleven_multilingual_v2"
SCHEMA = {"type": "object", "properties": {"prompt": {"type": "string"}}, "required": ["prompt"]}
pytestmark = pytest.mark.slow  # the SDKs load, and pictures are really drawn
ROUNDING = Decimal("0.000001")  # the ledger rounds each call up to a millionth


@pytest.fixture
async def http():
    async with httpx.AsyncClient(trust_env=False) as client:
        yield client


@pytest.fixture
async def simulator():
    async with Simulator() as running:
        yield running


@pytest.fixture
def line(simulator, store, ledger, patience, http):
    """A gateway whose vendors are the simulator, playing a scenario."""

    def opened(scenario="default", limits=None, pool=None):
        settings = Settings(_env_file=None, simulator={"base_url": simulator.at(scenario)})
        own = Ledger(pool, limits) if limits else ledger
        catalog = Catalog(settings, "simulator", http)
        patient = patience.model_copy(update={"deadline_s": 60})
        return Gateway(store, own, catalog, patient, LocalLimiter())

    return opened


def agree(ledger_usd, bill_usd, calls):
    """Equal but for the rounding of each call, which is never downwards."""
    return bill_usd <= ledger_usd <= bill_usd + calls * ROUNDING


async def test_bill_and_ledger_are_the_same_money(line, simulator, ledger, ask, pay):
    gateway = line()
    await gateway.write(TEXT, ask.text(task="reword", schema_=SCHEMA), pay())
    await gateway.draw(IMAGE, ask.picture(), pay())
    await gateway.speak(VOICE, ask.voice("Bees dance to tell the way."), pay())
    spent_usd = await ledger.spent("run-1")
    assert agree(spent_usd, simulator.spent_usd(), 3)
    assert spent_usd > Decimal("0.03")
    assert not any(row.flagged for row in await ledger.rows("run-1"))


@pytest.mark.parametrize("scenario", ["html_502.once", "rate_limited.once", "reset.once"])
async def test_a_passing_fault_is_retried_and_paid_once(
    line, simulator, ledger, ask, pay, scenario
):
    picture = await line(scenario).draw(IMAGE, ask.picture(), pay())
    assert picture.call.attempts == 2
    assert agree(picture.call.cost_usd, simulator.spent_usd(), 1)


async def test_a_crowd_never_passes_the_tenants_limit(line, simulator, database, ask, pay, at_once):
    limit_usd = Decimal("0.15")
    limits = BudgetSettings(tenant_day_usd=limit_usd)
    gateway = line(limits=limits, pool=database.pool)
    drawn = await at_once(
        *(gateway.draw(IMAGE, ask.picture(f"Bee {n}"), pay(run_id=f"run-{n}")) for n in range(8))
    )
    refused = [one for one in drawn if isinstance(one, BudgetExceeded)]
    other = [one for one in drawn if isinstance(one, ShortFactoryError) and one not in refused]
    assert refused
    assert not other
    [total] = await Ledger(database.pool, limits).totals("tenant")
    assert simulator.spent_usd() <= total.spent_usd <= limit_usd
    assert agree(total.spent_usd, simulator.spent_usd(), 8)
