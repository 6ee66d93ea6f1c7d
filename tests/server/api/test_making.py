"""A short from the order to the film, through workers."""

import asyncio
import json

import pytest


async def order(client, script, **more):
    answer = await client.post("/v1/shorts", json={**script, **more})
    assert answer.status_code == 202, answer.text
    return answer.json()["id"]


@pytest.mark.slow
async def test_a_short_is_ordered_approved_made_and_fetched(client, worker, rest, script, visit):
    short_id = await order(client, script)
    short = await rest(short_id, "waiting_approval", "failed")
    assert short["status"] == "waiting_approval", short["reason"]
    told = await client.post(
        f"/v1/shorts/{short_id}/approval",
        json={"decision": "approve", "script_version": short["script_version"]},
    )
    assert told.status_code == 202, told.text
    short = await rest(short_id, "done", "failed", "parked")
    assert short["status"] == "done", short["reason"]

    async with visit(host="203.0.113.9") as stranger:
        link = short["files"]["film"]["href"]
        part = await stranger.get(link, headers={"range": "bytes=4-11"})
        assert part.status_code == 206, part.text
        assert part.content.startswith(b"ftyp")
        assert (await stranger.get(link.replace("film", "receipt"))).status_code == 404
        assert (await stranger.get(f"/v1/shorts/{short_id}/film")).status_code == 403
    receipt = (await client.get(f"/v1/shorts/{short_id}/receipt")).json()
    assert receipt["run"] == short_id
    assert (await client.get(f"/v1/shorts/{short_id}/script?version=1")).json()["version"] == 1
    late = await client.post(f"/v1/shorts/{short_id}/cancel")
    assert late.status_code == 409

    events = await client.get(f"/v1/shorts/{short_id}/events")
    kept = [line for line in events.text.splitlines() if line.startswith("id: ")]
    states = [
        json.loads(line[6:])["text"]
        for line in events.text.splitlines()
        if line.startswith("data: ") and '"kind": "status"' in line
    ]
    assert states == ["queued", "running", "waiting_approval", "queued", "running", "done"]
    half = kept[len(kept) // 2][4:]
    again = await client.get(f"/v1/shorts/{short_id}/events", headers={"last-event-id": half})
    assert [line for line in again.text.splitlines() if line.startswith("id: ")] == kept[
        len(kept) // 2 + 1 :
    ]
    end = await client.get(f"/v1/shorts/{short_id}/events", headers={"last-event-id": kept[-1][4:]})
    assert end.status_code == 204
    assert asyncio.current_task() is not None
