"""The pool of connections, used by tasks that are cancelled while they wait for it or give back."""

import asyncio
import random
from contextlib import AsyncExitStack

import anyio
import pytest

from graph.database import make_pool
from graph.ending import end

SIZE = 4


async def read(pool):
    while True:
        async with pool.connection() as connection:
            await connection.execute("select 1")


async def test_a_cancel_that_comes_with_the_connection_is_heard(database_url):
    chance = random.Random(3)
    async with make_pool(database_url, 2) as pool:
        for _ in range(40):
            readers = [asyncio.create_task(read(pool)) for _ in range(8)]
            for reader in readers:
                await asyncio.sleep(chance.random() * 0.004)
                reader.cancel()
            _, deaf = await asyncio.wait(readers, timeout=5)
            await end(*deaf)
            assert not deaf


@pytest.mark.slow
async def test_readers_who_leave_take_no_connection_with_them(database_url):
    chance = random.Random(1)

    async def visit(pool):
        with anyio.move_on_after(chance.random() * 0.01):  # cancels again in every turn
            await read(pool)

    async with make_pool(database_url, SIZE) as pool:
        for _ in range(300):
            async with asyncio.TaskGroup() as group:
                for _ in range(20):
                    group.create_task(visit(pool))
            async with asyncio.timeout(10), AsyncExitStack() as all_of_it:
                for _ in range(SIZE):
                    await all_of_it.enter_async_context(pool.connection())
