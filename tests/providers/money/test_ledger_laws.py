"""Under any interleaving of reserve, settle, release, crash and recover: no limit is passed, and
money is neither lost nor made. A plain model of the books runs beside the real ones."""

import asyncio
import contextlib
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg.rows import dict_row
from psycopg_pool import AsyncConnectionPool

from providers.ledger import Bill, Ledger
from shortfactory.errors import BudgetExceeded, RunBusy
from shortfactory.plan import Payer
from shortfactory.settings import BudgetSettings

START = datetime(2026, 11, 29, 12, tzinfo=UTC)
LIMITS = BudgetSettings(
    tenant_day_usd=Decimal("0.20"),
    deployment_day_usd=Decimal("0.30"),
    deployment_month_usd=Decimal("0.50"),
)
SHORT = Decimal("0.15")

cents = st.integers(0, 9).map(lambda number: Decimal(number) / 100)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("reserve"), st.sampled_from("abc"), st.sampled_from("xy"), cents),
        st.tuples(st.just("send"), st.integers(0, 99)),
        st.tuples(st.just("settle"), st.integers(0, 99), st.none() | cents),
        st.tuples(st.just("release"), st.integers(0, 99)),
        st.tuples(st.just("crash")),
        st.tuples(st.just("recover"), st.sampled_from("abc")),
        st.tuples(st.just("midnight")),
    ),
    max_size=25,
)


class Books:
    """What the ledger should say: one list, summed anew each time."""

    def __init__(self):
        self.rows = []

    def held(self, **match):
        return sum(
            (
                row["usd"]
                for row in self.rows
                if all(row[name] == value for name, value in match.items())
            ),
            Decimal(0),
        )

    def refusing(self, run, tenant, at, usd):
        day, month = at.date(), at.date().replace(day=1)
        room = {
            "short": SHORT - self.held(run=run),
            "tenant_day": LIMITS.tenant_day_usd - self.held(tenant=tenant, day=day),
            "deployment_day": LIMITS.deployment_day_usd - self.held(day=day),
            "deployment_month": LIMITS.deployment_month_usd - self.held(month=month),
        }
        return next((name for name, left in room.items() if usd > 0 and left < usd), None)


async def play(dsn, script):
    async with AsyncConnectionPool(
        dsn,
        kwargs={"autocommit": True, "row_factory": dict_row},
        min_size=1,
        max_size=2,
        open=False,
    ) as pool:
        async with pool.connection() as connection:
            await connection.execute(
                "truncate ledger, ledger_day, ledger_history, batches, vendor_records"
            )
        ledger, books, at = Ledger(pool, LIMITS), Books(), START
        for name, *facts in script:
            if name == "midnight":
                at += timedelta(days=1)
            elif name == "crash":
                ledger = Ledger(pool, LIMITS)
            elif name == "recover":
                await recover(ledger, books, *facts)
            elif name == "reserve":
                await reserve(ledger, books, at, *facts)
            elif books.rows:
                await close(ledger, books, name, *facts)
            await agree(pool, books)


async def reserve(ledger, books, at, run, tenant, usd):
    payer = Payer(run_id=run, tenant=tenant, budget_usd=SHORT, node="draw")
    bill = Bill(call_key="k", payer=payer, realm="live", provider="p", model="m")
    expected = books.refusing(run, tenant, at, usd)
    if expected is not None:
        with pytest.raises(BudgetExceeded) as caught:
            await ledger.reserve(bill, usd, at)
        assert caught.value.limit == expected
        return
    held = await ledger.reserve(bill, usd, at)
    day = {"day": at.date(), "month": at.date().replace(day=1)}
    row = {"held": held, "run": run, "tenant": tenant, "usd": usd, "open": True, "sent": False}
    books.rows.append(row | day)


async def close(ledger, books, name, index, used=None):
    row = books.rows[index % len(books.rows)]
    held = row["held"]
    if name == "send":
        with contextlib.nullcontext() if row["open"] else pytest.raises(RunBusy):
            await ledger.sending(held)
        row["sent"] = row["sent"] or row["open"]
        return
    if name == "settle":
        closed = await ledger.settle(held, used, {})
        expected = held.worst_usd if used is None else min(used, held.worst_usd)
    else:
        closed, expected = await ledger.release(held, "test"), Decimal(0)
    if row["open"] or row.get("lost"):
        row.update(usd=expected, open=False, lost=False)
    assert closed.spent_usd == row["usd"]


async def recover(ledger, books, run):
    """What the gateway does for a run whose process died."""
    for entry in await ledger.open(run):
        row = next(row for row in books.rows if row["held"].id == entry.id)
        assert (entry.sent_at is not None) == row["sent"]
        if row["sent"]:
            await ledger.lose(row["held"], "died")
            row.update(open=False, lost=True)
        else:
            await ledger.release(row["held"], "died")
            row.update(open=False, usd=Decimal(0))


async def agree(pool, books):
    async with pool.connection() as connection:
        cursor = await connection.execute(
            "select (select coalesce(sum(held_usd), 0) from ledger) as held,"
            " (select coalesce(sum(held_usd), 0) from ledger_day) as days,"
            " (select coalesce(sum(change_usd), 0) from ledger_history) as history"
        )
        found = await cursor.fetchone()
    assert found["held"] == found["days"] == found["history"] == books.held()
    for row in books.rows:
        assert books.held(run=row["run"]) <= SHORT
        assert books.held(day=row["day"]) <= LIMITS.deployment_day_usd
        assert books.held(tenant=row["tenant"], day=row["day"]) <= LIMITS.tenant_day_usd
        assert books.held(month=row["month"]) <= LIMITS.deployment_month_usd


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(script=steps)
def test_the_books_always_balance(database_url, script):
    asyncio.run(play(database_url, script))


def test_the_guard_is_in_the_database_itself(database_url):
    with psycopg.connect(database_url, autocommit=True) as connection:
        names = connection.execute(
            "select tgname from pg_trigger where not tgisinternal"
        ).fetchall()
    assert {("ledger_guard",), ("ledger_account",)} <= set(names)
