"""Two API processes on one database: a client may come to either, at any moment."""

import asyncio
import os
import signal
import subprocess
import sys
from contextlib import AsyncExitStack
from pathlib import Path

import httpx
import pytest

from bench.fleet import free_port

ROOT = Path(__file__).parents[3]
SERVE = "from server.cli import main; main()"


@pytest.fixture(scope="module")
def module_home(tmp_path_factory):
    return tmp_path_factory.mktemp("shared") / "home"


@pytest.fixture
def database_url(module_database_url):
    """One database for both processes, this one, and all tests here."""
    return module_database_url


@pytest.fixture
def settings(settings, module_home):
    return settings.model_copy(update={"home": module_home})


@pytest.fixture(scope="module")
def addresses(module_database_url, module_home):
    """Two processes that serve and have no worker."""
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "SHORTFACTORY_HOME": str(module_home),
        "SHORTFACTORY_DATABASE_URL": module_database_url,
        "SHORTFACTORY_PROVIDERS": "offline",
    }
    ports = [free_port(), free_port()]
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", SERVE, "serve", "--workers", "0", "--port", str(port)],
            env=environment,
            cwd=ROOT,
            stderr=subprocess.DEVNULL,
        )
        for port in ports
    ]
    yield [f"http://127.0.0.1:{port}" for port in ports]
    for process in processes:
        process.send_signal(signal.SIGTERM)
    for process in processes:
        process.wait(30)


@pytest.fixture
async def here_and_there(addresses):
    """A client of each, when both answer."""
    async with AsyncExitStack() as stack:
        clients = [
            await stack.enter_async_context(
                httpx.AsyncClient(base_url=address, timeout=60, trust_env=False)
            )
            for address in addresses
        ]
        for each in clients:
            await ready(each)
        yield clients


async def ready(client):
    async with asyncio.timeout(60):
        while True:
            try:
                if (await client.get("/readyz")).is_success:
                    return
            except httpx.TransportError:  # it does not listen yet
                await asyncio.sleep(0.05)


async def told(client, short_id, last_id=0):
    """The ids of the events after one, to the short's end."""
    headers = {"last-event-id": str(last_id)}
    async with client.stream("GET", f"/v1/shorts/{short_id}/events", headers=headers) as answer:
        lines = [line async for line in answer.aiter_lines()]
    return [int(line[4:]) for line in lines if line.startswith("id: ")]


def both(clients, path, **given):
    """The same request to both at the same moment."""
    return asyncio.gather(*(client.post(path, **given) for client in clients))


async def approval(short_id, rest, by):
    """Where and with what a script is approved, when it waits for that."""
    version = (await rest(short_id, "waiting_approval", by=by))["script_version"]
    form = {"decision": "approve", "script_version": version}
    return f"/v1/shorts/{short_id}/approval", form


async def test_one_order_that_comes_to_both_at_once_is_one_short(here_and_there, script):
    for number in range(5):
        key = {"idempotency-key": f"race-{number}"}
        answers = await both(here_and_there, "/v1/shorts", json=script, headers=key)
        assert [answer.status_code for answer in answers] == [202, 202]
        assert len({answer.json()["id"] for answer in answers}) == 1
    listed = (await here_and_there[0].get("/v1/shorts")).json()["shorts"]
    assert len(listed) == 5
    for short in listed:
        await here_and_there[1].post(f"/v1/shorts/{short['id']}/cancel")


async def test_of_two_approvals_at_once_one_is_taken(here_and_there, worker, rest, script):
    here = here_and_there[0]
    short_id = (await here.post("/v1/shorts", json=script)).json()["id"]
    path, form = await approval(short_id, rest, here)
    answers = await both(here_and_there, path, json=form)
    assert sorted(answer.status_code for answer in answers) == [202, 409]
    refused = next(answer for answer in answers if answer.status_code == 409).json()
    assert refused["type"] == "urn:shortfactory:problem:wrong-status"
    await here.post(f"/v1/shorts/{short_id}/cancel")
    await rest(short_id, "cancelled", by=here)


@pytest.mark.slow
async def test_what_is_followed_at_one_is_decided_and_gone_on_with_at_the_other(
    here_and_there, worker, rest, script
):
    here, there = here_and_there
    short_id = (await here.post("/v1/shorts", json=script)).json()["id"]
    following = asyncio.create_task(told(here, short_id))
    path, form = await approval(short_id, rest, here)
    assert (await there.post(path, json=form)).status_code == 202
    ids = await following
    assert (await rest(short_id, "done", "failed", by=there))["status"] == "done"
    middle = len(ids) // 2
    assert ids == sorted(set(ids))
    assert await told(there, short_id, ids[middle]) == ids[middle + 1 :]
    assert await told(there, short_id, ids[-1]) == []
    link = (await here.get(f"/v1/shorts/{short_id}/links")).json()["film"]["href"]
    film = await there.get(link, headers={"range": "bytes=4-7"})
    assert (film.status_code, film.content) == (206, b"ftyp")
    assert (await there.get(link.replace("expires=", "expires=1"))).status_code == 404
