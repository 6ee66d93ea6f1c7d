"""reroll, versions and restore."""

from __future__ import annotations

from datetime import UTC
from pathlib import Path
from typing import Any, get_args

from rich.markup import escape
from rich.table import Table

from graph.comparison import Comparison
from graph.factory import Factory
from graph.run import Run
from graph.versions import Version
from providers.offline.script_file import parse_script
from server.ordering import effects_of
from server.screen import notes, print_json, result
from server.wish import Different
from server.working import Job, find, visit, work
from shortfactory.change import Change, Half
from shortfactory.errors import InvalidInput
from shortfactory.money import parse_budget
from shortfactory.money import show as dollars
from shortfactory.order import read_text
from shortfactory.settings import Settings
from shortfactory.story import Topic


def reroll(as_json: bool, given: str, wish: Different, budget: str | None, out: Path | None) -> int:
    """Check and record the change, make what depends on it, and tell which calls that took."""
    budget_usd = parse_budget(budget) if budget is not None else None
    text = read_text("script", wish.script) if wish.script else None
    again = _again(wish)

    async def ask(factory: Factory) -> Run:
        run = (await factory.show(await find(factory, given))).run
        change = _change(wish, again, text, Topic.model_validate(run.topic))
        run = await factory.reroll(run.id, change)
        return await factory.raise_budget(run.id, budget_usd) if budget_usd else run

    job = Job(Settings(), as_json, ask, out, tell=_newest)
    code = work(job)
    if job.told and not as_json:
        notes().print(_calls_line(job.told["version"]))
    return code


def versions(as_json: bool, given: str, compare: tuple[int, int] | None) -> int:
    """Print every film of a run, or what differs between two of them."""

    async def look(factory: Factory) -> tuple[tuple[Version, ...], Comparison | None]:
        run_id = await find(factory, given)
        compared = await factory.compare(run_id, *compare) if compare else None
        return await factory.versions(run_id), compared

    films, compared = visit(Settings(), look)
    if compared:
        _show_comparison(as_json, compared)
    elif as_json:
        print_json({"versions": [film.model_dump(mode="json") for film in films]})
    elif films:
        result().print(_table(films))
    else:
        notes().print("There is no finished film yet.")
    return 0


def restore(as_json: bool, given: str, version: int, out: Path | None) -> int:
    """Go back to an earlier film and hand it over again."""

    async def go_back(factory: Factory) -> Run:
        return await factory.restore(await find(factory, given), version)

    return work(Job(Settings(), as_json, go_back, out))


def _again(wish: Different) -> tuple[Half, ...]:
    """What shall be another take; a scene named without anything else gets another picture."""
    halves: tuple[Half, ...] = get_args(Half)
    if wish.again is not None and wish.again not in halves:
        raise InvalidInput("again", wish.again, f"use {' or '.join(halves)}")
    if wish.scene is not None and not any(part is not None for part in wish[1:]):
        return ("picture",)
    return tuple(half for half in halves if half == wish.again)


def _change(wish: Different, again: tuple[Half, ...], text: str | None, topic: Topic) -> Change:
    spoken = topic.model_copy(update={"language": wish.language or topic.language})
    return Change(
        scene=wish.scene,
        picture=wish.prompt,
        narration=wish.narration,
        again=again,
        voice=wish.voice,
        language=wish.language,
        script=parse_script(text, spoken) if text is not None else None,
        effects=effects_of(wish.effects) if wish.effects is not None else None,
    )


async def _newest(factory: Factory, run: Run) -> dict[str, Any]:
    newest = (await factory.versions(run.id))[-1]
    keep = {"version", "change", "based_on", "calls", "cost_usd"}
    return {"version": newest.model_dump(mode="json", include=keep)}


def _calls_line(version: dict[str, Any]) -> str:
    paid = [call for call in version["calls"] if call["status"] not in ("cached", "released")]
    found = sum(call["status"] == "cached" for call in version["calls"])
    names = ", ".join(
        f"{call['node']} scene {call['scene']}" if call["scene"] else call["node"] for call in paid
    )
    made = f"Version {version['version']} took {_count(len(paid), 'call')}" + (
        f" ({names})" if names else ""
    )
    return f"{made}; {_count(found, 'result')} from before."


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


def _table(films: tuple[Version, ...]) -> Table:
    table = Table("", "Version", "From", "Made (UTC)", "Calls", "Cost", "What changed", box=None)
    for column in table.columns[:-1]:
        column.no_wrap = True
    for film in films:
        calls = sum(call.status != "cached" for call in film.calls)
        table.add_row(
            "→" if film.current else "",
            str(film.version),
            str(film.based_on or ""),
            f"{film.created_at.astimezone(UTC):%Y-%m-%d %H:%M}",
            str(calls),
            dollars(film.cost_usd),
            escape(_described(film)),
        )
    return table


def _described(film: Version) -> str:
    change = film.change
    if change is None:
        return "the first film"
    parts = {
        "another picture": change.picture is not None or "picture" in change.again,
        "other words": change.narration is not None,
        "spoken again": "voice" in change.again,
        f"voice {change.voice}": change.voice is not None,
        f"language {change.language}": change.language is not None,
        f"effects {change.effects}": change.effects is not None,
    }
    said = ", ".join(part for part, is_so in parts.items() if is_so)
    where = f"scene {change.scene}: " if change.scene is not None else ""
    return where + said


def _show_comparison(as_json: bool, compared: Comparison) -> None:
    if as_json:
        print_json({"comparison": compared.model_dump(mode="json")})
        return
    console = result()
    console.print(f"Different files: {', '.join(compared.files) or 'none'}")
    for scene in compared.scenes:
        halves = " and ".join(scene.halves) or "nothing but the rendering"
        console.print(f"Scene {scene.number}: {halves}")
    console.print(compared.script_diff, markup=False)
