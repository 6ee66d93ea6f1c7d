"""A running worker wakes a short whose batch is due, again and again, until it is done."""

import json
from decimal import Decimal

import pytest

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
    assert seen == ["queued", "running", *["parked", "queued", "running"] * 2, "done"]
    assert [row.kind for row in simulator.bill()].count("batch") == 1
    calls = (await service.factory.show(short_id)).calls
    [drawn] = [call for call in calls if call.node == "illustrate"]
    assert (drawn.status, drawn.note) == ("settled", "batch")
    assert drawn.spent_usd < Decimal("0.018")
