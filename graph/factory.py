"""The composition root, and the door through which state leaves: start, work, decide, show."""

from __future__ import annotations

import asyncio
import logging
import shutil
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from pydantic import JsonValue

from graph.database import Database, open_database
from graph.drive import Compiled, Rest, Watch, config_of, drive
from graph.events import Event
from graph.line import Lines
from graph.package import hand_over
from graph.run import UNFINISHED, Run, Status
from graph.short import Short, short_of
from media.style import load as load_style
from nodes.brought import check_brought
from nodes.services import Services
from shortfactory.errors import ShortFactoryError, WrongStatus
from shortfactory.order import Order, check_topic
from shortfactory.plan import Providers
from shortfactory.settings import Settings
from shortfactory.story import Script

log = logging.getLogger(__name__)

CANCEL_POLL_S = 0.5
INTERRUPTED = "It was stopped before the end. Resume it; nothing that was finished is lost."
WORKABLE: tuple[Status, ...] = UNFINISHED


def ignore(event: Event) -> None:
    """Watch nothing."""


class Factory:
    """Everything that can be done with shorts, for whoever asks: command line, API, Studio."""

    def __init__(self, settings: Settings, database: Database, lines: Lines) -> None:
        self.settings, self._database, self._lines = settings, database, lines
        self._runs = database.runs
        self._store = lines.store
        self._ledger = lines.ledger

    @classmethod
    @asynccontextmanager
    async def open(cls, settings: Settings) -> AsyncGenerator[Factory]:
        """Open database, artifact store and the doors; close them in reverse.

        Raises:
            ConfigurationError: the data home, the database address or a key cannot be used.
        """
        async with AsyncExitStack() as stack:
            database = await stack.enter_async_context(open_database(settings))
            lines = await stack.enter_async_context(Lines.open(settings, database))
            yield cls(settings, database, lines)

    def services(self, providers: Providers) -> Services:
        """The services of one line, for whoever compiles the graph itself."""
        return self._lines.services(providers)

    async def start(self, order: Order, *, run_id: str | None = None) -> Run:
        """Check everything that can be checked, and write the run, queued. Pays nothing.

        Raises:
            UsageError: the topic, style, plan or keys cannot be used.
        """
        topic = check_topic(order.topic)
        load_style(topic.style)
        plan = self._lines.plan(order.providers)
        check_brought(topic, order.providers)
        order = order.model_copy(update={"topic": topic})
        return await self._runs.create(
            order, run_id=run_id, title=topic.text[:80], plan=plan.model_dump(mode="json")
        )

    async def work(self, run_id: str, *, watch: Watch = ignore) -> Run:
        """Go on with a run under its lease until it rests; returns it as it rests.

        Raises:
            UnknownRun: no such run.
            RunBusy: another process holds it.
            WrongStatus: it has ended.
        """
        run = await self._runs.get(run_id)
        if run.status == "waiting_approval" and run.decision is None:
            return run
        async with self._database.lease(run_id):
            run = await self._runs.set_status(run_id, "running", only_from=WORKABLE)
            watch(Event(run_id=run.id, kind="status", text="running"))
            rest = await self._until_rest(run, watch)
            await self._runs.drop_decision(run_id)
            await self._runs.set_facts(
                run_id, title=rest.title or None, script_version=rest.script_version
            )
            run = await self._runs.set_status(
                run_id, rest.status, only_from=["running"], reason=rest.reason
            )
        watch(Event(run_id=run.id, kind="status", text=run.status))
        return run

    async def _until_rest(self, run: Run, watch: Watch) -> Rest:
        """Drive until rest or a cancel; whatever happens, the row says where the run stands."""
        await self._lines.services(run.providers).gateway.recover(run.id)
        driving = asyncio.create_task(self._driven(run, watch))
        cancelled = asyncio.create_task(self._cancel_requested(run.id))
        try:
            await asyncio.wait({driving, cancelled}, return_when=asyncio.FIRST_COMPLETED)
            if driving.done():
                return driving.result()
            return Rest(status="cancelled", reason="Cancelled.", **_facts(run))
        except asyncio.CancelledError:
            await asyncio.shield(
                self._runs.set_status(run.id, "parked", only_from=["running"], reason=INTERRUPTED)
            )
            raise
        finally:
            await _ended(driving, cancelled)
            await asyncio.to_thread(self._clear_scratch, run.id)

    async def _driven(self, run: Run, watch: Watch) -> Rest:
        graph = self._lines.graph(run.providers)
        try:
            return await drive(graph, run, watch, self.settings.graph.scenes_at_once)
        except ShortFactoryError as error:
            return Rest(status="failed", reason=str(error), **_facts(run))
        except Exception as error:
            log.exception("run failed", extra={"action": "run_failed", "run_id": run.id})
            reason = f"An unexpected error: {type(error).__name__}: {error}"
            return Rest(status="failed", reason=reason, **_facts(run))

    async def _cancel_requested(self, run_id: str) -> None:
        # Another process writes the wish into the row, so there is no event here to wait for.
        while not (await self._runs.get(run_id)).cancel_requested:  # noqa: ASYNC110
            await asyncio.sleep(CANCEL_POLL_S)

    def _clear_scratch(self, run_id: str) -> None:
        for left in self._lines.scratch.glob(f"{run_id}*"):
            shutil.rmtree(left) if left.is_dir() else left.unlink(missing_ok=True)

    async def approve(
        self, run_id: str, *, script_version: int, script: Script | None = None, by: str = ""
    ) -> Run:
        """Record that this version of the script, or the edited one, may be filmed.

        Raises:
            WrongStatus: the run does not wait for it, or the version is not the one seen.
        """
        edit = {"script": script.model_dump(mode="json")} if script else {}
        return await self._decide(run_id, script_version, by, decision="approve", **edit)

    async def revise(self, run_id: str, *, notes: str, script_version: int, by: str = "") -> Run:
        """Record a person's notes; the script agent writes again and asks again."""
        return await self._decide(run_id, script_version, by, decision="revise", notes=notes)

    async def reject(self, run_id: str, *, script_version: int, by: str = "") -> Run:
        """Record that this short shall not be made."""
        return await self._decide(run_id, script_version, by, decision="reject")

    async def _decide(self, run_id: str, version: int, by: str, **answer: JsonValue) -> Run:
        at = datetime.now(UTC).isoformat(timespec="seconds")
        return await self._runs.record_decision(
            run_id,
            {**answer, "script_version": version, "by": by, "at": at},
            only_from=["waiting_approval"],
            script_version=version,
        )

    async def raise_budget(self, run_id: str, budget_usd: Decimal) -> Run:
        """Set the run's spending limit; a resume measures against it.

        Raises:
            WrongStatus: the run has ended.
        """
        run = await self._runs.get(run_id)
        if run.status not in UNFINISHED:
            raise WrongStatus(f"The short {run_id} is {run.status}; its budget is closed.")
        return await self._runs.set_facts(run_id, budget_usd=budget_usd)

    async def cancel(self, run_id: str) -> Run:
        """Stop a run for good. Whoever works on it stops within a second.

        Raises:
            WrongStatus: it has already ended.
        """
        run = await self._runs.request_cancel(run_id)
        if run.status == "running" and run.holder is not None:
            return run
        return await self._runs.set_status(
            run_id, "cancelled", only_from=UNFINISHED, reason="Cancelled."
        )

    async def find(self, beginning: str) -> list[Run]:
        """At most two runs whose id begins so."""
        return await self._runs.find(beginning)

    async def list(self, *, limit: int = 50, status: Status | None = None) -> list[Run]:
        """The newest runs."""
        return await self._runs.list(limit=limit, status=status)

    async def show(self, run_id: str) -> Short:
        """Everything about one short, JSON-plain."""
        run = await self._runs.get(run_id)
        graph: Compiled = self._lines.graph(run.providers)
        snapshot = await graph.aget_state(config_of(run_id))
        rows = await self._ledger.rows(run_id)
        spent_usd = await self._ledger.spent(run_id)
        return short_of(run, snapshot, rows, spent_usd)

    async def deliver(self, run_id: str, out: Path) -> Path:
        """Copy the finished package into a folder, each file whole or not at all.

        Raises:
            WrongStatus: there is no film yet.
            StorageError: the folder cannot be written; the package stays kept.
        """
        short = await self.show(run_id)
        if not short.package:
            raise WrongStatus(f"The short {run_id} is {short.run.status}: it has no film yet.")
        files = {name: await self._store.path(sha) for name, sha in short.package.items()}
        await asyncio.to_thread(hand_over, files, out)
        await self._runs.set_facts(run_id, out=str(out))
        return out


def _facts(run: Run) -> dict[str, Any]:
    return {"title": run.title, "script_version": run.script_version}


async def _ended(*tasks: asyncio.Task[Any]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)
