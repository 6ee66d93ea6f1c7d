"""How long a short takes with vendors at their usual pace: `python -m bench.wall`.

The simulator runs as a process of its own and answers after as long as the vendors take;
everything else is what a live run does, renders included. Its drawing and speaking load this
machine, which the vendors' would not; the processor seconds that are printed leave it out.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import time
from collections import defaultdict
from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager
from decimal import Decimal
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil
from pydantic import HttpUrl

from graph.events import Event
from graph.factory import Factory
from shortfactory.order import Order
from shortfactory.settings import Settings, SimulatorSettings
from shortfactory.story import Topic
from simulator.scenarios import Scenario
from simulator.server import Simulator

PACE = Scenario(latency="usual")
TOPICS = (
    "Why bees dance", "How sand becomes glass", "Why cats always land on their feet",
    "The clock that found the sea", "How a seed knows which way is up", "Why the sky turns red",
    "How lighthouses talk", "The town that moved uphill", "Why bread rises", "How owls hear mice",
)  # fmt: skip
WRITING = ("story", "script", "critique", "budget_guard", "approval", "cast")
SCENE = ("illustrate", "inspect_image", "narrate", "inspect_voice", "compose_segment")
ENDING = ("assemble", "quality_check", "package")
TARGET_S = 60.0
_SIMULATOR: dict[str, int] = {}


class Timed:
    """One run's events: when each step began and ended, in seconds from the run's start."""

    def __init__(self) -> None:
        """Start the clock."""
        self._began_s = time.monotonic()
        self._open: dict[tuple[str, int | None], float] = {}
        self.spans_s: dict[str, list[tuple[float, float]]] = defaultdict(list)
        self.all_s = 0.0
        self.done = False

    def watch(self, event: Event) -> None:
        """Note a step's beginning or end."""
        now_s, step = time.monotonic() - self._began_s, (event.node, event.scene)
        if event.kind != "node":
            return
        if event.state == "started":
            self._open[step] = now_s
        elif step in self._open:
            self.spans_s[event.node].append((self._open.pop(step), now_s))

    def end(self) -> None:
        """Stop the clock."""
        self.all_s = time.monotonic() - self._began_s

    def phase_s(self, *nodes: str) -> float:
        """From the first beginning to the last end of these steps."""
        spans = [span for node in nodes for span in self.spans_s[node]]
        return max(end for _, end in spans) - min(start for start, _ in spans) if spans else 0.0

    def story(self) -> str:
        """How long each phase took, and the longest steps."""
        phases = {"writing": WRITING, "scenes": SCENE, "ending": ENDING}
        parts = [f"{name} {self.phase_s(*nodes):.0f} s" for name, nodes in phases.items()]
        spans = [(end - start, node) for node in self.spans_s for start, end in self.spans_s[node]]
        longest = [f"{node} {length_s:.0f} s" for length_s, node in sorted(spans)[-3:]]
        drawn = len(self.spans_s["illustrate"]) + len(self.spans_s["illustrate_fallback"])
        return f"{', '.join(parts)}; {drawn} drawings; longest {', '.join(longest)}"

    def mean_s(self, node: str) -> float:
        """How long one such step took on average, waiting for its turn included."""
        spans = self.spans_s[node]
        return sum(end - start for start, end in spans) / len(spans) if spans else 0.0


@asynccontextmanager
async def simulated() -> AsyncGenerator[str]:
    """The base URL of a simulator in another process."""
    context = get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(theirs,), daemon=True)
    process.start()
    _SIMULATOR["pid"] = process.pid or 0
    try:
        yield await asyncio.to_thread(ours.recv)
    finally:
        ours.send("stop")
        await asyncio.to_thread(process.join)


def _serve(pipe: Connection) -> None:
    simulator = Simulator(PACE)
    simulator.start()
    pipe.send(simulator.base_url)
    pipe.recv()
    simulator.stop()


def cpu_s() -> float:
    """Processor seconds so far of this process and of its render workers."""
    here = psutil.Process()
    others = [child for child in here.children() if child.pid != _SIMULATOR.get("pid")]
    times = [process.cpu_times() for process in (here, *others)]
    return sum(spent.user + spent.system for spent in times)


async def one(factory: Factory, topic: str) -> Timed:
    """Make one whole short of 45 s and six scenes."""
    order = Order(
        topic=Topic(text=topic), providers="simulator", approve="auto", budget_usd=Decimal("0.5")
    )
    timed = Timed()
    run = await factory.start(order)
    run = await factory.work(run.id, watch=timed.watch)
    timed.end()
    timed.done = run.status == "done"
    load = os.getloadavg()[0]
    _say(f"{topic}: {run.status} after {timed.all_s:.0f} s at a load of {load:.0f}. {run.reason}")
    _say(f"  {timed.story()}; {cpu_s():.0f} s of CPU so far")
    return timed


async def measure(one_by_one: int, at_once: int) -> None:
    """Print what was measured, row by row."""
    with TemporaryDirectory() as folder:
        async with simulated() as url:
            settings = Settings(
                home=Path(folder), simulator=SimulatorSettings(base_url=HttpUrl(url))
            )
            async with Factory.open(settings) as factory:
                await one(factory, "Why rivers bend")  # starts database, workers and fonts
                alone = [await one(factory, topic) for topic in TOPICS[:one_by_one]]
                for line in report("one after the other", alone):
                    _say(line)
                async with asyncio.TaskGroup() as group:
                    tasks = [
                        group.create_task(one(factory, f"{topic} at night"))
                        for topic in TOPICS[:at_once]
                    ]
                for line in report(f"{at_once} at once", [task.result() for task in tasks]):
                    _say(line)


def report(name: str, runs: list[Timed]) -> Iterator[str]:
    """Whole shorts, then where their time went."""
    finished = [run for run in runs if run.done]
    yield f"## {len(finished)} of {len(runs)} shorts done, {name}"
    runs = finished
    if not runs:
        return
    whole_s = sorted(run.all_s for run in runs)
    p95_s = whole_s[min(len(whole_s) - 1, round(0.95 * (len(whole_s) - 1)))]
    in_time = sum(second <= TARGET_S for second in whole_s)
    yield f"P50 {whole_s[len(whole_s) // 2]:.0f} s, P95 {p95_s:.0f} s, longest {whole_s[-1]:.0f} s"
    yield f"{in_time} of {len(runs)} within {TARGET_S:.0f} s"
    for phase, nodes in (("writing", WRITING), ("scenes", SCENE), ("ending", ENDING)):
        yield f"| {phase} | {_mean(run.phase_s(*nodes) for run in runs):.1f} s in all |"
    for node in (*WRITING[:2], *SCENE, *ENDING):
        yield f"| {node} | {_mean(run.mean_s(node) for run in runs):.1f} s each |"


def _mean(values: Iterator[float]) -> float:
    listed = list(values)
    return sum(listed) / len(listed)


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--one-by-one", type=int, default=10)
    asked.add_argument("--at-once", type=int, default=5)
    given = asked.parse_args()
    asyncio.run(measure(given.one_by_one, given.at_once))
