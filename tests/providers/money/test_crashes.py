"""Processes killed at every point of a call: no result paid for is lost, no dollar is freed."""

import asyncio
import os
import subprocess
import sys
from contextlib import asynccontextmanager
from decimal import Decimal

import pytest

from providers.ratelimit import LocalLimiter
from shortfactory.errors import StorageError

IMAGE = "gemini:gemini-nano-banana-2.1"
PICTURE_USD = Decimal("0.036129")

# A process that draws one picture and is killed at the named point, as by a power cut.
VICTIM = """
import asyncio, os, sys
from providers.artifacts import FolderStore
from providers.gateway import Gateway
from providers.ledger import Ledger
from providers.ports import ImageReply, ImageRequest, Usage
from providers.ratelimit import CallLimits, LocalLimiter
from shortfactory.plan import Payer
from shortfactory.settings import BudgetSettings, GatewaySettings
from psycopg_pool import AsyncConnectionPool
from decimal import Decimal
from pathlib import Path

point, dsn, folder = sys.argv[1:]

def die(here):
    if here == point:
        os._exit(9)

class Vendor:
    id = "gemini:gemini-nano-banana-2.1"
    def fingerprint(self, request):
        return request.model_dump(mode="json")
    async def draw(self, request, references):
        print("asked", flush=True)
        die("while the vendor works")
        units = {"image_tokens": 1120, "text_tokens": 336, "input_tokens": 6}
        return ImageReply(data=b"picture", media_type="image/jpeg", width_px=768, height_px=1376,
                          usage=Usage(units=units))

class Catalog:
    def image(self, model_id): return Vendor()
    def limits(self, model_id): return CallLimits(name=model_id)
    def realm(self, model_id): return "live"
    def report_concurrency_to(self, observe): pass

class DyingStore(FolderStore):
    async def put(self, data, suffix):
        die("before the artifact")
        sha256 = await super().put(data, suffix)
        die("before the record")
        return sha256
    async def remember(self, key, record):
        await super().remember(key, record)
        die("before settling")

class DyingLedger(Ledger):
    async def sending(self, *facts):
        die("before sending")
        await super().sending(*facts)
    async def settle(self, *facts, **more):
        closed = await super().settle(*facts, **more)
        die("after settling")
        return closed

async def main():
    async with AsyncConnectionPool(dsn, kwargs={"autocommit": True}, open=False) as pool:
        ledger = DyingLedger(pool, BudgetSettings())
        gateway = Gateway(DyingStore(Path(folder)), ledger, Catalog(), GatewaySettings(),
                          LocalLimiter())
        payer = Payer(run_id="run-1", budget_usd=Decimal(1), node="draw", scene=1)
        await gateway.draw(Vendor.id, ImageRequest(prompt="A bee"), payer)

asyncio.run(main())
"""


def killed_at(point, database_url, folder):
    """Run the victim; returns how often it asked the vendor."""
    done = subprocess.run(
        [sys.executable, "-c", VICTIM, point, database_url, str(folder)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONWARNINGS": "ignore"},
    )
    assert done.returncode == 9, done.stderr
    return done.stdout.count("asked")


@pytest.mark.parametrize(
    ("point", "asked", "status", "spent", "cached"),
    [
        ("before sending", 0, "released", 0, False),
        ("while the vendor works", 1, "lost", "worst", False),
        ("before the artifact", 1, "lost", "worst", False),
        ("before the record", 1, "lost", "worst", False),
        ("before settling", 1, "settled", PICTURE_USD, True),
        ("after settling", 1, "settled", PICTURE_USD, True),
    ],
)
async def test_a_killed_process_leaves_true_books(
    gateway, ledger, tmp_path, database_url, ask, pay, point, asked, status, spent, cached
):
    assert killed_at(point, database_url, tmp_path / "artifacts") == asked
    await gateway.recover("run-1")
    [row] = await ledger.rows("run-1")
    assert row.status == status
    assert row.spent_usd == (row.reserved_usd if spent == "worst" else spent)
    assert bool(row.flagged) == (status == "lost")
    again = await gateway.draw(IMAGE, ask.picture(), pay())
    assert again.call.cached == cached


async def test_recovery_leaves_this_processes_own_calls_alone(
    gateway, ledger, vendors, usual, ask, pay
):
    working, may_end = asyncio.Event(), asyncio.Event()

    async def slowly():
        working.set()
        await may_end.wait()
        return usual.picture

    vendors.image.script.append(slowly)
    call = asyncio.create_task(gateway.draw(IMAGE, ask.picture(), pay()))
    await working.wait()
    assert await gateway.recover("run-1") == ()
    may_end.set()
    assert (await call).call.cost_usd == PICTURE_USD
    assert [row.status for row in await ledger.rows("run-1")] == ["settled"]


async def test_a_call_cancelled_at_the_vendor_is_counted(gateway, ledger, vendors, ask, pay):
    working = asyncio.Event()

    async def forever():
        working.set()
        await asyncio.Event().wait()

    vendors.image.script.append(forever)
    call = asyncio.create_task(gateway.draw(IMAGE, ask.picture(), pay()))
    await working.wait()
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    assert [row.status for row in await ledger.rows("run-1")] == ["lost"]


async def test_a_call_cancelled_while_it_is_kept_is_kept(open_gateway, store, ledger, ask, pay):
    kept = asyncio.Event()
    put, settled = store.put, asyncio.Event()

    async def slow_put(data, suffix):
        kept.set()
        await asyncio.sleep(0.05)
        return await put(data, suffix)

    settle = ledger.settle

    async def watched(*facts, **more):
        closed = await settle(*facts, **more)
        settled.set()
        return closed

    store.put, ledger.settle = slow_put, watched
    gateway = open_gateway()
    call = asyncio.create_task(gateway.draw(IMAGE, ask.picture(), pay()))
    await kept.wait()
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    await asyncio.wait_for(settled.wait(), 20)
    assert (await gateway.draw(IMAGE, ask.picture(), pay())).call.cached


async def test_an_answer_that_came_with_the_cancel_is_kept(
    open_gateway, vendors, usual, ledger, store, catalog, ask, pay
):
    class Leaving(LocalLimiter):
        """Cancels its caller as it leaves with the answer."""

        @asynccontextmanager
        async def slot(self, _limits, _run_id):
            yield
            asyncio.current_task().cancel()
            await asyncio.sleep(0)

    gateway = open_gateway(limiter=Leaving())
    with pytest.raises(asyncio.CancelledError):
        await asyncio.create_task(gateway.draw(IMAGE, ask.picture(), pay()))
    assert [row.status for row in await ledger.rows("run-1")] == ["settled"]
    assert (await open_gateway().draw(IMAGE, ask.picture(), pay())).call.cached


async def test_a_full_disk_is_paid_flagged_and_said(gateway, store, ledger, ask, pay):
    async def full(_data, _suffix):
        raise StorageError("disk full")

    store.put = full
    with pytest.raises(StorageError, match="disk full"):
        await gateway.draw(IMAGE, ask.picture(), pay())
    [row] = await ledger.rows("run-1")
    assert (row.status, row.spent_usd) == ("settled", PICTURE_USD)
    assert "could not be stored" in row.flagged


async def test_a_ledger_lost_after_the_call_keeps_the_result(
    gateway, ledger, monkeypatch, ask, pay
):
    with monkeypatch.context() as broken:
        broken.setattr("providers.ledger._CLOSE", "select from nowhere")
        with pytest.raises(StorageError, match="ledger"):
            await gateway.draw(IMAGE, ask.picture(), pay())
    [row] = await gateway.recover("run-1")
    assert row.status == "reserved"
    assert await ledger.spent("run-1") == PICTURE_USD
    assert (await gateway.draw(IMAGE, ask.picture(), pay())).call.cached
