"""Gemini's batch mode."""

import asyncio

import pytest

from simulator.faults import Fault

MODEL = "gemini-nano-banana-2.1"


def request(text, key):
    config = {"responseModalities": ["IMAGE"], "imageConfig": {"aspectRatio": "9:16"}}
    body = {"contents": [{"parts": [{"text": text}]}], "generationConfig": config}
    return {"request": body, "metadata": {"key": key}}


async def create(played, *requests, model=MODEL):
    batch = {"inputConfig": {"requests": {"requests": list(requests)}}, "displayName": "scenes"}
    url = f"{played.url}/gemini/v1beta/models/{model}:batchGenerateContent"
    return await played.http.post(url, json={"batch": batch})


async def finished(played, name):
    async with asyncio.timeout(20):
        while True:
            job = (await played.http.get(f"{played.url}/gemini/v1beta/{name}")).json()
            if job["metadata"]["state"] != "BATCH_STATE_RUNNING":
                return job


async def test_a_batch_answers_later_at_half_the_price(play):
    played = play()
    await played.image("A bee")
    name = (await create(played, request("A bee", "one"), request("A fox", "two"))).json()["name"]
    job = await finished(played, name)
    rows = job["metadata"]["output"]["inlinedResponses"]["inlinedResponses"]
    assert [row["metadata"]["key"] for row in rows] == ["one", "two"]
    assert all("inlineData" in r["response"]["candidates"][0]["content"]["parts"][0] for r in rows)
    pictures = [row for row in played.bill if row.kind == "image"]
    assert pictures[1].usd * 2 == pictures[0].usd
    assert job["done"]


async def test_one_bad_request_does_not_spoil_the_others(play):
    played = play(Fault(action="unavailable", match="fox"))
    name = (await create(played, request("A fox", "one"), request("A bee", "two"))).json()["name"]
    output = (await finished(played, name))["response"]["inlinedResponses"]["inlinedResponses"]
    assert output[0]["error"]["status"] == "UNAVAILABLE"
    assert "response" in output[1]


async def test_a_waiting_batch_can_be_cancelled(play):
    played = play(latency="usual")
    name = (await create(played, request("A bee", "one"))).json()["name"]
    await played.http.post(f"{played.url}/gemini/v1beta/{name}:cancel")
    job = await finished(played, name)
    assert job["metadata"]["state"] == "BATCH_STATE_CANCELLED"
    assert not [row for row in played.bill if row.kind == "image"]


@pytest.mark.parametrize(
    ("requests", "model", "status"),
    [((), MODEL, 400), (({"x": 1},), MODEL, 400), (({},), "gemini-2.5-flash-image", 404)],
)
async def test_bad_batches_are_refused(play, requests, model, status):
    response = await create(play(), *requests, model=model)
    assert response.status_code == status
    assert response.json()["error"]["code"] == status


async def test_an_unknown_batch_is_not_found(play):
    played = play()
    response = await played.http.get(f"{played.url}/gemini/v1beta/batches/nothing")
    assert response.status_code == 404


async def test_batches_are_listed_page_by_page_with_their_titles(play):
    played = play(latency="usual")
    names = [(await create(played, request("A bee", "one"))).json()["name"] for _ in range(3)]
    url = f"{played.url}/gemini/v1beta/batches?pageSize=2"
    first = (await played.http.get(url)).json()
    last = (await played.http.get(f"{url}&pageToken={first['nextPageToken']}")).json()
    listed = first["operations"] + last["operations"]
    assert [job["name"] for job in listed] == names[::-1]
    assert {job["metadata"]["displayName"] for job in listed} == {"scenes"}
    assert "nextPageToken" not in last
