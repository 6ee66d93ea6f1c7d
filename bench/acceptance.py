"""100 shorts on the installed wheel while workers are killed and Postgres goes away.

`python -m bench.acceptance --shorts 100` starts Postgres, simulator, API and two workers as
processes, orders all shorts at once over HTTP for three tenants, approves some, kills workers with
SIGKILL and SIGTERM, restarts Postgres in the middle, and holds bill, ledger, films and tenants
against each other in the end (`bench.audit`).
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import signal
import sys
import time
from collections.abc import AsyncGenerator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from bench.audit import Audit, audit, report
from bench.fleet import Fleet, Postgres, open_fleet, open_postgres
from bench.installed import build_wheel, install
from bench.place import open_place
from bench.tenant import Tenant, open_tenant
from graph.ending import end

TENANTS = ("ant", "bee", "cat")
SEED = 5
REPLACED_S = 1.0  # a supervisor takes a moment
EVENTS, SCENE_EVENTS = 12, 14  # about so many are told of a short, and of each of its scenes
POLL_S = 0.1


@dataclass(frozen=True)
class Plan:
    """How much is ordered, and how often a worker is struck: SIGKILL and SIGTERM in turns."""

    shorts: int
    strikes: int
    concurrency: int = 8
    latency: str = "usual"
    scenes: int = 2
    down_s: float = 3.0
    """How long Postgres is away."""
    settings: dict[str, str] = field(default_factory=dict[str, str])


@dataclass
class Done:
    """What was done to the processes."""

    killed: int = 0
    ended: int = 0
    exit_codes: set[int] = field(default_factory=set[int])
    slowest_end_s: float = 0.0
    restarts: int = 0
    started_again: int = 0


@dataclass
class Scene:
    """Everything that a strike needs."""

    plan: Plan
    fleet: Fleet
    postgres: Postgres
    done: Done = field(default_factory=Done)
    struck: set[str] = field(default_factory=set[str])
    striking: asyncio.Lock = field(default_factory=asyncio.Lock)

    def worker(self, name: str) -> None:
        """Start one, under a name that its successor will have too."""
        self.fleet.start(name, "worker", "--concurrency", str(self.plan.concurrency))


async def play(plan: Plan, programs: Path, folder: Path) -> tuple[Done, Audit]:
    """Make the shorts in this folder; what was done to the processes, and what was found."""
    settings = {"SHORTFACTORY_SERVICE__TENANT_RUNNING": str(plan.concurrency), **plan.settings}
    async with (
        open_postgres(folder) as postgres,
        open_fleet(programs, folder, postgres.dsn, plan.latency, **settings) as fleet,
        _tenants(fleet) as tenants,
    ):
        scene = Scene(plan, fleet, postgres)
        for name in ("worker-1", "worker-2"):
            scene.worker(name)
        began_s = time.monotonic()
        await _order_all(tenants, plan)
        _say(f"{plan.shorts} shorts ordered in {time.monotonic() - began_s:.1f} s")
        beside = [asyncio.create_task(_strike(scene)), asyncio.create_task(_supervise(scene))]
        async with asyncio.TaskGroup() as group:
            for tenant in tenants:
                group.create_task(tenant.see_through())
        async with scene.striking:  # a strike that has begun is seen to its end, and counted
            await end(*beside)
        for task in beside:
            if not task.cancelled():
                task.result()
        return scene.done, await audit(fleet, postgres.dsn, tenants, began_s)


@asynccontextmanager
async def _tenants(fleet: Fleet) -> AsyncGenerator[list[Tenant]]:
    async with AsyncExitStack() as stack:
        yield [await stack.enter_async_context(open_tenant(fleet, name)) for name in TENANTS]


async def _order_all(tenants: list[Tenant], plan: Plan) -> None:
    async with asyncio.TaskGroup() as group:
        for number in range(plan.shorts):
            group.create_task(tenants[number % len(tenants)].order(number, plan.scenes))


async def _strike(scene: Scene) -> None:
    """Strike at moments counted in events, spread over the first two thirds of the work."""
    dice, strikes = random.Random(SEED), scene.plan.strikes
    events = scene.plan.shorts * (EVENTS + SCENE_EVENTS * scene.plan.scenes)
    step = events * 2 / 3 / (strikes + 1)
    for number in range(strikes + 1):
        await _told(scene.postgres.dsn, int(step * (number + dice.uniform(0.2, 1))))
        async with scene.striking:
            if number == strikes // 2:
                await _restart(scene)
            else:
                name = dice.choice(("worker-1", "worker-2"))
                turn = number - (number > strikes // 2)
                await _replace(scene, name, signal.SIGTERM if turn % 2 else signal.SIGKILL)


async def _told(dsn: str, events: int) -> None:
    """Wait until so many events were written in all."""
    while True:
        with suppress(psycopg.OperationalError):
            async with await psycopg.AsyncConnection.connect(dsn) as connection:
                cursor = await connection.execute("select coalesce(max(id), 0) from run_events")
                row = await cursor.fetchone()
                if row and row[0] >= events:
                    return
        await asyncio.sleep(POLL_S)


async def _replace(scene: Scene, name: str, how: signal.Signals) -> None:
    struck_s = time.monotonic()
    scene.struck.add(name)
    code = await asyncio.to_thread(scene.fleet.end, name, how)
    took_s, done = time.monotonic() - struck_s, scene.done
    _say(f"{name} got {how.name}: exit code {code} after {took_s:.1f} s")
    if how == signal.SIGKILL:
        done.killed += 1
    else:
        done.ended, done.slowest_end_s = done.ended + 1, max(done.slowest_end_s, took_s)
        done.exit_codes.add(code)
    await asyncio.sleep(REPLACED_S)
    scene.worker(name)
    scene.struck.discard(name)


async def _supervise(scene: Scene) -> None:
    """Start again what ended by itself, as a worker does that finds no database at its start."""
    while True:
        await asyncio.sleep(REPLACED_S)
        for name in {"worker-1", "worker-2"} - scene.struck:
            if (code := scene.fleet.running[name].poll()) is not None:
                _say(f"{name} ended by itself with {code}")
                scene.done.started_again += 1
                scene.worker(name)


async def _restart(scene: Scene) -> None:
    _say(f"Postgres is away for {scene.plan.down_s} s")
    await scene.postgres.stop()
    await asyncio.sleep(scene.plan.down_s)
    await scene.postgres.start()
    scene.done.restarts += 1


def lines(done: Done, found: Audit) -> Iterator[str]:
    """What a person wants to read."""
    yield (
        f"workers killed {done.killed} times, told to end {done.ended} times "
        f"(slowest {done.slowest_end_s:.1f} s, exit codes {sorted(done.exit_codes)}); "
        f"Postgres restarted {done.restarts} times, {done.started_again} workers started again "
        f"after it; load {os.getloadavg()[0]:.1f}"
    )
    yield from report(found)


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main() -> int:
    """Run from a command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shorts", type=int, default=100)
    parser.add_argument("--scenes", type=int, default=2)
    parser.add_argument("--strikes", type=int, default=8)
    parser.add_argument("--concurrency", type=int, default=8)
    parser.add_argument("--away", type=float, default=Plan.down_s, help="seconds without Postgres")
    parser.add_argument("--keep", type=Path, help="keep logs and data in this new folder")
    given = parser.parse_args()
    with open_place("acceptance") as temporary:
        folder = given.keep or temporary / "all"
        folder.mkdir(parents=True)
        folder.chmod(0o711)
        programs = install(build_wheel(folder), folder / "environment")
        plan = Plan(
            given.shorts,
            given.strikes,
            given.concurrency,
            scenes=given.scenes,
            down_s=given.away,
        )
        done, found = asyncio.run(play(plan, programs, folder))
    for line in lines(done, found):
        _say(line)
    return 1 if found.faults else 0


if __name__ == "__main__":
    raise SystemExit(main())
