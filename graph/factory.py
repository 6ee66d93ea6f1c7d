"""The composition root, and the door through which state leaves: start, work, decide, show."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

from pydantic import JsonValue

from graph.changes import Changes
from graph.comparison import Comparison
from graph.database import Database, open_database
from graph.drive import Compiled, Watch, config_of
from graph.events import Event
from graph.line import Lines
from graph.own_music import with_music
from graph.package import hand_over
from graph.run import UNFINISHED, Run, Status
from graph.short import Short, short_of
from graph.tenancy import tenant_pool
from graph.versions import Version
from graph.working import Bench
from media.style import load as load_style
from nodes.brought import check_brought
from nodes.services import Services
from providers.economy import patient
from shortfactory.change import Change
from shortfactory.errors import WrongStatus
from shortfactory.order import Order, check_topic
from shortfactory.plan import Providers
from shortfactory.settings import Settings
from shortfactory.story import Script


def ignore(event: Event) -> None:
    """Watch nothing."""


class Factory:
    """Everything that can be done with shorts, for whoever asks: command line, API, Studio."""

    def __init__(self, settings: Settings, database: Database, lines: Lines) -> None:
        self.settings, self.database, self._lines = settings, database, lines
        self._runs = database.runs
        self._bench = Bench(database, lines, settings.graph.scenes_at_once)
        self._changes = Changes(database, lines)
        self.store = lines.store
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
        plan = patient(self._lines.plan(order.providers), order.patience_s)
        check_brought(topic, order.providers)
        topic = await with_music(order, topic, self.store, self.services(order.providers).render)
        order = order.model_copy(update={"topic": topic})
        return await self._runs.create(
            order, run_id=run_id, title=topic.text[:80], plan=plan.model_dump(mode="json")
        )

    async def work(
        self, run_id: str, *, watch: Watch = ignore, interrupted: Status = "parked"
    ) -> Run:
        """Go on with a run under its lease until it rests; returns it as it rests.

        Cancelled, the run is left `interrupted`: parked for a person, or queued by who comes back.

        Raises:
            UnknownRun: no such run.
            RunBusy: another process holds it.
            WrongStatus: it has ended.
            DatabaseLost: the database is away, and what was finished is kept.
        """
        return await self._bench.work(run_id, watch, interrupted)

    def drain(self) -> None:
        """Let every run here stop after its step, queued again; work done later does nothing."""
        self._bench.drain()

    def for_tenant(self, tenant: str) -> Factory:
        """The same factory as one tenant may use it: other tenants' runs do not exist."""
        pool = tenant_pool(self.database.pool, tenant)
        return Factory(self.settings, Database(self.database.dsn, pool), self._lines)

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

    async def reroll(
        self, run_id: str, change: Change, *, by: str = "", request_id: str | None = None
    ) -> Run:
        """Record what shall be different in a finished film, queued; `work` makes only that again.

        The change has the id `request_id`, so that whoever sent it knows it again.

        Raises:
            WrongStatus: the film is not finished, or somebody else has just asked for a change.
            RunBusy: another process holds the run.
            UsageError: the change cannot be made of this film; names the value and the cure.
        """
        return await self._changes.ask(run_id, change, by, request_id)

    async def versions(self, run_id: str) -> tuple[Version, ...]:
        """Every film the run has become, the first first, with the calls that each one cost."""
        return await self._changes.versions(run_id)

    async def version(self, run_id: str, version: int) -> Version:
        """One of them; raises InvalidInput where there is no such version."""
        return await self._changes.version(run_id, version)

    async def compare(self, run_id: str, old: int, new: int) -> Comparison:
        """Which files, scenes and words differ between two versions of the film."""
        return await self._changes.compare(run_id, old, new)

    async def restore(self, run_id: str, version: int) -> Run:
        """Let the run be an earlier film again; nothing is made, an unfinished change is given up.

        Raises:
            InvalidInput: there is no such version.
            WrongStatus: the run is being worked on or waits for its script's approval.
        """
        return await self._changes.restore(run_id, version)

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
        run = await self._runs.set_status(
            run_id, "cancelled", only_from=UNFINISHED, reason="Cancelled."
        )
        await self._lines.services(run.providers).gateway.stop_batches(run_id)
        return run

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

    async def scripts(self, run_id: str, version: int | None = None) -> tuple[int, Script] | None:
        """The script in its newest version or a given one, while it is kept; films keep theirs."""
        run = await self._runs.get(run_id)
        history = self._lines.graph(run.providers).aget_state_history(config_of(run_id))
        async for snapshot in history:
            values = snapshot.values
            if values.get("script") and version in (None, values.get("script_version")):
                return values["script_version"], Script.model_validate(values["script"])
        filmed = await self._changes.script(run_id, version) if version is not None else None
        return (version, filmed) if version is not None and filmed else None

    async def deliver(self, run_id: str, out: Path, *, version: int | None = None) -> Path:
        """Copy the finished package, or an earlier one, into a folder, each file whole or not.

        Raises:
            WrongStatus: there is no film yet.
            InvalidInput: there is no such version.
            StorageError: the folder cannot be written; the package stays kept.
        """
        short = await self.show(run_id)
        package = short.package
        if version is not None:
            package = (await self._changes.version(run_id, version)).package
        if not package:
            raise WrongStatus(f"The short {run_id} is {short.run.status}: it has no film yet.")
        files = {name: await self.store.path(sha) for name, sha in package.items()}
        await asyncio.to_thread(hand_over, files, out)
        if version is None:
            await self._runs.set_facts(run_id, out=str(out))
        return out
