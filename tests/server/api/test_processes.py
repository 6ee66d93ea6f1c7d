"""Workers as processes: one is killed, one is told to end, a third finishes the short."""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]  # its waits together

ROOT = Path(__file__).parents[3]


@pytest.fixture
def start(settings, database_url):
    """Start `shortfactory worker`; end what is left at the end."""
    started = []

    def go():
        environment = {
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "SHORTFACTORY_HOME": str(settings.home),
            "SHORTFACTORY_DATABASE_URL": database_url,
            "SHORTFACTORY_RENDER__QUALITY": "quick",
            "SHORTFACTORY_SERVICE__HEARTBEAT_S": "1",
            "SHORTFACTORY_SERVICE__DEAD_AFTER_S": "6",
            "SHORTFACTORY_SERVICE__REAP_EVERY_S": "1",
        }
        code = "from server.cli import main; main()"
        command = [sys.executable, "-c", code, "worker", "--concurrency", "1"]
        started.append(subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL))
        return started[-1]

    yield go
    for process in started:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        process.wait()


async def told(service, run_id):
    async with service.database.pool.connection() as connection:
        cursor = await connection.execute(
            "select count(*) as n from run_events where run_id = %s", (run_id,)
        )
        return (await cursor.fetchone())["n"]


async def reach(service, run_id, more):
    """Wait until so many more events were written."""
    first = await told(service, run_id)
    async with asyncio.timeout(120):
        while await told(service, run_id) < first + more:  # noqa: ASYNC110 - another process
            await asyncio.sleep(0.05)


async def test_a_killed_and_an_ended_worker_lose_nothing(service, client, rest, start, tide):
    order = {"script": tide, "seconds": 5, "scenes": 2, "approve": "auto"}
    run_id = (await client.post("/v1/shorts", json=order)).json()["id"]
    killed = start()
    await reach(service, run_id, 6)
    killed.send_signal(signal.SIGKILL)
    killed.wait()

    ended = start()
    await reach(service, run_id, 3)
    ended.send_signal(signal.SIGTERM)
    assert await asyncio.to_thread(ended.wait, 60) == 0
    run = await service.database.runs.get(run_id)
    assert run.status in ("queued", "done")

    start()
    short = await rest(run_id, "done", "failed", "parked", deadline_s=200)
    assert short["status"] == "done", short["reason"]
    calls = await service.factory.show(run_id)
    paid = Counter(call.call_key for call in calls.calls if call.status == "settled")
    assert max(paid.values()) == 1
