"""Limits hold, and every dollar is accounted for, on a real Postgres."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import psycopg
import pytest

from providers.ledger import Bill, Ledger
from shortfactory.errors import BudgetExceeded, InvalidInput, RunBusy, StorageError
from shortfactory.settings import BudgetSettings

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
TENTH = Decimal("0.1")


@pytest.fixture
def bill(pay):
    def made(run_id="run-1", realm="live", **who):
        return Bill(
            call_key="k" * 64,
            payer=pay(run_id=run_id, **who),
            realm=realm,
            provider="gemini",
            model="m",
        )

    return made


async def balanced(database):
    """History, day totals and rows must tell the same sum."""
    async with database.pool.connection() as connection:
        sums = await connection.execute(
            "select (select coalesce(sum(held_usd), 0) from ledger) as rows,"
            " (select coalesce(sum(held_usd), 0) from ledger_day) as days,"
            " (select coalesce(sum(change_usd), 0) from ledger_history) as history"
        )
        found = await sums.fetchone()
    return found["rows"] == found["days"] == found["history"]


async def test_fifty_at_once_grant_exactly_what_fits(ledger, database, bill, at_once):
    granted = await at_once(
        *(ledger.reserve(bill(budget_usd="1"), Decimal("0.03"), NOON) for _ in range(50))
    )
    refused = [one for one in granted if isinstance(one, BudgetExceeded)]
    assert len(granted) - len(refused) == 33
    assert {(one.limit, one.left_usd) for one in refused} == {("short", Decimal("0.01"))}
    assert await ledger.spent("run-1") == Decimal("0.99")
    assert await balanced(database)


async def test_runs_share_the_tenants_day(database, bill, at_once):
    ledger = Ledger(database.pool, BudgetSettings(tenant_day_usd=Decimal("0.5")))
    bills = [bill(run_id=f"run-{number}") for number in range(20)]
    granted = await at_once(*(ledger.reserve(each, TENTH, NOON) for each in bills))
    assert sum(not isinstance(one, BudgetExceeded) for one in granted) == 5
    await ledger.reserve(bill(run_id="other", tenant="other"), TENTH, NOON)


@pytest.mark.parametrize(
    ("limit", "setting"),
    [("deployment_day", "deployment_day_usd"), ("deployment_month", "deployment_month_usd")],
)
async def test_tenants_share_the_deployments_limits(database, bill, limit, setting):
    ledger = Ledger(database.pool, BudgetSettings(**{setting: Decimal("0.15")}))
    await ledger.reserve(bill(tenant="a"), TENTH, NOON)
    with pytest.raises(BudgetExceeded) as caught:
        await ledger.reserve(bill(run_id="run-2", tenant="b"), TENTH, NOON)
    assert (caught.value.limit, caught.value.left_usd) == (limit, Decimal("0.05"))
    assert "deployment" in str(caught.value)


async def test_midnight_opens_a_new_day_but_not_a_new_month(database, bill):
    limits = BudgetSettings(tenant_day_usd=TENTH, deployment_month_usd=Decimal("0.2"))
    ledger = Ledger(database.pool, limits)
    late = datetime(2026, 11, 28, 23, 59, 59, tzinfo=UTC)
    held = await ledger.reserve(bill(), TENTH, late)
    await ledger.reserve(bill(), TENTH, late + timedelta(seconds=1))
    await ledger.settle(held, TENTH, {})
    with pytest.raises(BudgetExceeded) as caught:
        await ledger.reserve(bill(), TENTH, late + timedelta(days=1, seconds=1))
    assert caught.value.limit == "deployment_month"
    await ledger.reserve(bill(), TENTH, late + timedelta(days=2, seconds=1))


async def test_simulated_dollars_do_not_use_up_real_ones(database, bill):
    ledger = Ledger(database.pool, BudgetSettings(deployment_day_usd=TENTH))
    await ledger.reserve(bill(realm="simulator"), TENTH, NOON)
    await ledger.reserve(bill(run_id="run-2"), TENTH, NOON)


async def test_a_raised_budget_goes_on(ledger, bill):
    with pytest.raises(BudgetExceeded):
        await ledger.reserve(bill(budget_usd="0.05"), TENTH, NOON)
    assert (await ledger.reserve(bill(budget_usd="0.10"), TENTH, NOON)).worst_usd == TENTH


async def test_settling_frees_what_was_not_used(ledger, database, bill):
    held = await ledger.reserve(bill(), TENTH, NOON)
    closed = await ledger.settle(held, Decimal("0.0123451"), {"images": 1})
    assert closed.spent_usd == await ledger.spent("run-1") == Decimal("0.012346")
    assert await balanced(database)


async def test_closing_twice_changes_nothing(ledger, database, bill):
    held = await ledger.reserve(bill(), TENTH, NOON)
    await ledger.settle(held, Decimal("0.02"), {})
    await ledger.release(held, "again")
    await ledger.lose(held, "again")
    assert await ledger.spent("run-1") == Decimal("0.02")
    assert await balanced(database)


async def test_the_truth_corrects_a_loss(ledger, bill):
    held = await ledger.reserve(bill(), TENTH, NOON)
    await ledger.lose(held, "killed")
    assert await ledger.spent("run-1") == TENTH
    await ledger.settle(held, Decimal("0.03"), {})
    assert await ledger.spent("run-1") == Decimal("0.03")


async def test_a_closed_reservation_must_not_be_sent(ledger, bill):
    held = await ledger.reserve(bill(), TENTH, NOON)
    await ledger.release(held, "recovered elsewhere")
    with pytest.raises(RunBusy):
        await ledger.sending(held)


async def test_rows_cannot_be_deleted_or_reopened(ledger, database, bill):
    held = await ledger.reserve(bill(), TENTH, NOON)
    await ledger.settle(held, TENTH, {})
    async with database.pool.connection() as connection:
        with pytest.raises(psycopg.errors.RaiseException, match="never deleted"):
            await connection.execute("delete from ledger")
        with pytest.raises(psycopg.errors.RaiseException, match="cannot go from"):
            await connection.execute("update ledger set status = 'reserved'")


async def test_free_calls_need_no_budget(database, bill):
    ledger = Ledger(database.pool, BudgetSettings(tenant_day_usd=Decimal("0.01")))
    held = await ledger.reserve(bill(budget_usd="0.000001"), Decimal(0), NOON)
    assert (await ledger.settle(held, Decimal(0), {})).spent_usd == 0


async def test_an_unreachable_ledger_is_a_storage_error(ledger, database, bill):
    await database.pool.close()
    with pytest.raises(StorageError, match="ledger"):
        await ledger.reserve(bill(), TENTH, NOON)


async def test_totals_say_where_the_money_went(ledger, bill):
    for scene, run in ((1, "run-1"), (2, "run-1"), (1, "run-2")):
        held = await ledger.reserve(bill(run_id=run, scene=scene), TENTH, NOON)
        await ledger.sending(held)
        await ledger.settle(held, Decimal("0.02"), {})
    await ledger.cached(bill(), Decimal("0.02"), NOON)
    [one, two] = await ledger.totals("short")
    assert (one.key, one.calls, one.cached, one.spent_usd, one.saved_usd) == (
        "run-1",
        2,
        1,
        Decimal("0.04"),
        Decimal("0.02"),
    )
    assert two.spent_usd == Decimal("0.02")
    assert [total.key for total in await ledger.totals("day")] == ["2026-11-22"]
    assert await ledger.totals("day", since=NOON.date() + timedelta(days=1)) == ()
    assert len(await ledger.totals("scene", tenant="local", realm="live")) == 3
    with pytest.raises(InvalidInput, match="use one of"):
        await ledger.totals("weather")


async def test_a_receipt_adds_up_to_the_ledger(ledger, bill):
    for used in ("0.01", "0.02", "0.03"):
        await ledger.settle(await ledger.reserve(bill(), TENTH, NOON), Decimal(used), {})
    rows = await ledger.rows("run-1")
    assert sum(row.spent_usd for row in rows) == await ledger.spent("run-1") == Decimal("0.06")
    assert rows[0].model_dump(mode="json")["spent_usd"] == "0.010000"
