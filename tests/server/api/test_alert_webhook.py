"""Budget alerts reach the deployment's own webhook: signed, again after a failure, once each."""

import asyncio
import hashlib
import hmac
import json
from base64 import b64decode, b64encode
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from pydantic import ValidationError

from graph.factory import Factory
from providers.alerts import Alerts
from providers.ledger import Bill, Ledger
from server.alerting import AlertCourier
from server.jobs import open_jobs
from server.worker import Worker
from shortfactory.plan import Payer
from shortfactory.settings import BudgetSettings, Settings

SECRET = "whsec_" + b64encode(b"0123456789abcdef0123456789abcdef").decode()


@pytest.fixture
def alerted(settings, database):
    """Makes settings with an alert webhook, after a call that used 60 % of its short's limit."""

    async def make(url, tries=2):
        budget = {"alert_webhook": url, "alert_secret": SECRET}
        chosen = settings.model_copy(
            update={
                "budget": BudgetSettings.model_validate(budget),
                "service": settings.service.model_copy(
                    update={"webhook_attempts": tries, "reap_every_s": 0.05}
                ),
            }
        )
        payer = Payer(run_id="run-1", budget_usd=Decimal(1), node="draw")
        bill = Bill(call_key="k", payer=payer, realm="live", provider="p", model="m")
        ledger = Ledger(database.pool, chosen.budget)
        now = datetime.now(UTC)
        await ledger.reserve(bill, Decimal("0.6"), now)
        await Alerts(database.pool, chosen.budget).look(bill, now)
        return chosen

    return make


@pytest.fixture
def told(alerted, database):
    """Makes a courier who has one alert to deliver."""

    async def make(url, tries=2):
        return AlertCourier(database.pool, await alerted(url, tries))

    return make


async def later(database):
    async with database.pool.connection() as connection:
        await connection.execute("update budget_alerts set tried_at = now() - interval '1 hour'")


async def test_an_alert_is_delivered_once_and_proves_who_sent_it(listener, told, database):
    async with listener() as (url, got):
        courier = await told(url)
        assert await courier.deliver() == 1
        await later(database)
        assert await courier.deliver() == 0
    [(headers, body)] = got
    message = json.loads(body)
    assert message["type"] == "budget.alert"
    facts = message["data"]
    assert (facts["limit_name"], facts["scope"], facts["percent"]) == ("short", "run-1", 50)
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    mac = hmac.digest(b64decode(SECRET.removeprefix("whsec_")), signed, hashlib.sha256)
    assert headers["webhook-signature"] == "v1," + b64encode(mac).decode()


async def test_a_refused_alert_is_tried_again_later_with_the_same_id_and_not_for_ever(
    listener, told, database
):
    async with listener(b"500 Oops") as (url, got):
        courier = await told(url, tries=2)
        for _ in range(2):
            assert await courier.deliver() == 0  # at once: it waits
        assert len(got) == 1
        for _ in range(2):
            await later(database)
            assert await courier.deliver() == 0
    assert len(got) == 2
    assert len({headers["webhook-id"] for headers, _ in got}) == 1


async def test_two_workers_deliver_it_once(listener, told):
    async with listener() as (url, got):
        courier = await told(url)
        assert sum(await asyncio.gather(courier.deliver(), courier.deliver())) == 1
    assert len(got) == 1


async def test_what_passed_long_ago_is_no_news(listener, told, database):
    async with listener() as (url, got):
        courier = await told(url)
        async with database.pool.connection() as connection:
            await connection.execute("update budget_alerts set at = now() - interval '2 days'")
        assert await courier.deliver() == 0
    assert got == []


async def test_a_running_worker_delivers_without_being_asked(listener, alerted):
    async with listener() as (url, got):
        settings, stop = await alerted(url), asyncio.Event()
        async with (
            Factory.open(settings) as factory,
            open_jobs(factory.database, settings.service) as jobs,
            asyncio.TaskGroup() as group,
        ):
            group.create_task(Worker(factory, jobs, 1).run(stop))
            async with asyncio.timeout(20):
                while not got:  # noqa: ASYNC110 - the listener tells by a list
                    await asyncio.sleep(0.01)
            stop.set()
    assert len(got) == 1


@pytest.mark.parametrize("secret", [None, "", "whsec_", "whsec_!", "whsec_c2hvcnQ=", "c2hvcnQ="])
def test_a_webhook_needs_a_secret_that_signs(monkeypatch, secret):
    monkeypatch.setenv("SHORTFACTORY_BUDGET__ALERT_WEBHOOK", "https://example.com/alerts")
    if secret is not None:
        monkeypatch.setenv("SHORTFACTORY_BUDGET__ALERT_SECRET", secret)
    with pytest.raises(ValidationError, match="openssl rand -base64 32"):
        Settings(_env_file=None)
