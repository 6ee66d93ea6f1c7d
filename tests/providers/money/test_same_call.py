"""Two real processes ask the simulator for the same lines at the same moment."""

import json
import os
import subprocess
import sys
import threading
import time

import pytest

from bench.books import compare
from simulator.faults import Fault
from simulator.scenarios import Scenario
from simulator.server import Simulator

pytestmark = pytest.mark.slow  # processes start, and the SDK loads in each

WORKER = """
import asyncio, json, logging, sys
from decimal import Decimal
from pathlib import Path
import httpx
from psycopg_pool import AsyncConnectionPool
from providers.artifacts import FolderStore
from providers.catalog import Catalog
from providers.gateway import Gateway
from providers.ledger import Ledger
from providers.ports import VoiceRequest
from providers.shared_limits import SharedLimiter
from shortfactory.errors import ProviderError
from shortfactory.plan import Payer
from shortfactory.settings import Settings

dsn, base_url, folder, run_id, *lines = sys.argv[1:]
log = logging.getLogger("shortfactory.calls")
log.setLevel("INFO")
log.addHandler(logging.StreamHandler(sys.stdout))

async def speak(gateway, line):
    payer = Payer(run_id=run_id, budget_usd=Decimal(1), node="narrate", scene=1)
    try:
        call = VoiceRequest(text=line)
        said = await gateway.speak("elevenlabs:eleven_multilingual_v2", call, payer)
    except ProviderError as error:
        return type(error).__name__
    return "cached" if said.call.cached else "paid"

async def main():
    settings = Settings(_env_file=None, simulator={"base_url": base_url})
    eager = {"autocommit": True}
    async with AsyncConnectionPool(dsn, kwargs=eager, open=False) as pool, httpx.AsyncClient(
        trust_env=False
    ) as http:
        ledger = Ledger(pool, settings.budget)
        catalog = Catalog(settings, "simulator", http)
        gateway = Gateway(FolderStore(Path(folder)), ledger, catalog, settings.gateway,
                          SharedLimiter(pool))
        print("ready", flush=True)
        await asyncio.to_thread(sys.stdin.readline)
        done = await asyncio.gather(*(speak(gateway, line) for line in lines))
        await ledger.claims.close()
        print(json.dumps(done), flush=True)

asyncio.run(main())
"""
WAITS = "Another process makes this call\n"
FIVE = [f"Line {number} is the same in two films." for number in range(5)]


@pytest.fixture
def simulator():
    running = Simulator(Scenario(latency="usual", concurrency=20))
    running.start()
    yield running
    running.stop()


@pytest.fixture
def start(simulator, database_url, tmp_path):
    """Start a process that waits for a word before it speaks these lines."""
    processes = []

    def started(run_id, lines):
        facts = (database_url, simulator.base_url, str(tmp_path / "artifacts"), run_id)
        process = subprocess.Popen(
            [sys.executable, "-c", WORKER, *facts, *lines],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONWARNINGS": "ignore"},
        )
        processes.append(process)
        return process

    yield started
    for process in processes:
        process.kill()
        process.communicate()


def go(process):
    process.stdin.write("go\n")
    process.stdin.flush()


def wait_until(happened, deadline_s=120.0):
    end = time.monotonic() + deadline_s
    while not happened():
        assert time.monotonic() < end, "it did not happen in time"
        threading.Event().wait(0.02)


def told(process):
    """What a process says of its calls when all are over."""
    return json.loads(process.communicate()[0].splitlines()[-1])


def paid(simulator):
    return [row for row in simulator.bill() if row.usd]


def the_same(entry, row):
    return entry.provider == row.vendor


async def test_the_same_lines_at_the_same_moment_are_paid_once(simulator, start, ledger):
    stranger = "Nobody may say this at first."
    faults = (Fault(action="bad_request", match=stranger, times=1),)
    simulator.set(Scenario(latency="usual", concurrency=20, faults=faults))
    processes = [start(run_id, [*FIVE, stranger]) for run_id in ("run-1", "run-2")]
    assert [process.stdout.readline() for process in processes] == ["ready\n"] * 2
    for process in processes:
        go(process)
    first, second = map(told, processes)
    assert [{*pair} for pair in zip(first, second, strict=True)] == [
        *[{"paid", "cached"}] * 5,
        {"RequestRejected", "paid"},
    ]
    assert len(paid(simulator)) == 6
    entries = [*await ledger.rows("run-1"), *await ledger.rows("run-2")]
    assert compare(entries, simulator.bill(), the_same).exact


async def test_a_killed_owner_is_replaced_by_who_waits(simulator, start, gateway, ledger):
    simulator.set(Scenario(faults=(Fault(action="stalled_body", times=1),)))
    owner, waiter = [start(run_id, FIVE[:1]) for run_id in ("run-1", "run-2")]
    go(owner)
    wait_until(lambda: paid(simulator))
    go(waiter)
    assert [waiter.stdout.readline() for _ in range(2)] == ["ready\n", WAITS]
    owner.kill()
    assert told(waiter) == ["paid"]
    await gateway.recover("run-1")
    entries = [*await ledger.rows("run-1"), *await ledger.rows("run-2")]
    found = compare(entries, simulator.bill(), the_same)
    assert [entry.status for entry in entries] == ["lost", "settled"]
    assert (found.lost_billed, found.unexplained_usd, found.exact) == (1, 0, True)
