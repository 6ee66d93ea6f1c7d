"""A tenant whose day's money is gone is told so at once, with when to come back."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from providers.ledger import Bill, Ledger
from shortfactory.plan import Payer
from shortfactory.settings import BudgetSettings


@pytest.fixture
def settings(settings):
    return settings.model_copy(update={"budget": BudgetSettings(tenant_day_usd=Decimal("0.10"))})


async def spend(service, amount_usd):
    payer = Payer(run_id="x", tenant="local", budget_usd=Decimal(1), node="illustrate")
    bill = Bill(call_key="k", payer=payer, realm="simulator", provider="gemini", model="image")
    ledger = Ledger(service.database.pool, service.settings.budget)
    await ledger.reserve(bill, Decimal(amount_usd), datetime.now(UTC))


async def test_an_order_without_money_for_today_is_answered_402(service, client):
    await spend(service, "0.10")
    answer = await client.post("/v1/shorts", json={"topic": "Tides", "providers": "simulator"})
    assert answer.status_code == 402
    assert 0 < int(answer.headers["retry-after"]) <= 86_400
    assert "after midnight UTC" in answer.json()["cure"]


async def test_what_costs_nothing_is_made_all_the_same(service, client, script):
    await spend(service, "0.10")
    assert (await client.post("/v1/shorts", json=script)).status_code == 202
