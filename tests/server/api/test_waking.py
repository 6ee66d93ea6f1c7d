"""What a running worker does unasked: wakes shorts that are due, finds lost calls at night."""

import asyncio
import json
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from providers.ledger import Bill
from providers.ports import VoiceRequest
from server.jobs import ERRANDS, RETENTION
from shortfactory.plan import Payer
from simulator.faults import Fault
from simulator.scenarios import Scenario
from simulator.server import Simulator


@pytest.fixture
async def simulator():
    async with Simulator() as running:
        yield running


@pytest.fixture
def settings(settings, simulator):
    """Simulated vendors whose batches are asked for each second."""
    changes = {
        "gateway": {"batch_ask_every_s": 1.0},
        "simulator": {"base_url": simulator.base_url},
        "elevenlabs": {"voice_id": "SimAda0narrator00001"},
    }
    parts = {
        name: getattr(settings, name).model_copy(update=change) for name, change in changes.items()
    }
    return settings.model_copy(update={**parts, "providers": "simulator"})


async def statuses(client, short_id):
    events = (await client.get(f"/v1/shorts/{short_id}/events")).text.splitlines()
    told = [json.loads(line[6:]) for line in events if line.startswith("data: ")]
    return [event["text"] for event in told if event["kind"] == "status"]


@pytest.mark.slow
async def test_a_worker_wakes_a_short_until_its_batch_is_done(
    client, worker, rest, script, simulator, service
):
    # The first question finds nobody: the short sleeps once more.
    simulator.set(Scenario(faults=(Fault(action="unavailable", kind="catalogue", times=1),)))
    order = {**script, "approve": "auto", "patience": "24h"}
    short_id = (await client.post("/v1/shorts", json=order)).json()["id"]
    short = await rest(short_id, "done", "failed", "cancelled")
    assert short["status"] == "done", short["reason"]
    seen = await statuses(client, short_id)
    slept = seen.count("parked")  # at least for its turn and for the one that found nobody
    assert slept >= 2
    assert seen == ["queued", "running", *["parked", "queued", "running"] * slept, "done"]
    assert [row.kind for row in simulator.bill()].count("batch") == 1
    calls = (await service.factory.show(short_id)).calls
    [drawn] = [call for call in calls if call.node == "illustrate"]
    assert (drawn.status, drawn.note) == ("settled", "batch")
    assert drawn.spent_usd < Decimal("0.018")


@pytest.mark.slow
async def test_at_night_a_lost_narration_is_found_in_the_vendors_record(service, worker, simulator):
    services = service.factory.services("simulator")
    ledger, request = services.ledger, VoiceRequest(text="Nobody heard the end of this.")
    payer = Payer(run_id="run-1", budget_usd=Decimal(1), node="narrate")
    model = {"provider": "elevenlabs", "model": "eleven_flash_v2_5"}
    bill = Bill(call_key="0" * 64, payer=payer, realm="simulator", **model)
    held = await ledger.reserve(bill, Decimal("0.01"), datetime.now(UTC))
    adapter = services.catalog.voice(bill.model_id)
    await ledger.sending(held, adapter.trace(request))
    await adapter.speak(request)
    await ledger.lose(held, "its process ended before the answer was kept")
    job = service.jobs.app.configure_task(RETENTION, queue=ERRANDS)
    await job.defer_async(timestamp=0)
    async with asyncio.timeout(60):
        while (row := (await ledger.rows("run-1"))[0]).status == "lost":  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    assert (row.status, row.spent_usd) == ("settled", simulator.spent_usd())
