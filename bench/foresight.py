"""How far estimates are from settled bills: whole shorts on the simulator, calm and under faults.

`python -m bench.foresight` makes them, everything real but the frames (see `bench.unfilmed`), and
keeps what it saw in bench/results/foresight.json, from which `python -m bench.costs` writes.
"""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import product
from pathlib import Path
from statistics import mean

from bench.books import Compared, compare
from bench.place import open_place
from bench.plenty import CALM, plenty
from bench.unfilmed import Unfilmed, Workshop, open_workshop
from graph.factory import Factory
from providers.catalog import plan_for
from providers.estimate import Estimate, estimate
from providers.spending import Entry
from shortfactory.order import Order
from shortfactory.settings import Settings
from shortfactory.story import Plain, Topic
from simulator.bill import Row
from simulator.scenarios import MIXED
from simulator.server import Simulator

KEPT = Path(__file__).parent / "results" / "foresight.json"
THINGS = ("bees", "glaciers", "clocks", "spices")
LENGTHS = ((10, 2), (25, 4), (45, 6))  # seconds, scenes
WRITERS = {"story", "script", "critique"}
AT_ONCE = 4


Made = tuple["Case | None", tuple[Entry, ...]]


class Case(Plain):
    """One finished short: what was expected of its topic and of its script, and what it cost."""

    topic: str
    seconds: int
    scenes: int
    faults: bool
    by_topic_usd: Decimal
    by_script_usd: Decimal
    worst_usd: Decimal
    settled_usd: Decimal


class Foresight(Plain):
    """All cases of one day. `unfinished` shorts parked and are not among them.

    `lost` answers broke on their way and count at their worst case, `lost_over_usd` more than the
    vendors charged for them. `rounded_usd` is what rounding each call up to a millionth adds.
    """

    on: date
    cases: tuple[Case, ...]
    unfinished: int
    settled_usd: Decimal
    bill_usd: Decimal
    lost: int
    lost_over_usd: Decimal
    rounded_usd: Decimal


async def foresee(home: Path) -> Foresight:
    """Make every short, first calm, then while one call in ten fails."""
    cases: list[Case | None] = []
    bill_usd, books = Decimal(0), list[Compared]()
    for faults in (False, True):
        vendors = CALM.model_copy(update={"faults": MIXED}) if faults else CALM
        async with Simulator(vendors) as simulator:
            own_home = home / f"faults-{faults}"
            own_home.mkdir(mode=0o711)
            settings = plenty(own_home, simulator)
            async with open_workshop(settings, Unfilmed(2)) as workshop:
                made, calls = await _shorts(workshop, settings, faults=faults)
            cases += made
            books.append(compare(calls, simulator.bill(), _same))
            bill_usd += simulator.spent_usd()
    finished = tuple(case for case in cases if case is not None)
    if not all(compared.exact for compared in books):
        raise RuntimeError(f"ledger and bill differ without a reason: {books}")
    return Foresight(
        on=datetime.now(UTC).date(),
        cases=finished,
        unfinished=len(cases) - len(finished),
        settled_usd=sum((b.ledger_usd for b in books), Decimal(0)),
        bill_usd=bill_usd,
        lost=sum(b.lost_billed + b.lost_unbilled for b in books),
        lost_over_usd=sum((b.lost_over_usd + b.lost_nothing_usd for b in books), Decimal(0)),
        rounded_usd=sum((b.bill_usd for b in books), Decimal(0)) - bill_usd,
    )


def _same(entry: Entry, row: Row) -> bool:
    """Whether a row of the bill may be about an entry, as far as the model tells."""
    return (row.vendor, row.model) == (entry.provider, entry.model)


async def _shorts(
    workshop: Workshop, settings: Settings, *, faults: bool
) -> tuple[list[Case | None], list[Entry]]:
    places = asyncio.Semaphore(AT_ONCE)

    async def make(thing: str, length: tuple[int, int]) -> Made:
        # A store of its own: what another short has made would cost nothing.
        home = settings.home / f"{thing}-{length[0]}"
        async with places:
            factory = workshop.factory(settings.model_copy(update={"home": home}))
            return await _short(factory, thing, length, faults=faults)

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(make(*facts)) for facts in product(THINGS, LENGTHS)]
    done = [task.result() for task in tasks]
    return [case for case, _ in done], [call for _, calls in done for call in calls]


async def _short(factory: Factory, thing: str, length: tuple[int, int], *, faults: bool) -> Made:
    seconds, scenes = length
    topic = Topic(text=f"Why {thing} matter", seconds=seconds, scenes=scenes)
    limits, plan = factory.settings.graph, plan_for(factory.settings, "simulator")
    before = estimate(topic, plan, limits, datetime.now(UTC))
    order = Order(topic=topic, providers="simulator", budget_usd=Decimal(3), approve="auto")
    run = await factory.work((await factory.start(order)).id)
    short = await factory.show(run.id)
    if run.status != "done":
        return None, short.calls
    written_usd = sum((c.spent_usd for c in short.calls if c.node in WRITERS), Decimal(0))
    left = Estimate.model_validate(short.estimate)
    case = Case(
        topic=topic.text,
        seconds=seconds,
        scenes=scenes,
        faults=faults,
        by_topic_usd=before.expected_usd,
        by_script_usd=written_usd + left.expected_usd,
        worst_usd=before.worst_usd,
        settled_usd=short.spent_usd,
    )
    return case, short.calls


def table(found: Foresight) -> Iterator[str]:
    """Mean errors by length and weather, in Markdown; + where the estimate was too high."""
    yield "| short | vendors | shorts | settled | error by topic | error by script | largest |"
    yield "|---|---|---|---|---|---|---|"
    for (seconds, scenes), faults in product(LENGTHS, (False, True)):
        cases = [c for c in found.cases if (c.scenes, c.faults) == (scenes, faults)]
        if not cases:
            continue
        settled_usd = mean(case.settled_usd for case in cases)
        by_topic = [_error(case.by_topic_usd, case) for case in cases]
        by_script = [_error(case.by_script_usd, case) for case in cases]
        yield (
            f"| {seconds} s, {scenes} scenes | {'one call in ten fails' if faults else 'calm'} | "
            f"{len(cases)} | {settled_usd:.4f} | {mean(by_topic):+.1%} | {mean(by_script):+.1%} | "
            f"{max((*by_topic, *by_script), key=abs):+.1%} |"
        )


def _error(expected_usd: Decimal, case: Case) -> Decimal:
    return (expected_usd - case.settled_usd) / case.settled_usd


def kept() -> Foresight:
    """What the last measurement saw."""
    return Foresight.model_validate_json(KEPT.read_text("utf-8"))


def main() -> None:
    """Measure, keep, and print the table."""
    logging.disable(logging.WARNING)
    with open_place("foresight") as place:
        found = asyncio.run(foresee(place))
    KEPT.parent.mkdir(exist_ok=True)
    KEPT.write_text(found.model_dump_json(indent=1) + "\n", "utf-8")
    sys.stdout.write("\n".join(table(found)) + "\n")
    sys.stdout.write(f"unfinished {found.unfinished}, ledger ${found.settled_usd}, ")
    sys.stdout.write(f"bill ${found.bill_usd}, {found.lost} answers lost\n")


if __name__ == "__main__":
    main()
