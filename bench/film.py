"""A whole film from its script, phase by phase: `python -m bench.film [script.md]`.

Wall and CPU seconds of this process and its render workers, from a fresh data home; writing,
pictures and voices by the offline providers. Linux only: CPU is read from /proc.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
import time
from collections import defaultdict
from decimal import Decimal
from pathlib import Path

from graph.events import Event
from graph.factory import Factory
from shortfactory.order import Order
from shortfactory.settings import Settings
from shortfactory.story import Topic

EXAMPLE = Path(__file__).parent.parent / "examples" / "why-bees-dance.md"
PHASES = {
    "story": "writing",
    "scene": "scenes",
    "assemble": "assembly",
    "quality_check": "measuring",
    "package": "packing",
}
TICKS = os.sysconf("SC_CLK_TCK")


class Clock:
    """Wall and CPU since the last phase began, and the wall of every step added up."""

    def __init__(self) -> None:
        self.phases: dict[str, tuple[float, float]] = {}
        self.steps: dict[str, float] = defaultdict(float)
        self._began: dict[tuple[str, int | None], float] = {}
        self._phase, self._since = "opening", (time.perf_counter(), tree_cpu_s())

    def watch(self, event: Event) -> None:
        """Take one event of the run."""
        if event.kind != "node":
            return
        if event.state == "started":
            self._began[event.node, event.scene] = time.perf_counter()
            if event.node in PHASES and PHASES[event.node] != self._phase:
                self.turn(PHASES[event.node])
        elif began := self._began.pop((event.node, event.scene), None):
            self.steps[event.node] += time.perf_counter() - began

    def turn(self, phase: str) -> None:
        """End the phase before and begin this one."""
        now = (time.perf_counter(), tree_cpu_s())
        self.phases[self._phase] = (now[0] - self._since[0], now[1] - self._since[1])
        self._phase, self._since = phase, now


def tree_cpu_s() -> float:
    """CPU seconds of this process and of all its living descendants."""
    parents: dict[int, int] = {}
    used: dict[int, float] = {}
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = entry.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        pid = int(entry.parent.name)
        parents[pid] = int(fields[1])
        used[pid] = (int(fields[11]) + int(fields[12])) / TICKS
    return sum(cpu for pid, cpu in used.items() if _ours(pid, parents))


def _ours(pid: int, parents: dict[int, int]) -> bool:
    while pid > 1:
        if pid == os.getpid():
            return True
        pid = parents.get(pid, 0)
    return False


async def measure(script: str) -> tuple[Clock, float]:
    """Make the film once; returns the clock and the film's length in seconds."""
    clock = Clock()
    with tempfile.TemporaryDirectory() as home:
        settings = Settings(_env_file=None, home=Path(home))  # pyright: ignore[reportCallIssue]
        async with Factory.open(settings) as factory:
            order = Order(
                topic=Topic(script=script),
                providers="offline",
                budget_usd=Decimal(1),
                approve="auto",
            )
            run = await factory.start(order)
            run = await factory.work(run.id, watch=clock.watch)
            clock.turn("closing")
            quality = (await factory.show(run.id)).quality or {}
    if run.status != "done":
        sys.exit(f"The film was not made: {run.status}. {run.reason}")
    return clock, quality["measurements"]["duration_ms"] / 1000


def main() -> None:
    """Print one table per phase and one per step."""
    script = Path(sys.argv[1]) if len(sys.argv) > 1 else EXAMPLE
    clock, seconds = asyncio.run(measure(script.read_text("utf-8")))
    print(f"a film of {seconds:.1f} s on {os.cpu_count()} cores")
    print(f"{'phase':<12}{'wall s':>8}{'cpu s':>8}")
    for phase, (wall_s, cpu_s) in clock.phases.items():
        print(f"{phase:<12}{wall_s:8.1f}{cpu_s:8.1f}")
    walls, cpus = zip(*clock.phases.values(), strict=True)
    print(f"{'all':<12}{sum(walls):8.1f}{sum(cpus):8.1f}")
    print(f"\n{'step':<16}{'wall s, all scenes':>20}")
    for step, wall_s in sorted(clock.steps.items(), key=lambda each: -each[1]):
        print(f"{step:<16}{wall_s:20.1f}")


if __name__ == "__main__":
    main()
