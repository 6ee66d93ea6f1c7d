"""Many clients follow over real connections: Postgres does not notice how many they are."""

import asyncio
from urllib.parse import urlsplit

from graph.database import POOL_SIZE
from server.jobs import CONNECTIONS

STREAMS = 200
BACKENDS = "select count(*) as n from pg_stat_activity where datname = current_database()"


async def told(line, text):
    """Read a stream until an event says so."""
    while text not in (read := await line[0].readline()):
        assert read, "the stream has ended"


async def follow(address, short_id):
    parts = urlsplit(address)
    line = await asyncio.open_connection(parts.hostname, parts.port)
    line[1].write(
        f"GET /v1/shorts/{short_id}/events HTTP/1.1\r\nhost: {parts.netloc}\r\n\r\n".encode()
    )
    await told(line, b"queued")
    return line


async def test_two_hundred_streams_need_no_connection_each(service, client, script, address):
    short_id = (await client.post("/v1/shorts", json=script)).json()["id"]
    async with asyncio.timeout(200):
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(follow(address, short_id)) for _ in range(STREAMS)]
        lines = [task.result() for task in tasks]
        async with service.database.pool.connection() as connection:
            backends = (await (await connection.execute(BACKENDS)).fetchone())["n"]
        assert backends <= POOL_SIZE + CONNECTIONS + 1  # and one that listens for all
        await client.post(f"/v1/shorts/{short_id}/cancel")
        async with asyncio.TaskGroup() as group:
            for line in lines:
                group.create_task(told(line, b"cancelled"))
    for _, writer in lines:
        writer.close()
        await writer.wait_closed()
