"""What a person sees: scripts, lists and sums, as tables on a terminal."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from datetime import UTC
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from shortfactory.money import show as dollars
from shortfactory.story import Script

if TYPE_CHECKING:  # the graph loads LangGraph, which a table does not need
    from graph.run import Run
    from graph.short import Short

COLOURS = {
    "done": "green",
    "failed": "red",
    "parked": "yellow",
    "waiting_approval": "yellow",
    "waiting_budget": "yellow",
}

ECONOMIES = {
    "sight": "not looking at the pictures",
    "batch": "--patience 24h",
    "voice": "a cheaper voice",
    "text": "a cheaper writer",
    "image": "a cheaper illustrator",
    "pictures": "fewer pictures",
    "length": "a shorter film",
}


def result() -> Console:
    """Where results go: standard output."""
    return Console(file=sys.stdout, highlight=False, soft_wrap=True)


def notes() -> Console:
    """Where progress and questions go: standard error, so that results can be piped."""
    return Console(file=sys.stderr, highlight=False, soft_wrap=not sys.stderr.isatty())


def person_present() -> bool:
    """Whether somebody can read a question and answer it."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def print_json(document: Any) -> None:
    """Print the command's one JSON document."""
    sys.stdout.write(json.dumps(document, ensure_ascii=False, default=str) + "\n")


def print_script(console: Console, script: Script, short: Short) -> None:
    """Show a script scene by scene, what was found in it, and what it will cost."""
    console.print(f"\n[bold]{escape(script.title)}[/bold]  ({script.language})")
    table = Table("", "Narration", "Picture", box=None, padding=(0, 2, 1, 0))
    for scene in script.scenes:
        table.add_row(str(scene.number), escape(scene.narration), f"[dim]{escape(scene.picture)}")
    console.print(table)
    for finding in short.findings:
        where = f"scene {finding['scene']}: " if finding["scene"] else ""
        console.print(f"[yellow]{where}{escape(finding['message'])}[/yellow]")
    console.print(price_line(short.estimate, short.run.budget_usd))
    for economy in short.economies:
        console.print(f"Saved already: {escape(_saving(economy))}")
    for choice in short.choices:
        console.print(f"[dim]{escape(choice_line(choice))}[/]")


def choice_line(choice: dict[str, Any]) -> str:
    """One cheaper way that is still open."""
    return f"It could be cheaper: {_saving(choice)}"


def _saving(economy: dict[str, Any]) -> str:
    saved = dollars(Decimal(economy["saves_usd"]))
    return f"{saved} less by {ECONOMIES[economy['step']]} ({economy['costs']})"


def price_line(estimate: dict[str, Any] | None, budget_usd: Decimal) -> str:
    """One line about money; before the estimate there is only the limit."""
    limit = f"limit {dollars(budget_usd)}"
    if not estimate:
        return limit
    expected, needed, worst = (
        dollars(Decimal(estimate[f"{name}_usd"])) for name in ("expected", "needed", "worst")
    )
    return f"Usually {expected}, needs {needed} left, at worst {worst} without a limit; {limit}"


def runs_table(runs: Iterable[Run]) -> Table:
    """One line per short; the beginning of an id is enough to name it."""
    table = Table("ID", "Status", "Made with", "Started (UTC)", "Title", box=None)
    for column in table.columns[:-1]:
        column.no_wrap = True
    for run in runs:
        status = f"[{COLOURS.get(run.status, 'default')}]{run.status.replace('_', ' ')}[/]"
        started = f"{run.created_at.astimezone(UTC):%Y-%m-%d %H:%M}"
        table.add_row(run.id[:8], status, run.providers, started, escape(run.title))
    return table


def print_short(console: Console, short: Short, page: Path | None = None) -> None:
    """Show one short: where it stands, its script, what it cost, what to do next.

    `page` is the quality page of a film that did not pass.
    """
    run = short.run
    console.print(f"Short {run.id}")
    console.print(runs_table([run]))
    if short.script:
        print_script(console, short.script, short)
    console.print(f"Spent {dollars(short.spent_usd)} of {dollars(run.budget_usd)}.")
    if run.out and run.status == "done":
        console.print(f"The film: {run.out}/film.mp4")
    if page:
        console.print("What is wrong with the film, with the frames at fault:")
        console.print(str(page), soft_wrap=True)
    if line := next_step(run):
        console.print(line)


def left_unmended(short: Short) -> list[str]:
    """What a finished film's test found and its repairs did not cure, with what a person can do."""
    findings = (short.quality or {}).get("findings", [])
    name = short.run.id[:8]
    return [
        f"Its test still finds: {fault['message']} Another try: "
        f"shortfactory reroll {name} --scene {fault['scene']} --again picture"
        for fault in findings
        if fault["severity"] == "fail"
    ]


def next_step(run: Run) -> str:
    """Why a run rests, and what a person can do about it."""
    name = run.id[:8]
    resume = f"Go on with: shortfactory resume {name}"
    cures = {
        "queued": resume,
        "running": f"Process {run.holder.pid} on {run.holder.host} is making it."
        if run.holder
        else resume,
        "waiting_approval": f"The script waits for a person. Read it: shortfactory show {name}\n"
        f"Then: shortfactory approve {name}, or reject {name}, or revise {name} --notes TEXT",
        "waiting_budget": f"{resume} --budget USD",
        "parked": resume,
        "failed": f"Try again with: shortfactory resume {name}",
        "rejected": "It was rejected.",
        "cancelled": "It was cancelled.",
    }
    return "\n".join(escape(line) for line in (run.reason, cures.get(run.status, "")) if line)
