"""Narrations whose process died, and what ElevenLabs' own history says of them."""

import asyncio
import os
import signal
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import uuid4

import httpx
import pytest

from providers.catalog import Catalog
from providers.gateway import Gateway, utc_now
from providers.ledger import LOST, Bill
from providers.ratelimit import LocalLimiter
from shortfactory.settings import Settings
from simulator.faults import Fault
from simulator.scenarios import Scenario
from simulator.server import Simulator

VOICE = "elevenlabs:eleven_flash_v2_5"
SPEAKER = "SimAda0narrator00001"
WORDS = "Nobody heard the end of this sentence."
REAL_USD = Decimal("0.001520")  # 38 characters at $0.04 a thousand
pytestmark = pytest.mark.slow  # the SDK loads, and words are really spoken

# A process that speaks one sentence, and waits for a vendor that takes its time.
VICTIM = """
import asyncio, sys, httpx
from decimal import Decimal
from pathlib import Path
from psycopg_pool import AsyncConnectionPool
from providers.artifacts import FolderStore
from providers.catalog import Catalog
from providers.gateway import Gateway
from providers.ledger import Ledger
from providers.ports import VoiceRequest
from providers.ratelimit import LocalLimiter
from shortfactory.plan import Payer
from shortfactory.settings import Settings

dsn, base_url, folder, model, words = sys.argv[1:]

async def main():
    settings = Settings(_env_file=None, simulator={"base_url": base_url})
    eager = {"autocommit": True}
    async with AsyncConnectionPool(dsn, kwargs=eager, open=False) as pool, httpx.AsyncClient(
        trust_env=False
    ) as http:
        gateway = Gateway(FolderStore(Path(folder)), Ledger(pool, settings.budget),
                          Catalog(settings, "simulator", http), settings.gateway, LocalLimiter())
        payer = Payer(run_id="run-1", budget_usd=Decimal(1), node="narrate", scene=1)
        await gateway.speak(model, VoiceRequest(text=words), payer)

asyncio.run(main())
"""


@pytest.fixture(scope="module")
def simulator():
    running = Simulator()
    running.start()
    yield running
    running.stop()


class Vendor:
    """One scenario of the simulator, and gateways and lost calls on it."""

    def __init__(self, simulator, name, parts, patience, http):
        self.simulator, self.name, self.parts = simulator, name, parts
        self.patience, self.http = patience, http
        self.play()

    def play(self, *faults, latency="instant"):
        self.simulator.set(Scenario(faults=faults, latency=latency), self.name)

    @property
    def spoken(self):
        return [row for row in self.simulator.bill(self.name) if row.kind == "voice"]

    @property
    def listings(self):
        asked = self.simulator.requests(self.name).items()
        return sum(times for path, times in asked if path.endswith("/v1/history"))

    @property
    def catalog(self):
        base_url = self.simulator.at(self.name)
        settings = Settings(_env_file=None, simulator={"base_url": base_url})
        return Catalog(settings, "simulator", self.http)

    def process(self, **changes):
        patience = self.patience.model_copy(update=changes)
        return Gateway(*self.parts, self.catalog, patience, LocalLimiter(), utc_now)

    async def lose(self, request, payer, *, arrives=True):
        """Leave what a process leaves that died after its request had left."""
        ledger = self.parts[1]
        adapter, (provider, _, model) = self.catalog.voice(VOICE), VOICE.partition(":")
        facts = {"realm": "simulator", "provider": provider, "model": model}
        bill = Bill(call_key=uuid4().hex * 2, payer=payer, **facts)
        held = await ledger.reserve(bill, Decimal("0.01"), datetime.now(UTC))
        await ledger.sending(held, adapter.trace(request))
        if arrives:
            await adapter.speak(request)
        ledger.in_flight.discard(held.id)
        return held.id


@pytest.fixture
async def vendor(simulator, store, ledger, patience, request):
    async with httpx.AsyncClient(trust_env=False) as http:
        yield Vendor(simulator, request.node.name, (store, ledger), patience, http)


@pytest.fixture
def killed(vendor, database_url, tmp_path):
    """Kill a process while the vendor works for it; returns when the vendor has finished."""

    def run():
        vendor.play(latency="usual")
        facts = (database_url, vendor.simulator.at(vendor.name), str(tmp_path / "artifacts"))
        victim = subprocess.Popen(
            [sys.executable, "-c", VICTIM, *facts, VOICE, WORDS],
            env={**os.environ, "PYTHONWARNINGS": "ignore"},
        )
        account = vendor.simulator.house.stage(vendor.name).account
        until(lambda: account.highest or victim.poll() is not None)
        victim.send_signal(signal.SIGKILL)
        assert victim.wait() == -signal.SIGKILL
        until(lambda: vendor.spoken)
        vendor.play()

    return run


def until(happened, deadline_s=60):
    end = time.monotonic() + deadline_s
    while not happened():
        assert time.monotonic() < end
        threading.Event().wait(0.01)


async def test_a_killed_narration_is_settled_by_the_vendors_own_record(
    vendor, killed, ledger, ask, pay
):
    await asyncio.to_thread(killed)
    gateway = vendor.process()
    await gateway.recover("run-1")
    [row] = await ledger.rows("run-1")
    [spoken] = vendor.spoken
    assert (row.status, row.flagged) == ("settled", "")
    assert row.note == "settled from the vendor's record"
    assert row.spent_usd == spoken.usd == REAL_USD
    assert row.vendor_ref == spoken.request_id
    await gateway.speak(VOICE, ask.voice(WORDS), pay())
    assert await ledger.spent("run-1") == sum(row.usd for row in vendor.spoken)


async def test_a_record_pays_for_one_lost_call_only(vendor, ledger, ask, pay):
    await vendor.lose(ask.voice(WORDS), pay())
    await vendor.lose(ask.voice(WORDS), pay("run-2"), arrives=False)
    await asyncio.gather(*(vendor.process().recover(f"run-{n}") for n in "12"))
    statuses = [(await ledger.rows(f"run-{n}"))[0].status for n in "12"]
    assert sorted(statuses) == ["lost", "settled"]


async def test_the_record_of_a_call_that_ended_well_is_not_anothers(vendor, ledger, ask, pay):
    gateway = vendor.process()
    await gateway.speak(VOICE, ask.voice(WORDS), pay("run-2"))
    await vendor.lose(ask.voice(WORDS), pay(), arrives=False)
    await gateway.recover("run-1")
    [row] = await ledger.rows("run-1")
    assert (row.status, row.spent_usd, row.flagged) == ("lost", row.reserved_usd, LOST)
    assert "not in the vendor's record so far" in row.note


@pytest.mark.parametrize(
    "other",
    [
        {"text": "Other words."},
        {"voice": "SimBen0narrator00002"},
    ],
)
async def test_another_narration_is_not_taken_for_it(vendor, ledger, ask, pay, other):
    asked = {"text": WORDS, "voice": SPEAKER}
    await vendor.lose(ask.voice(**asked), pay(), arrives=False)
    await vendor.catalog.voice(VOICE).speak(ask.voice(**{**asked, **other}))
    await vendor.process().recover("run-1")
    assert [row.status for row in await ledger.rows("run-1")] == ["lost"]


async def test_a_record_that_appears_late_is_found_the_next_time(vendor, ledger, ask, pay):
    await vendor.lose(ask.voice(WORDS), pay(), arrives=False)
    await vendor.process().recover("run-1")
    assert [row.status for row in await ledger.rows("run-1")] == ["lost"]
    await vendor.catalog.voice(VOICE).speak(ask.voice(WORDS))
    await vendor.process().recover("run-1")
    [row] = await ledger.rows("run-1")
    assert (row.status, row.spent_usd, row.flagged) == ("settled", REAL_USD, "")


async def test_at_night_the_lost_calls_of_every_run_are_looked_for(vendor, ledger, ask, pay):
    for number in "12":
        await vendor.lose(ask.voice(f"Sentence {number}."), pay(f"run-{number}"), arrives=False)
        await vendor.process().recover(f"run-{number}")
    await vendor.catalog.voice(VOICE).speak(ask.voice("Sentence 2."))
    await vendor.process().look_again()
    statuses = [(await ledger.rows(f"run-{number}"))[0].status for number in "12"]
    assert statuses == ["lost", "settled"]


@pytest.mark.parametrize(
    ("certain_after_s", "later_call", "status"),
    [(0.001, True, "released"), (0.001, False, "lost"), (3600, True, "lost")],
)
async def test_a_call_is_released_only_when_the_books_are_certain(
    vendor, ledger, ask, pay, certain_after_s, later_call, status
):
    await vendor.lose(ask.voice(WORDS), pay(), arrives=False)
    gateway = vendor.process(record_certain_s=certain_after_s)
    if later_call:
        await gateway.speak(VOICE, ask.voice("Something later."), pay("run-2"))
    await gateway.recover("run-1")
    [row] = await ledger.rows("run-1")
    assert row.status == status
    assert row.spent_usd == (0 if status == "released" else row.reserved_usd)


async def test_books_that_cannot_be_read_change_nothing(vendor, ledger, ask, pay):
    for _ in range(2):
        await vendor.lose(ask.voice(WORDS), pay())
    vendor.play(Fault(action="unavailable", kind="catalogue"))
    await vendor.process().recover("run-1")
    rows = await ledger.rows("run-1")
    assert [row.status for row in rows] == ["lost", "lost"]
    assert "could not be read" in rows[0].note
    assert vendor.listings == 1


async def test_a_long_history_is_read_to_its_end(vendor, ask, monkeypatch):
    monkeypatch.setattr("providers.elevenlabs_sdk.PAGE", 2)
    model, now = vendor.catalog.voice(VOICE), datetime.now(UTC)
    for number in range(5):
        await model.speak(ask.voice(f"Sentence {number}."))
    around = (now - timedelta(minutes=1), now + timedelta(minutes=1))
    assert len({record.ref for record in await model.records({"voice": ""}, *around)}) == 5
    assert await model.records({"voice": ""}, around[0] - timedelta(hours=1), around[0]) == ()
