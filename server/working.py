"""Working on a run from the command line until it rests, asking the person in between."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from rich.markup import escape

from graph.factory import Factory
from graph.run import Run
from graph.short import Short
from server.asking import Act, ask
from server.failures import EXIT_DONE, EXIT_FAILED, EXIT_INTERRUPTED, EXIT_WAITING
from server.progress import Progress
from server.screen import left_unmended, next_step, notes, person_present, print_json, result
from shortfactory.errors import InvalidInput, UnknownRun
from shortfactory.money import show as dollars
from shortfactory.settings import Settings

T = TypeVar("T")
Tell = Callable[[Factory, Run], Awaitable[dict[str, Any]]]

EXIT_CODES = {
    "done": EXIT_DONE,
    "rejected": EXIT_DONE,
    "failed": EXIT_FAILED,
    "cancelled": EXIT_FAILED,
}


@dataclass
class Job:
    """One call of a command that works on a run."""

    settings: Settings
    as_json: bool
    act: Act
    """Starts the run, or records a decision about it."""
    out: Path | None = None
    run_id: str = ""
    """Known once `act` has returned."""
    tell: Tell | None = None
    """What else to say of a run that is done."""
    told: dict[str, Any] = field(default_factory=dict[str, Any])


def visit(settings: Settings, action: Callable[[Factory], Awaitable[T]]) -> T:
    """Open the factory, do one thing, close it."""

    async def run() -> T:
        async with Factory.open(settings) as factory:
            return await action(factory)

    return asyncio.run(run())


async def find(factory: Factory, given: str) -> str:
    """The id of the run that somebody named by its id or the beginning of it.

    Raises:
        UnknownRun: none begins so.
        InvalidInput: more than one does.
    """
    found = await factory.find(given.strip().lower())
    if not found:
        raise UnknownRun(given)
    if len(found) > 1:
        raise InvalidInput("ID", given, "more than one short begins so; give more of the id")
    return found[0].id


def work(job: Job) -> int:
    """Work until the run rests, asking the person where one is there; returns the exit code."""
    try:
        while True:
            # Closed while a person thinks: nothing runs, and nothing is lost if they walk away.
            short = visit(job.settings, lambda factory: _once(job, factory))
            if not _may_ask(job, short):
                return _report(job, short)
            act = ask(notes(), short, job.settings)
            if act is None:
                return _report(job, short)
            job.act = act
    except KeyboardInterrupt:
        return _interrupted(job)


async def _once(job: Job, factory: Factory) -> Short:
    run = await job.act(factory)
    if not job.run_id:
        job.run_id = run.id
        notes().print(f"Short {run.id}")
    if run.status != "done":
        with Progress(notes()) as progress:
            run = await factory.work(run.id, watch=progress.watch)
    if run.status == "done":
        job.out = await factory.deliver(run.id, _place(job, run))
        job.told = await job.tell(factory, run) if job.tell else {}
    return await factory.show(run.id)


def _place(job: Job, run: Run) -> Path:
    if job.out:
        return job.out.expanduser().absolute()
    return Path(run.out) if run.out else Path("shorts").absolute() / run.id


def _may_ask(job: Job, short: Short) -> bool:
    return short.run.status == "waiting_approval" and not job.as_json and person_present()


def _report(job: Job, short: Short) -> int:
    run = short.run
    if job.as_json:
        print_json(_document(job, short))
    elif run.status == "done":
        simulated = "simulated " if run.providers == "simulator" else ""
        spent = f"It cost {simulated}{dollars(short.spent_usd)} of {dollars(run.budget_usd)}."
        result().print(escape(f"{job.out}/film.mp4"))
        notes().print(f"Done: {escape(run.title)}. {spent} Everything is in {job.out}")
        for left in left_unmended(short):
            notes().print(escape(left))
    else:
        notes().print(next_step(run))
    return EXIT_CODES.get(run.status, EXIT_WAITING)


def _document(job: Job, short: Short) -> dict[str, Any]:
    done = short.run.status == "done"
    return {
        "short": short.run.model_dump(mode="json"),
        "spent_usd": str(short.spent_usd),
        "out": str(job.out) if done else None,
        "files": sorted(short.package) if done else [],
        **job.told,
    }


def _interrupted(job: Job) -> int:
    if not job.run_id:
        message = "Stopped before anything was made."
    else:
        message = (
            f"Stopped; nothing finished is lost. Resume with: shortfactory resume {job.run_id}"
        )
    if job.as_json:
        print_json({"error": {"type": "Interrupted", "message": message, "short": job.run_id}})
    notes().print(message)
    return EXIT_INTERRUPTED
