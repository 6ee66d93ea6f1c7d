"""A tenant's requests are counted once, whichever process answers."""

import subprocess
import sys
import time

import pytest

from server.pace import Pace
from server.problems import TooManyRequests

MINUTE = 30

# A process of the API that counts as fast as it can; it begins when it is told.
PROCESS = """
import asyncio, sys
from psycopg_pool import AsyncConnectionPool
from server.pace import Pace
from server.problems import TooManyRequests

dsn, minute = sys.argv[1], int(sys.argv[2])

async def main():
    async with AsyncConnectionPool(dsn, kwargs={"autocommit": True}, open=False) as pool:
        pace = Pace(minute, pool)
        print("ready", flush=True)
        sys.stdin.readline()
        passed = 0
        for _ in range(minute):
            try:
                await pace.count("acme")
                passed += 1
            except TooManyRequests:
                pass
        print(passed)

asyncio.run(main())
"""


@pytest.mark.slow
def test_two_processes_share_one_minute(database_url):
    command = [sys.executable, "-c", PROCESS, database_url, str(MINUTE)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    processes = [subprocess.Popen(command, **pipes) for _ in range(2)]
    for process in processes:
        assert process.stdout.readline() == "ready\n"
    started_s = time.monotonic()
    for process in processes:
        process.stdin.write("go\n")
        process.stdin.flush()
    passed = [int(process.communicate()[0]) for process in processes]
    filled_again = (time.monotonic() - started_s) * MINUTE / 60 + 1
    assert MINUTE <= sum(passed) <= MINUTE + filled_again


async def test_a_whole_minute_may_be_used_at_once(database):
    for minute in (2, 3):  # a third of a minute is no round number of milliseconds
        pace = Pace(minute, database.pool)
        tenant = f"acme-{minute}"
        for _ in range(minute):
            await pace.count(tenant)
        with pytest.raises(TooManyRequests) as refused:
            await pace.count(tenant)
        assert 1 <= refused.value.retry_after_s <= 60 / minute


async def test_the_bucket_fills_again(database):
    pace = Pace(600, database.pool)
    for _ in range(20):
        await pace.count("acme")
    async with database.pool.connection() as connection:
        await connection.execute("update call_turn set next_at = now() - interval '1 hour'")
        await pace.count("acme")
        cursor = await connection.execute("select next_at - now() as full_in from call_turn")
        full_in = (await cursor.fetchone())["full_in"]
    assert full_in.total_seconds() < 5


async def test_a_refused_request_uses_nothing_up(database):
    pace = Pace(2, database.pool)
    for _ in range(2):
        await pace.count("acme")
    waits = []
    for _ in range(5):
        with pytest.raises(TooManyRequests) as refused:
            await pace.count("acme")
        waits.append(refused.value.retry_after_s)
    assert max(waits) <= 30


async def test_no_tenants_name_is_kept(database):
    await Pace(2, database.pool).count("acme")
    async with database.pool.connection() as connection:
        rows = await (await connection.execute("select name from call_turn")).fetchall()
    assert "acme" not in str(rows)
