"""1,000 clients follow shorts at one API process at once: `python -m bench.streams`.

The shorts have their history up to the approval. Said is when each client had its first event,
what the process and Postgres hold for all of them, and how long a new event takes to reach all.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import time
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

import httpx
import psutil
import psycopg

from bench.fleet import Fleet, open_deployment
from bench.load import Load, fill

ASK = "GET /v1/shorts/{short}/events HTTP/1.1\r\nhost: {host}\r\naccept: text/event-stream\r\n\r\n"
OPENED_AT_ONCE = 100
BACKENDS = "select count(*) from pg_stat_activity where backend_type = 'client backend'"
Line = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def follow(url: str, short: str) -> Line:
    """Open a stream and read it to its first event."""
    parts = urlsplit(url)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    writer.write(ASK.format(short=short, host=parts.netloc).encode())
    await event(reader)
    return reader, writer


async def event(reader: asyncio.StreamReader, holding: bytes = b"") -> None:
    """Read to the end of an event that holds something.

    Raises:
        EOFError: the stream ended before.
    """
    seen = False
    while line := await reader.readline():
        seen = seen or (line.startswith(b"data:") and holding in line)
        if seen and not line.strip():
            return
    raise EOFError("the stream has ended")


async def opened(url: str, shorts: list[str], streams: int) -> tuple[list[Line], list[float]]:
    """Open so many streams; how long each waited for its first event."""
    gate, took_s = asyncio.Semaphore(OPENED_AT_ONCE), list[float]()

    async def one(number: int) -> Line:
        async with gate:
            began_s = time.monotonic()
            line = await follow(url, shorts[number % len(shorts)])
            took_s.append(time.monotonic() - began_s)
            return line

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(one(number)) for number in range(streams)]
    return [task.result() for task in tasks], sorted(took_s)


async def measure(fleet: Fleet, dsn: str, shorts: list[str], streams: int) -> None:
    """Open the streams, look at what they hold, and tell all of them something."""
    api = psutil.Process(fleet.running["api"].pid)
    before = api.memory_info().rss, await _backends(dsn)
    lines, took_s = await opened(fleet.api_url, shorts, streams)
    after = api.memory_info().rss, await _backends(dsn)
    _say(
        f"{streams} streams open: first event after P50 {took_s[streams // 2] * 1000:.0f} ms, "
        f"P95 {took_s[int(streams * 0.95)] * 1000:.0f} ms, longest {took_s[-1] * 1000:.0f} ms"
    )
    _say(
        f"API: {before[0] >> 20} MiB before, {after[0] >> 20} MiB with them, "
        f"{(after[0] - before[0]) / streams / 1024:.0f} KiB a stream, {api.num_fds()} files"
    )
    _say(f"Postgres connections: {before[1]} before, {after[1]} with them")
    async with httpx.AsyncClient(base_url=fleet.api_url, trust_env=False, timeout=60) as client:
        told_s = await _timed(lambda: _end_all(client, shorts, lines))
    _say(f"{len(shorts)} shorts cancelled: all {streams} clients knew after {told_s:.1f} s")
    for _, writer in lines:
        writer.close()


async def _end_all(client: httpx.AsyncClient, shorts: list[str], lines: list[Line]) -> None:
    async with asyncio.TaskGroup() as group:
        for reader, _ in lines:
            group.create_task(event(reader, b"cancelled"))
        for short in shorts:
            group.create_task(_cancel(client, short))


async def _cancel(client: httpx.AsyncClient, short: str) -> None:
    (await client.post(f"/v1/shorts/{short}/cancel")).raise_for_status()


async def _timed(work: Callable[[], Awaitable[None]]) -> float:
    began_s = time.monotonic()
    await work()
    return time.monotonic() - began_s


async def _backends(dsn: str) -> int:
    async with await psycopg.AsyncConnection.connect(dsn) as connection:
        row = await (await connection.execute(BACKENDS.encode())).fetchone()
        return row[0] - 1 if row else 0


async def run(shorts: int, streams: int) -> None:
    """Print what was measured."""
    async with open_deployment("streams") as (fleet, dsn):
        load = Load(fleet, dsn, 1, 1)
        await fill(load, fleet, shorts)
        await measure(fleet, dsn, load.shorts, streams)
        _say(f"load {os.getloadavg()[0]:.1f}")


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--shorts", type=int, default=20)
    asked.add_argument("--streams", type=int, default=1000)
    given = asked.parse_args()
    asyncio.run(run(given.shorts, given.streams))
