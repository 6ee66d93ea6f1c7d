"""Processes race for one tenant's money, and some are killed while they do."""

import os
import subprocess
import sys
from decimal import Decimal

import pytest

from providers.ledger import Ledger
from shortfactory.settings import BudgetSettings

# One process with 25 runs at once; each call takes a moment, so that a kill finds some in flight.
# It begins when it is told: whoever started later would find the money gone.
WORKER = """
import asyncio, sys
from datetime import UTC, datetime
from decimal import Decimal
from psycopg_pool import AsyncConnectionPool
from providers.ledger import Bill, Ledger
from shortfactory.errors import BudgetExceeded
from shortfactory.plan import Payer
from shortfactory.settings import BudgetSettings

name, dsn, limit = sys.argv[1:]

async def run(ledger, number):
    payer = Payer(run_id=f"{name}-{number}", budget_usd=Decimal(1), node="draw")
    bill = Bill(call_key="k", payer=payer, realm="live", provider="p", model="m")
    while True:
        try:
            held = await ledger.reserve(bill, Decimal("0.05"), datetime.now(UTC))
        except BudgetExceeded:
            return
        await ledger.sending(held)
        print("sent", flush=True)
        await asyncio.sleep(0.02)
        await ledger.settle(held, Decimal("0.036129"), {})

async def main():
    limits = BudgetSettings(tenant_day_usd=Decimal(limit), deployment_day_usd=Decimal(1000))
    eager = {"autocommit": True}
    async with AsyncConnectionPool(dsn, kwargs=eager, max_size=5, open=False) as pool:
        ledger = Ledger(pool, limits)
        print("ready", flush=True)
        sys.stdin.readline()
        async with asyncio.TaskGroup() as group:
            for number in range(25):
                group.create_task(run(ledger, number))

asyncio.run(main())
"""


def race(database_url, limit):
    """Four workers, the first one killed after its tenth call; returns how many calls left."""
    workers = [
        subprocess.Popen(
            [sys.executable, "-c", WORKER, f"worker-{number}", database_url, str(limit)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONWARNINGS": "ignore"},
        )
        for number in range(4)
    ]
    for worker in workers:
        assert worker.stdout.readline() == b"ready\n"
    for worker in workers:
        worker.stdin.write(b"go\n")
        worker.stdin.flush()
    for _ in range(10):
        assert workers[0].stdout.readline() == b"sent\n"
    workers[0].kill()
    sent = 10 + sum(worker.communicate()[0].count(b"sent") for worker in workers)
    assert [worker.returncode for worker in workers] == [-9, 0, 0, 0]
    return sent


@pytest.mark.slow
async def test_a_shared_limit_survives_kills(database, database_url):
    limit = Decimal(5)
    sent = race(database_url, limit)
    ledger = Ledger(database.pool, BudgetSettings(tenant_day_usd=limit))
    [total] = await ledger.totals("tenant")
    held_usd = total.spent_usd + total.reserved_usd
    assert limit - Decimal("0.05") < held_usd <= limit
    # Everything that left for the vendor is in the books.
    assert sent * Decimal("0.036129") <= held_usd
