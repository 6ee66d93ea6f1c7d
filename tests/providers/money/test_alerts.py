"""Thresholds of the limits are told once each, whoever passes them."""

from datetime import timedelta
from decimal import Decimal

import pytest

from providers.alerts import Alerts
from providers.ledger import Bill, Ledger
from shortfactory.errors import BudgetExceeded
from shortfactory.settings import BudgetSettings

IMAGE = "gemini:gemini-nano-banana-2.1"
LIMITS = BudgetSettings(
    tenant_day_usd=Decimal(2), deployment_day_usd=Decimal(4), deployment_month_usd=Decimal(8)
)


@pytest.fixture
def spend(database, pay, clock):
    """Spend dollars and return what was told of it."""
    ledger, alerts = Ledger(database.pool, LIMITS), Alerts(database.pool, LIMITS)

    async def spent(usd, run_id="run-1", tenant="local", budget_usd="1"):
        payer = pay(run_id=run_id, budget_usd=budget_usd, tenant=tenant)
        bill = Bill(call_key="k", payer=payer, realm="live", provider="p", model="m")
        held = await ledger.reserve(bill, Decimal(usd), clock())
        await ledger.settle(held, Decimal(usd), {})
        told = await alerts.look(bill, clock())
        return [(alert.limit_name, alert.percent) for alert in told]

    return spent


async def test_each_threshold_is_told_once(spend):
    assert await spend("0.49") == []
    assert await spend("0.01") == [("short", 50)]
    assert await spend("0.01") == []
    assert await spend("0.49") == [("short", 80), ("short", 100), ("tenant_day", 50)]


async def test_all_four_limits_have_their_thresholds(spend):
    await spend("1", "a", "t1")
    await spend("1", "b", "t1")
    told = await spend("1.2", "c", "t2", budget_usd="10")
    assert told == [("deployment_day", 80), ("tenant_day", 50)]
    assert ("deployment_month", 50) in await spend("0.8", "d", "t2", budget_usd="10")


async def test_a_raised_limit_has_thresholds_of_its_own(spend):
    assert await spend("0.5") == [("short", 50)]
    assert await spend("0.5", budget_usd="2") == [("short", 50), ("tenant_day", 50)]


async def test_another_day_begins_anew_but_not_another_month(spend, clock):
    await spend("1", "a")
    clock.now += timedelta(days=1)
    whole = [("short", 50), ("short", 80), ("short", 100)]
    assert await spend("1", "b") == [*whole, ("tenant_day", 50)]


async def test_a_crowd_is_told_once(spend, at_once):
    told = await at_once(*(spend("0.1", f"run-{n}") for n in range(12)))
    assert [each for one in told for each in one].count(("tenant_day", 50)) == 1


async def test_the_gateway_tells_by_log_and_a_refusal_is_a_limit_used_up(gateway, ask, pay, caplog):
    await gateway.draw(IMAGE, ask.picture(), pay(budget_usd="0.06"))
    with pytest.raises(BudgetExceeded):
        await gateway.draw(
            "gemini:gemini-nano-banana-2.1", ask.picture("x"), pay(budget_usd="0.06")
        )
    told = [r for r in caplog.records if getattr(r, "action", "") == "budget_alert"]
    assert [(r.limit_name, r.percent) for r in told] == [("short", 50), ("short", 100)]
    assert "50 % of the short limit $0.06 is used by run-1" in told[0].getMessage()
