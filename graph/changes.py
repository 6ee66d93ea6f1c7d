"""Changing a finished film: the change is recorded here, and made by whoever works on the run."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from langgraph.graph import END
from langgraph.types import StateSnapshot, StateUpdate

from graph.change_check import check_against
from graph.comparison import Comparison, compare
from graph.database import Database
from graph.drive import config_of
from graph.line import Lines
from graph.run import Run, Status
from graph.state import upgrade
from graph.versions import Version, Versions, unknown
from nodes.amend import Asked
from shortfactory.change import Change
from shortfactory.errors import WrongStatus
from shortfactory.story import Script

RESTORABLE: tuple[Status, ...] = ("done", "waiting_budget", "parked", "failed", "cancelled")
BLANK: dict[str, Any] = {"change": None, "remake": None, "voice": "", "failure": None}


class Changes:
    """What can be done with a film after it is done."""

    def __init__(self, database: Database, lines: Lines) -> None:
        self._database, self._lines = database, lines
        self._runs = database.runs
        self._versions = Versions(database.pool)

    async def ask(self, run_id: str, change: Change, by: str, request_id: str | None) -> Run:
        """Record a change, and queue the run; see `Factory.reroll`."""
        await self._finished(run_id)
        async with self._database.lease(run_id):
            run = await self._finished(run_id)
            snapshot = await self._snapshot(run)
            services = self._lines.services(run.providers)
            await asyncio.to_thread(check_against, change, snapshot.values, services)
            await self._versions.keep(run, snapshot)
            asked = await self._asked(run_id, change, by)
            asked["id"] = request_id or asked["id"]
            return await self._runs.record_decision(
                run_id,
                {
                    "decision": "change",
                    "script_version": snapshot.values["script_version"],
                    "asked": asked,
                },
                only_from=["done"],
            )

    async def versions(self, run_id: str) -> tuple[Version, ...]:
        """Every film that the run has become; see `Factory.versions`."""
        run = await self._runs.get(run_id)
        package = (await self._snapshot(run)).values.get("package", {})
        return await self._versions.all(run_id, package, await self._lines.ledger.rows(run_id))

    async def version(self, run_id: str, number: int) -> Version:
        """One of them.

        Raises:
            InvalidInput: there is no such version.
        """
        for version in await self.versions(run_id):
            if version.version == number:
                return version
        raise unknown(run_id, number)

    async def script(self, run_id: str, script_version: int) -> Script | None:
        """A version of the script that was filmed, whatever became of its checkpoint."""
        return await self._versions.script(run_id, script_version)

    async def compare(self, run_id: str, old: int, new: int) -> Comparison:
        """Hold two of them against each other; see `Factory.compare`."""
        return compare(await self.version(run_id, old), await self.version(run_id, new))

    async def restore(self, run_id: str, number: int) -> Run:
        """Let the run be this film again; see `Factory.restore`."""
        run = await self._runs.get(run_id)
        _check_restorable(run)
        state = upgrade(await self._versions.state(run_id, number))
        async with self._database.lease(run_id):
            _check_restorable(await self._runs.get(run_id))
            graph = self._lines.graph(run.providers)
            # What a change left undone is cleared first, so that nothing of it goes on.
            await graph.abulk_update_state(
                config_of(run_id),
                [[StateUpdate(None, END)], [StateUpdate({**BLANK, **state}, "package")]],
            )
            return await self._runs.finish_again(
                run_id,
                title=state["script"]["title"],
                script_version=state["script_version"],
                only_from=RESTORABLE,
            )

    async def _asked(self, run_id: str, change: Change, by: str) -> Asked:
        films = await self.versions(run_id)
        calls = await self._lines.ledger.rows(run_id)
        return Asked(
            id=str(uuid4()),
            by=by,
            at=datetime.now(UTC).isoformat(timespec="seconds"),
            change=change.model_dump(mode="json"),
            variation=_next_takes(films, change),
            based_on=next(film.version for film in films if film.current),
            after_entry=max((call.id for call in calls), default=0),
        )

    async def _finished(self, run_id: str) -> Run:
        run = await self._runs.get(run_id)
        if run.status != "done":
            raise WrongStatus(
                f"The short {run_id} is {run.status}: only a finished film can be changed.",
                cure=f"See: shortfactory show {run_id}",
            )
        return run

    async def _snapshot(self, run: Run) -> StateSnapshot:
        return await self._lines.graph(run.providers).aget_state(config_of(run.id))


def _check_restorable(run: Run) -> None:
    if run.status not in RESTORABLE:
        raise WrongStatus(
            f"The short {run.id} is {run.status}: its film cannot be exchanged now.",
            cure=f"Wait until it rests, or cancel it: shortfactory cancel {run.id}",
        )


def _next_takes(films: tuple[Version, ...], change: Change) -> dict[str, int]:
    """The first variations that no version of the film has shown."""
    scenes = [view for film in films for view in film.scenes if view.number == change.scene]
    takes = {
        "picture": max((view.picture_variation for view in scenes), default=0) + 1,
        "voice": max((view.voice_variation for view in scenes), default=0) + 1,
    }
    return {half: takes[half] for half in change.again}
