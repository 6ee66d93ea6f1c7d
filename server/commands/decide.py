"""approve, revise, reject and cancel."""

from __future__ import annotations

from pathlib import Path

from graph.factory import Factory
from graph.run import Run
from providers.offline.script_file import parse_script
from server.screen import notes, print_json
from server.working import Job, find, visit, work
from shortfactory.order import MAX_NOTES_CHARACTERS, check_text, read_text
from shortfactory.settings import Settings
from shortfactory.story import Topic


def approve(as_json: bool, given: str, script: Path | None, out: Path | None) -> int:
    """Record the approval, with an edited script if one is given, and make the film."""
    text = read_text("script", script) if script else None

    async def decide(factory: Factory) -> Run:
        run = (await factory.show(await find(factory, given))).run
        edited = parse_script(text, Topic.model_validate(run.topic)) if text is not None else None
        return await factory.approve(run.id, script_version=run.script_version, script=edited)

    return work(Job(Settings(), as_json, decide, out))


def revise(as_json: bool, given: str, wanted: str) -> int:
    """Record notes and let the script be written again."""
    check_text("notes", wanted, MAX_NOTES_CHARACTERS)

    async def decide(factory: Factory) -> Run:
        run = (await factory.show(await find(factory, given))).run
        return await factory.revise(run.id, notes=wanted, script_version=run.script_version)

    return work(Job(Settings(), as_json, decide))


def reject(as_json: bool, given: str) -> int:
    """Record that this short shall not be made."""

    async def decide(factory: Factory) -> Run:
        run = (await factory.show(await find(factory, given))).run
        return await factory.reject(run.id, script_version=run.script_version)

    return work(Job(Settings(), as_json, decide))


def cancel(as_json: bool, given: str) -> int:
    """Stop a run, here or in the process that works on it."""

    async def stop(factory: Factory) -> Run:
        return await factory.cancel(await find(factory, given))

    run = visit(Settings(), stop)
    if as_json:
        print_json({"short": run.model_dump(mode="json")})
    ended = "is cancelled" if run.status == "cancelled" else "will stop within a second"
    notes().print(f"The short {run.id} {ended}.")
    return 0
