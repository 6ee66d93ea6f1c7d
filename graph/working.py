"""Working on a run under its lease until it rests, is cancelled, or the process must end."""

from __future__ import annotations

import asyncio
import logging
import shutil
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from typing import Any

import psycopg
from langgraph.errors import GraphDrained
from langgraph.runtime import RunControl

from graph.database import Database
from graph.drive import Rest, Watch, config_of, drive
from graph.ending import end
from graph.events import Event
from graph.line import Lines
from graph.references import keep_references
from graph.run import UNFINISHED, Run, Status
from graph.versions import Versions
from shortfactory.errors import DatabaseLost, ShortFactoryError

log = logging.getLogger(__name__)

CANCEL_POLL_S = 0.5
CLOSING_S = 10.0  # what a cancelled run may take to settle answers that have already arrived
INTERRUPTED = "It was stopped before the end. Resume it; nothing that was finished is lost."
WORKABLE: tuple[Status, ...] = UNFINISHED


class Bench:
    """The place of one process where runs are worked on; many at once."""

    def __init__(self, database: Database, lines: Lines, scenes_at_once: int) -> None:
        self._database, self._lines, self._at_once = database, lines, scenes_at_once
        self._runs = database.runs
        self._control = RunControl()

    def drain(self) -> None:
        """End every run after the step it is in, queued again, and begin none: the process ends."""
        self._control.request_drain("The process ends.")

    async def work(self, run_id: str, watch: Watch, interrupted: Status) -> Run:
        """Go on with a run; see `Factory.work`."""
        run = await self._runs.get(run_id)
        if run.status == "waiting_approval" and run.decision is None:
            return run
        async with self._database.lease(run_id):
            run = await self._runs.set_status(run_id, "running", only_from=WORKABLE)
            watch(Event(run_id=run.id, kind="status", text="running"))
            rest = await self._until_rest(run, watch, interrupted)
            if rest.status not in ("queued", "failed"):
                await self._runs.drop_decision(run_id)
            if rest.status == "done":
                await self._keep_film(run)
            await self._runs.set_facts(
                run_id, title=rest.title or None, script_version=rest.script_version
            )
            await keep_references(self._database.pool, self._lines, run)
            run = await self._runs.set_status(
                run_id,
                rest.status,
                only_from=["running"],
                reason=rest.reason,
                wake_at=rest.wake_at,
            )
            if rest.status == "cancelled":
                await self._lines.services(run.providers).gateway.stop_batches(run_id)
        watch(Event(run_id=run.id, kind="status", text=run.status))
        return run

    async def _until_rest(self, run: Run, watch: Watch, interrupted: Status) -> Rest:
        """Drive until rest or a cancel; whatever happens, the row says where the run stands."""
        async with self._left_as(interrupted, run.id):  # vendors' books may take a while
            await self._lines.services(run.providers).gateway.recover(run.id)
        driving = asyncio.create_task(self._driven(run, watch))
        cancelled = asyncio.create_task(self._cancel_requested(run.id))
        try:
            async with self._left_as(interrupted, run.id):
                await asyncio.wait({driving, cancelled}, return_when=asyncio.FIRST_COMPLETED)
                if driving.done():
                    return driving.result()
                cancelled.result()
                return Rest(status="cancelled", reason="Cancelled.", **_facts(run))
        finally:
            await end(cancelled)
            await end(driving, ask_again_s=CLOSING_S)
            await asyncio.to_thread(self._clear_scratch, run.id)

    async def _keep_film(self, run: Run) -> None:
        snapshot = await self._lines.graph(run.providers).aget_state(config_of(run.id))
        await Versions(self._database.pool).keep(run, snapshot)

    @asynccontextmanager
    async def _left_as(self, interrupted: Status, run_id: str) -> AsyncGenerator[None]:
        """Whoever is cancelled in here leaves a row that says so."""
        try:
            yield
        except asyncio.CancelledError:
            await asyncio.shield(self._interrupted(run_id, interrupted))
            raise

    async def _interrupted(self, run_id: str, to: Status) -> None:
        if self._control.drain_requested:
            to = "queued"
        reason = INTERRUPTED if to == "parked" else ""
        # Where the database is lost, the row goes on saying "running", and anybody may go on.
        with suppress(psycopg.OperationalError):
            await self._runs.set_status(run_id, to, only_from=["running"], reason=reason)

    async def _driven(self, run: Run, watch: Watch) -> Rest:
        graph = self._lines.graph(run.providers)
        try:
            with self._lines.services(run.providers).gateway.halts.watch(run.id):
                return await drive(graph, run, watch, self._at_once, self._control)
        except GraphDrained:
            return Rest(status="queued", **_facts(run))
        except DatabaseLost:
            raise
        except psycopg.OperationalError as error:
            raise DatabaseLost(
                f"The database was lost while working on {run.id} ({type(error).__name__}).",
                cure=f"Nothing finished is lost. Go on with: shortfactory resume {run.id}",
            ) from error
        except ShortFactoryError as error:
            return Rest(status="failed", reason=str(error), **_facts(run))
        except Exception as error:
            log.exception("run failed", extra={"action": "run_failed", "run_id": run.id})
            reason = f"An unexpected error: {type(error).__name__}: {error}"
            return Rest(status="failed", reason=reason, **_facts(run))

    async def _cancel_requested(self, run_id: str) -> None:
        # Another process writes the wish into the row, so there is no event here to wait for.
        while True:
            with suppress(psycopg.OperationalError):  # nobody can wish anything meanwhile
                if (await self._runs.get(run_id)).cancel_requested:
                    return
            await asyncio.sleep(CANCEL_POLL_S)

    def _clear_scratch(self, run_id: str) -> None:
        for left in self._lines.scratch.glob(f"{run_id}*"):
            shutil.rmtree(left) if left.is_dir() else left.unlink(missing_ok=True)


def _facts(run: Run) -> dict[str, Any]:
    return {"title": run.title, "script_version": run.script_version}
