"""Events while they happen: across processes, for many at once, for clients that leave."""

import asyncio
import contextlib
import gc

import pytest

from graph.bell import LOOK_ANYWAY_S
from graph.events import Event
from graph.journal import Journal
from server.desk import Desk


@pytest.fixture
def desk(service):
    return Desk(service, "local")


async def take(desk, run_id, count, last_id=0):
    """The first events after one, as a client gets them."""
    seen = []
    async with desk.following(run_id, last_id) as told:
        async for batch in told:
            seen += batch
            if len(seen) >= count:
                return seen
    return seen


async def test_what_another_process_writes_arrives_at_once(service, desk, client, script):
    run_id = (await client.post("/v1/shorts", json=script)).json()["id"]
    run = await service.database.runs.get(run_id)
    following = asyncio.create_task(take(desk, run_id, 2))
    await asyncio.sleep(0)
    await Journal(service.database.pool).append(
        run, [Event(run_id=run_id, kind="node", node="story", state="started")]
    )
    async with asyncio.timeout(LOOK_ANYWAY_S - 1):
        seen = await following
    assert [kept.kind for kept in seen] == ["status", "node"]


async def test_three_hundred_follow_one_short_on_one_connection(service, desk, client, script):
    run_id = (await client.post("/v1/shorts", json=script)).json()["id"]
    followers = [asyncio.create_task(take(desk, run_id, 2)) for _ in range(300)]
    async with asyncio.timeout(30):
        await client.post(f"/v1/shorts/{run_id}/cancel")
        seen = [await follower for follower in followers]
    assert all([kept.data["text"] for kept in each] == ["queued", "cancelled"] for each in seen)


async def test_a_client_that_leaves_leaves_nothing_behind(service, desk, client, script):
    run_id = (await client.post("/v1/shorts", json=script)).json()["id"]
    follower = asyncio.create_task(take(desk, run_id, 99))
    async with asyncio.timeout(30):
        while run_id not in service.bell._waiting:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    follower.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await follower
    gc.collect()
    assert service.bell._waiting == {}


async def test_frames_are_told_once_a_second_and_the_last_always(service, client, script):
    run_id = (await client.post("/v1/shorts", json=script)).json()["id"]
    run = await service.database.runs.get(run_id)
    journal = Journal(service.database.pool)
    async with journal.recording(run) as watch:
        for done in range(1, 151):
            watch(Event(run_id=run_id, kind="frames", scene=1, done=done, total=150))
    frames = [kept.data["done"] for kept in await journal.after(run_id, 0) if kept.kind == "frames"]
    assert frames == [1, 150]
