"""Many shorts at once through the simulator while one call in ten fails; `--shorts 200`.

Everything is real but the frames (see `bench.unfilmed`): the vendors' SDKs, gateway, ledger,
Postgres, checkpoints, inspection of every picture and narration. Parked runs are resumed once the
vendors behave again.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import sys
import time
from collections import Counter
from decimal import Decimal
from pathlib import Path

from bench.faults import paid_twice
from bench.place import open_place
from bench.plenty import CALM, plenty
from bench.unfilmed import Unfilmed, open_workshop
from graph.factory import Factory
from graph.run import Run
from providers.spending import Entry
from shortfactory.order import Order
from shortfactory.story import Plain, Topic
from simulator.bill import Row
from simulator.faults import Fault
from simulator.scenarios import MIXED
from simulator.server import Simulator

WORDS = """
bees owls tides glaciers clocks bridges spices kites whales ferns comets deserts rivers mushrooms
magnets violins maps storms pearls lanterns wolves corals lighthouses
"""
THINGS = WORDS.split()
FAMILIES = {"illustrate_fallback": "illustrate", "narrate_fallback": "narrate"}
EMPTY_PURSE = Fault(action="insufficient_credits", kind="voice", rate=0.03)  # parks a short
Wanted = tuple[str, str, int | None]  # run, step, scene
WORKERS = 2


class Result(Plain):
    """What a soak came to.

    A result is one text, picture or narration that a short wanted, with every try for it: waiting,
    other words, the other model. A call is one request with its repetitions in the same words.
    Stopped results are those of shorts that met an empty account and bought nothing more: no retry
    helps, so they park.
    """

    shorts: int
    ended: dict[str, int]
    resumed: dict[str, int]
    failed: tuple[str, ...]
    parked_for: dict[str, int]
    requests: int
    struck: int
    calls: int
    calls_well: int
    results: int
    results_well: int
    results_stopped: int
    results_in_the_end: int
    paid_twice: int
    ledger_usd: Decimal
    bill_usd: Decimal
    wall_s: float

    @property
    def well_share(self) -> float:
        """The share of results that came, after all their tries, of those with money to pay."""
        return self.results_well / max(1, self.results - self.results_stopped)


async def soak(
    shorts: int, scenes: int, at_once: int, home: Path, database_url: str | None = None
) -> Result:
    """Make so many shorts under faults, then resume without faults what has parked."""
    logging.disable(logging.WARNING)
    started_s = time.monotonic()
    async with Simulator(CALM.model_copy(update={"faults": (*MIXED, EMPTY_PURSE)})) as sim:
        settings = plenty(home, sim, database_url)
        async with open_workshop(settings, Unfilmed(WORKERS)) as workshop:
            factory = workshop.factory(settings)
            runs = [await factory.start(_order(number, scenes)) for number in range(shorts)]
            first = await _worked(factory, runs, at_once)
            bill = sim.bill()
            entries = [call for run in first for call in (await factory.show(run.id)).calls]
            sim.set(CALM)
            resting = [run for run in first if run.status in ("parked", "waiting_budget")]
            second = await _worked(factory, resting, at_once)
            made = [await factory.show(run.id) for run in first]
        return Result(
            shorts=shorts,
            ended=dict(Counter(run.status for run in first)),
            resumed=dict(Counter(run.status for run in second)),
            failed=tuple(run.reason for run in [*first, *second] if run.status == "failed"),
            parked_for=dict(Counter(run.reason for run in resting)),
            **_calls(entries, bill),
            results_in_the_end=sum(
                _came([call for short in made for call in short.calls]).values()
            ),
            paid_twice=sum(len(paid_twice(short)) for short in made),
            ledger_usd=sum((short.spent_usd for short in made), Decimal(0)),
            bill_usd=sim.spent_usd(),
            wall_s=round(time.monotonic() - started_s, 1),
        )


def _order(number: int, scenes: int) -> Order:
    thing = THINGS[number % len(THINGS)]
    topic = Topic(
        text=f"Why {thing} matter, story {number}", seconds=max(6, 4 * scenes), scenes=scenes
    )
    return Order(topic=topic, providers="simulator", budget_usd=Decimal(3), approve="auto")


async def _worked(factory: Factory, runs: list[Run], at_once: int) -> list[Run]:
    places = asyncio.Semaphore(at_once)

    async def work(run: Run) -> Run:
        async with places:
            return await factory.work(run.id)

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(work(run)) for run in runs]
    return [task.result() for task in tasks]


def _calls(entries: list[Entry], bill: tuple[Row, ...]) -> dict[str, int]:
    last = {(e.run_id, e.call_key): e for e in entries if e.status != "cached"}
    broke = {entry.run_id for entry in entries if entry.note.startswith("AccountProblem")}
    came = _came(entries)
    return {
        "requests": len(bill),
        "struck": sum(bool(row.fault) for row in bill),
        "calls": len(last),
        "calls_well": sum(map(_well, last.values())),
        "results": len(came),
        "results_well": sum(came.values()),
        "results_stopped": sum(run_id in broke for (run_id, *_), well in came.items() if not well),
    }


def _came(entries: list[Entry]) -> dict[Wanted, bool]:
    came: dict[Wanted, bool] = {}
    for entry in entries:
        came[_wanted(entry)] = came.get(_wanted(entry), False) or _well(entry)
    return came


def _wanted(entry: Entry) -> Wanted:
    return entry.run_id, FAMILIES.get(entry.node, entry.node), entry.scene


def _well(entry: Entry) -> bool:
    return entry.status == "cached" or (entry.status == "settled" and not entry.note)


def report(result: Result) -> str:
    """The result for a person."""
    ended = ", ".join(f"{count} {status}" for status, count in sorted(result.ended.items()))
    resumed = ", ".join(f"{count} {status}" for status, count in sorted(result.resumed.items()))
    lines = [
        f"{result.shorts} shorts: {ended}; resumed: {resumed or 'none'}; {result.wall_s} s",
        f"{result.requests} requests, {result.struck} struck by a fault "
        f"({result.struck / max(1, result.requests):.1%})",
        f"{result.calls} calls, {result.calls_well} answered well in the same words or model "
        f"({result.calls_well / max(1, result.calls):.2%})",
        f"{result.results} results wanted: {result.results_well} came, {result.results_stopped} "
        f"stopped by an empty account; {result.well_share:.2%} of the others came; "
        f"{result.results_in_the_end} in the end",
        f"paid twice: {result.paid_twice}",
        f"ledger ${result.ledger_usd}, vendors' bill ${result.bill_usd}",
        *(f"failed: {reason}" for reason in result.failed),
        *(f"parked {count}: {reason}" for reason, count in result.parked_for.items()),
    ]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Run from a command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shorts", type=int, default=200)
    parser.add_argument("--scenes", type=int, default=3)
    parser.add_argument("--at-once", type=int, default=8)
    asked = parser.parse_args()
    with open_place("soak") as home:
        result = asyncio.run(soak(asked.shorts, asked.scenes, asked.at_once, home))
    sys.stdout.write(report(result))


if __name__ == "__main__":
    main()
