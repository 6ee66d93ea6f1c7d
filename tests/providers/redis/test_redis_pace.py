"""Requests of a tenant are counted in Redis, and in Postgres while it is away."""

import pytest

from server.pace import Pace
from server.problems import TooManyRequests


async def passed(paces, times):
    """How many of so many requests, in turn by each process, got through."""
    count = 0
    for number in range(times):
        try:
            await paces[number % len(paces)].count("acme")
            count += 1
        except TooManyRequests:
            continue
    return count


async def test_processes_count_together_in_redis(database, new_door):
    paces = [Pace(3, database.pool, await new_door()) for _ in range(2)]
    assert await passed(paces, 8) == 3
    async with database.pool.connection() as connection:
        rows = await (await connection.execute("select name from call_turn")).fetchall()
    assert rows == []


async def test_no_request_fails_because_redis_went(database, server, new_door):
    paces = [Pace(2, database.pool, await new_door()) for _ in range(2)]
    assert await passed(paces, 4) == 2
    server.kill()
    assert await passed(paces, 6) == 2
    with pytest.raises(TooManyRequests):
        await paces[0].count("acme")
