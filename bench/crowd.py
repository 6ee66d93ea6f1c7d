"""Many runs share one tenant's limit while workers are killed: does a cent escape?

`python -m bench.crowd` starts workers that drive 100 runs' paid calls through the gateway against
the simulator, kills one after the other with SIGKILL, lets successors recover what they left, and
holds the limit, the ledger and the vendors' bill against each other, call by call: every settled
row has its row in the bill at the same price, and every lost one has one or none. Nothing is
rendered.
"""

from __future__ import annotations

import asyncio
import random
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from pathlib import Path

import httpx

from bench.books import Compared, compare
from bench.place import open_place
from graph.database import connect, open_database
from providers.artifacts import FolderStore
from providers.catalog import Catalog
from providers.gateway import Gateway
from providers.ledger import Ledger
from providers.ports import ImageRequest, VoiceRequest
from providers.shared_limits import SharedLimiter
from providers.spending import Entry
from shortfactory.errors import BudgetExceeded, ProviderError
from shortfactory.plan import Payer
from shortfactory.settings import BudgetSettings, Settings
from simulator.bill import Row
from simulator.faults import Fault
from simulator.scenarios import Scenario
from simulator.server import Simulator

IMAGE, VOICE = "gemini:gemini-3.1-flash-lite-image", "elevenlabs:eleven_flash_v2_5"
SCENES = 4
# What the prompts and narrations below say of themselves.
WORDS = re.compile(r"Scene (\d+) of (run-\d+) shows")
SEED = 11
# Some calls fail as vendors do; some answers are paid for and lost on their way.
VENDORS = Scenario(
    pictures=8,
    concurrency=50,
    faults=(
        Fault(action="reset_after_work", kind="voice", every=7),
        Fault(action="reset_after_work", kind="image", every=9),
        Fault(action="unavailable", rate=0.03),
        Fault(action="refuse", rate=0.02),
    ),
)


@dataclass(frozen=True)
class Crowd:
    """How many runs, on how many workers at once, how many of those are killed, for how much."""

    runs: int
    workers: int
    kills: int
    limit_usd: Decimal


@dataclass(frozen=True)
class Found:
    """What was spent within which limit, by which books; dollars and seconds."""

    limit_usd: Decimal
    books: Compared
    calls: int
    killed: int
    took_s: float

    @property
    def holds(self) -> bool:
        """Never above the limit, and the bill is the ledger, to the millionth."""
        books = self.books
        return books.ledger_usd <= self.limit_usd and books.exact and not books.open_usd


async def play(crowd: Crowd, settings: Settings, dsn: str) -> Found:
    """Drive the crowd through its calls; `settings.home` keeps the artifacts."""
    started_s = time.monotonic()
    async with Simulator() as simulator:
        simulator.set(VENDORS)
        with tempfile.TemporaryDirectory() as folder:
            facts = (dsn, simulator.base_url, str(settings.home), folder, str(crowd.limit_usd))
            killed = await asyncio.to_thread(_race, crowd, facts)
            # What dead workers had asked for is finished by now, and in the vendor's record.
            await asyncio.to_thread(_finish, crowd, facts)
        bill = simulator.bill()
    async with connect(dsn) as database:
        ledger = Ledger(database.pool, settings.budget)
        rows = [row for number in range(crowd.runs) for row in await ledger.rows(f"run-{number}")]
    return Found(
        limit_usd=crowd.limit_usd,
        books=compare(rows, bill, _same),
        calls=sum(row.sent_at is not None for row in rows),
        killed=killed,
        took_s=time.monotonic() - started_s,
    )


def _same(entry: Entry, row: Row) -> bool:
    """Whether a row of the bill is about the run and scene of an entry."""
    said = WORDS.search(row.text)
    about = (row.vendor, said[2], int(said[1])) if said else ()
    return about == (entry.provider, entry.run_id, entry.scene)


def _finish(crowd: Crowd, facts: tuple[str, ...]) -> None:
    """Let one more worker recover every run, now that no vendor is at work."""
    everyone = ",".join(str(number) for number in range(crowd.runs))
    if code := _worker(everyone, (*facts, "recover")).wait():
        raise RuntimeError(f"the last worker ended with {code}")


def _race(crowd: Crowd, facts: tuple[str, ...]) -> int:
    """Run the workers; kill some, and start a successor for each share of runs they left."""
    dice, killed = random.Random(SEED), 0
    shares = [
        ",".join(str(n) for n in range(first, crowd.runs, crowd.workers))
        for first in range(crowd.workers)
    ]
    working = {share: _worker(share, facts) for share in shares}
    for share in (dice.choice(shares) for _ in range(crowd.kills)):
        _wait_for_calls(Path(facts[3]), killed + 1, working[share])
        if working[share].poll() is None:
            working[share].send_signal(signal.SIGKILL)
            killed += 1
        working[share].wait()
        working[share] = _worker(share, facts)
    for worker in working.values():
        if worker.wait():
            raise RuntimeError(f"a worker ended with {worker.returncode}")
    return killed


def _wait_for_calls(marks: Path, times: int, worker: subprocess.Popen[bytes]) -> None:
    """Wait until more calls have begun or the worker has ended: a kill among calls, not before."""
    while sum(1 for _ in marks.iterdir()) < 4 * times and worker.poll() is None:
        threading.Event().wait(0.02)


def _worker(share: str, facts: tuple[str, ...]) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "bench.crowd", "worker", share, *facts]
    return subprocess.Popen(command, cwd=Path(__file__).parent.parent)


async def work(
    share: str, dsn: str, base_url: str, home: str, marks: str, limit: str, what: str = "buy"
) -> None:
    """One worker: recover each of its runs, then buy a short's calls, until no money is left."""
    vendors = {"simulator": {"base_url": base_url}, "gemini": {"images_per_minute": 100_000}}
    settings = Settings(_env_file=None, **vendors)  # pyright: ignore[reportCallIssue, reportArgumentType]
    budget = BudgetSettings(tenant_day_usd=Decimal(limit), deployment_day_usd=Decimal(10_000))
    async with connect(dsn) as database, httpx.AsyncClient(trust_env=False) as http:
        gateway = Gateway(
            FolderStore(Path(home) / "artifacts"),
            Ledger(database.pool, budget),
            Catalog(settings, "simulator", http),
            settings.gateway.model_copy(update={"first_wait_s": 0.01}),
            SharedLimiter(database.pool),
        )
        async with asyncio.TaskGroup() as group:
            for number in share.split(","):
                run_id = f"run-{number}"
                short = gateway.recover(run_id) if what == "recover" else None
                group.create_task(short or _short(gateway, run_id, Path(marks)))


async def _short(gateway: Gateway, run_id: str, marks: Path) -> None:
    await gateway.recover(run_id)
    for scene in range(1, SCENES + 1):
        payer = Payer(run_id=run_id, tenant="crowd", budget_usd=Decimal(1), node="n", scene=scene)
        words = f"Scene {scene} of {run_id} shows what nobody has seen."
        for call in (
            partial(gateway.draw, IMAGE, ImageRequest(prompt=words), payer),
            partial(gateway.speak, VOICE, VoiceRequest(text=words), payer),
        ):
            (marks / f"{run_id}-{scene}-{time.monotonic_ns()}").touch()
            try:
                await call()
            except BudgetExceeded:
                return
            except ProviderError:  # another model would answer now; here it is one call less
                continue


def lines(found: Found) -> Iterator[str]:
    """What a person wants to read."""
    books = found.books
    yield f"killed workers   {found.killed}"
    yield f"calls            {found.calls} in {found.took_s:.0f} s"
    yield f"limit            ${found.limit_usd}"
    yield f"simulator's bill ${books.bill_usd}"
    yield f"ledger           ${books.ledger_usd}"
    yield f"lost with a bill {books.lost_billed}, counted ${books.lost_over_usd} above it"
    yield f"lost without     {books.lost_unbilled}, counted ${books.lost_nothing_usd}"
    yield f"by the record    {books.by_record} lost narrations settled at what they cost"
    yield f"unexplained      ${books.unexplained_usd}"
    yield "holds" if found.holds else "DOES NOT HOLD"


async def _measured(home: Path) -> Found:
    settings = Settings(_env_file=None, home=home)  # pyright: ignore[reportCallIssue]
    async with open_database(settings) as database:
        return await play(Crowd(100, 4, 8, Decimal(3)), settings, database.dsn)


def main() -> int:
    """100 runs on four workers, eight killed, for three dollars."""
    with open_place("crowd") as place:
        found = asyncio.run(_measured(place / "home"))
    sys.stdout.write("\n".join(lines(found)) + "\n")
    return 0 if found.holds else 1


if __name__ == "__main__":
    if sys.argv[1:2] == ["worker"]:
        asyncio.run(work(*sys.argv[2:]))
    else:
        raise SystemExit(main())
