"""The stock RemoteRunnable drives a short, its approval included."""

import httpx
import pytest
from langserve import RemoteRunnable

# LangServe asks an instance for its fields, which pydantic will forbid in version 3.
pytestmark = pytest.mark.filterwarnings("ignore:Accessing the 'model_fields' attribute")


def remote(address, key=None):
    headers = {"authorization": f"Bearer {key}"} if key else {}
    return RemoteRunnable(f"{address}/langserve/shorts", headers=headers, timeout=200)


@pytest.mark.slow
async def test_remote_runnable_makes_a_whole_short(address, worker, script):
    shorts = remote(address)
    told = [part async for part in shorts.astream({"action": "start", "order": script})]
    assert told[-1]["status"] == "waiting_approval", told[-1]
    assert {part["event"] for part in told} == {"progress", "state"}
    short_id = told[-1]["short_id"]
    done = await shorts.ainvoke({"action": "approve", "short_id": short_id})
    assert done["status"] == "done", done
    assert "film.mp4" in done["files"]


async def test_a_batch_starts_several_and_does_not_wait_when_told_so(address, client, script):
    asked = {"action": "start", "order": script, "follow": False}
    answers = await remote(address).abatch([asked, asked])
    assert [answer["status"] for answer in answers] == ["queued", "queued"]
    listed = (await client.get("/v1/shorts")).json()["shorts"]
    assert {short["id"] for short in listed} == {answer["short_id"] for answer in answers}


async def test_an_error_is_told_in_the_answer(address):
    answer = await remote(address).ainvoke({"action": "resume"})
    assert answer["event"] == "error"
    assert "Give short_id" in answer["message"]


async def test_events_of_the_runnable_are_streamed(address, script):
    asked = {"action": "start", "order": script, "follow": False}
    events = [event async for event in remote(address).astream_events(asked, version="v2")]
    assert events[0]["event"] == "on_chain_start"
    assert events[-1]["event"] == "on_chain_end"


async def test_a_key_decides_whose_short_it_is(address, keys, tenant, script):
    await tenant("acme")
    text, _ = await keys.create("other", ("read", "write"))
    started = await remote(address, text).ainvoke(
        {"action": "start", "order": script, "follow": False}
    )
    acme = await tenant("acme")
    assert (await acme.get(f"/v1/shorts/{started['short_id']}")).status_code == 404
    with pytest.raises(httpx.HTTPStatusError, match="401"):
        await remote(address).ainvoke({"action": "status", "short_id": started["short_id"]})


async def test_the_playground_is_served(client):
    assert (await client.get("/langserve/shorts/playground/")).status_code == 200
