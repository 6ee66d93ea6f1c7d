"""What one API process answers while 100 shorts are in flight: `python -m bench.load`.

API and Postgres are processes of their own on this machine; so are the clients, who take their
share of it. The shorts wait for their approval, with everything that is kept of them by then, and
the worker that brought them there is gone: what is measured is the API.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from itertools import count

import httpx
import psutil
import psycopg

from bench.fleet import Fleet, open_deployment

SCRIPT = """# Tide {number}

## One

The sea breathes twice a day.

> A wide sea under a full moon

## Two

The moon pulls, and the water follows.

> The moon above a harbour at night
"""
ORDER = {"seconds": 6, "scenes": 2, "providers": "offline", "approve": "ask"}
SIZES = """
select relname as name, pg_total_relation_size(c.oid) as bytes from pg_class c
join pg_namespace n on n.oid = relnamespace where relkind = 'r' and nspname = 'public'
"""
COMMITS = "select xact_commit from pg_stat_database where datname = current_database()"
HEAD = "| | a second | P50 ms | P95 ms | P99 ms | CPU ms each | transactions each |"
Ask = Callable[[httpx.AsyncClient], Awaitable[None]]


@dataclass
class Measured:
    """The answers of one kind, in seconds each."""

    name: str
    took_s: list[float] = field(default_factory=list[float])
    all_s: float = 0.0
    transactions: int = 0
    cpu_s: float = 0.0
    """Of the API's process."""

    def __str__(self) -> str:
        """One row of a table."""
        sorted_s, n = sorted(self.took_s), len(self.took_s)
        parts = [
            f"{sorted_s[min(n - 1, int(n * share))] * 1000:.0f}" for share in (0.5, 0.95, 0.99)
        ]
        each = f"{self.cpu_s / n * 1000:.1f} | {self.transactions / n:.1f}"
        return f"| {self.name} | {n / self.all_s:.0f} | {' | '.join(parts)} | {each} |"


class Load:
    """Clients who ask as fast as they are answered."""

    def __init__(self, fleet: Fleet, dsn: str, clients: int, seconds: float) -> None:
        self._fleet, self._dsn, self._clients, self._seconds = fleet, dsn, clients, seconds
        self._number = count()
        self.shorts: list[str] = []

    async def submit(self, client: httpx.AsyncClient) -> None:
        """Order one short."""
        body = {**ORDER, "script": SCRIPT.format(number=next(self._number))}
        answer = await client.post("/v1/shorts", json=body)
        answer.raise_for_status()
        self.shorts.append(answer.json()["id"])

    async def status(self, client: httpx.AsyncClient) -> None:
        """Ask everything about one short."""
        (await client.get(f"/v1/shorts/{self._next()}")).raise_for_status()

    async def listing(self, client: httpx.AsyncClient) -> None:
        """List the newest 50."""
        (await client.get("/v1/shorts")).raise_for_status()

    async def first_event(self, client: httpx.AsyncClient) -> None:
        """Follow a short until its first event, then leave."""
        async with client.stream("GET", f"/v1/shorts/{self._next()}/events") as answer:
            answer.raise_for_status()
            async for line in answer.aiter_lines():
                if line.startswith("id:"):
                    return

    def _next(self) -> str:
        return self.shorts[next(self._number) % len(self.shorts)]

    async def measure(self, name: str, ask: Ask) -> Measured:
        """Let all clients do one thing for a while."""
        measured, until_s = Measured(name), time.monotonic() + self._seconds
        before, cpu_s, began_s = await self._commits(), self._cpu_s(), time.monotonic()

        async def one() -> None:
            async with httpx.AsyncClient(
                base_url=self._fleet.api_url, trust_env=False, timeout=60
            ) as client:
                while time.monotonic() < until_s:
                    asked_s = time.monotonic()
                    await ask(client)
                    measured.took_s.append(time.monotonic() - asked_s)

        async with asyncio.TaskGroup() as group:
            for _ in range(self._clients):
                group.create_task(one())
        measured.all_s, measured.cpu_s = time.monotonic() - began_s, self._cpu_s() - cpu_s
        await asyncio.sleep(1.5)  # Postgres counts a connection's commits once a second
        measured.transactions = await self._commits() - before
        return measured

    def _cpu_s(self) -> float:
        spent = psutil.Process(self._fleet.running["api"].pid).cpu_times()
        return spent.user + spent.system

    async def _commits(self) -> int:
        async with await psycopg.AsyncConnection.connect(self._dsn, autocommit=True) as connection:
            row = await (await connection.execute(COMMITS.encode())).fetchone()
            return row[0] if row else 0


async def fill(load: Load, fleet: Fleet, shorts: int) -> None:
    """Order shorts and let a worker bring each of them to its approval."""
    async with httpx.AsyncClient(base_url=fleet.api_url, trust_env=False, timeout=60) as client:
        for _ in range(shorts):
            await load.submit(client)
        fleet.start("worker", "worker", "--concurrency", "8")
        while len(await _waiting(client)) < min(shorts, 200):  # noqa: ASYNC110 - over HTTP
            await asyncio.sleep(0.5)
    fleet.end("worker")


async def _waiting(client: httpx.AsyncClient) -> list[str]:
    answer = await client.get("/v1/shorts?status=waiting_approval&limit=200")
    return [short["id"] for short in answer.json()["shorts"]]


async def kept(dsn: str, shorts: int) -> Iterator[str]:
    """Rows and bytes of Postgres per short."""
    async with await psycopg.AsyncConnection.connect(dsn) as connection:
        sizes = await (await connection.execute(SIZES.encode())).fetchall()
        rows = 0
        for name, _ in sizes:
            counted = await connection.execute(f'select count(*) from "{name}"'.encode())
            rows += (await counted.fetchone() or (0,))[0]
    size = sum(size for _, size in sizes)
    return iter([f"Postgres: {rows / shorts:.0f} rows, {size / shorts / 1024:.0f} KiB a short"])


async def run(shorts: int, clients: int, seconds: float) -> None:
    """Print what was measured, row by row."""
    async with open_deployment("load") as (fleet, dsn):
        load = Load(fleet, dsn, clients, seconds)
        await fill(load, fleet, shorts)
        _say(*await kept(dsn, shorts))
        _say(f"{shorts} shorts in flight, no worker, {clients} clients, load {_load()}")
        _say(HEAD, "|---" * 7 + "|")
        for name, ask in (
            ("status", load.status),
            ("list", load.listing),
            ("first event", load.first_event),
            ("submit", load.submit),
        ):
            _say(str(await load.measure(name, ask)))
        _say(f"load {_load()}")


def _load() -> str:
    return f"{os.getloadavg()[0]:.1f}"


def _say(*lines: str) -> None:
    for line in lines:
        sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--shorts", type=int, default=100)
    asked.add_argument("--clients", type=int, default=8)
    asked.add_argument("--seconds", type=float, default=8)
    given = asked.parse_args()
    asyncio.run(run(given.shorts, given.clients, given.seconds))
