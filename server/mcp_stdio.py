"""The MCP server over stdin and stdout: an agent's own factory on a laptop, no service needed."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from decimal import Decimal
from pathlib import Path

from graph.ending import end
from graph.factory import Factory
from graph.package import check_folder
from graph.run import Run, Status
from graph.short import Short
from graph.versions import Version
from server.desk import RESUMABLE
from server.keys import Scope
from server.mcp import mcp_server
from server.mcp_door import At
from server.ordering import LONGEST_PATH
from shortfactory.change import Change
from shortfactory.errors import InvalidInput, RunBusy, ShortFactoryError, WrongStatus
from shortfactory.order import Order, check_text
from shortfactory.settings import Settings
from shortfactory.story import Script

log = logging.getLogger(__name__)

DRAIN_S = 1.5  # clients end a server that has not left two seconds after its input closed


class OwnHands:
    """The actions on shorts, worked on in background tasks of this process."""

    def __init__(self, factory: Factory) -> None:
        self.tenant = "local"
        self._factory = factory
        self._working: dict[str, asyncio.Task[None]] = {}
        self._wanted: set[str] = set()
        self.trouble: dict[str, str] = {}
        """Run → what ended the last work on it, other than the run itself."""

    @classmethod
    @asynccontextmanager
    async def open(cls, factory: Factory) -> AsyncGenerator[OwnHands]:
        """Give the hands; at the end every run stops after its step, to be resumed later."""
        hands = cls(factory)
        try:
            yield hands
        finally:
            await hands.close()

    async def submit(self, order: Order, *, webhook_url: str | None = None) -> Run:
        """Write the run and begin to work on it."""
        if webhook_url is not None:
            raise InvalidInput("webhook_url", webhook_url, "only a service sends webhooks")
        return self._go_on(await self._factory.start(order))

    async def show(self, run_id: str) -> Short:
        """Everything about a short."""
        return await self._factory.show(run_id)

    async def list(self, *, limit: int, status: Status | None, before: str | None) -> list[Run]:
        """The newest shorts, or those after one already seen."""
        runs = self._factory.database.runs
        last = await runs.get(before) if before else None
        return await runs.list(limit=limit, status=status, before=last)

    async def approve(self, run_id: str, *, script_version: int, script: Script | None) -> Run:
        """Let the film be made of this version of the script, or of the edited one."""
        return self._go_on(
            await self._factory.approve(run_id, script_version=script_version, script=script)
        )

    async def revise(self, run_id: str, *, script_version: int, notes: str) -> Run:
        """Have the script written again."""
        return self._go_on(
            await self._factory.revise(run_id, script_version=script_version, notes=notes)
        )

    async def reject(self, run_id: str, *, script_version: int) -> Run:
        """Decide that this short shall not be made."""
        return self._go_on(await self._factory.reject(run_id, script_version=script_version))

    async def reroll(self, run_id: str, change: Change) -> Run:
        """Have something in a finished film made differently; only that is made again."""
        return self._go_on(await self._factory.reroll(run_id, change))

    async def versions(self, run_id: str) -> tuple[Version, ...]:
        """Every film that a short has been."""
        return await self._factory.versions(run_id)

    async def restore(self, run_id: str, version: int) -> Run:
        """Let a short be an earlier film again; nothing is made."""
        return await self._factory.restore(run_id, version)

    async def raise_budget(self, run_id: str, budget_usd: Decimal) -> Run:
        """Set the spending limit; a short that waits for money goes on."""
        run = await self._factory.raise_budget(run_id, budget_usd)
        return self._go_on(run) if run.status == "waiting_budget" else run

    async def resume(self, run_id: str) -> Run:
        """Go on with a short that stopped; one that is on its way stays so."""
        run = await self._factory.database.runs.get(run_id)
        if run.status not in RESUMABLE:
            raise WrongStatus(f"The short {run_id} is {run.status}: there is nothing to resume.")
        return self._go_on(run)

    async def cancel(self, run_id: str) -> Run:
        """Stop a short for good."""
        return await self._factory.cancel(run_id)

    def _go_on(self, run: Run) -> Run:
        """Work on a run in the background, once more if that is happening just now."""
        self._wanted.add(run.id)
        if run.id not in self._working:
            self._working[run.id] = asyncio.create_task(self._work(run.id))
        return run

    async def close(self) -> None:
        """Let every run stop after its step, for a moment; then stop it where it is."""
        self._wanted.clear()
        self._factory.drain()
        tasks = list(self._working.values())
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=DRAIN_S)
            await end(*late)

    async def _work(self, run_id: str) -> None:
        try:
            while run_id in self._wanted:
                self._wanted.discard(run_id)
                self.trouble[run_id] = await self._until_rest(run_id)
        finally:
            del self._working[run_id]

    async def _until_rest(self, run_id: str) -> str:
        try:
            await self._factory.work(run_id)
        except RunBusy:
            return "Another process works on it."
        except ShortFactoryError as error:
            log.warning("run stopped", extra={"action": "run_stopped", "run_id": run_id})
            return str(error)
        except Exception as error:
            log.exception("run failed", extra={"action": "run_failed", "run_id": run_id})
            return f"An unexpected error: {type(error).__name__}: {error}"
        return ""


class OwnDoor:
    """One person on this machine, who may do everything."""

    def __init__(self, factory: Factory, hands: OwnHands) -> None:
        self.settings = factory.settings
        self._factory, self._hands = factory, hands

    def hands(self, at: At, scope: Scope) -> OwnHands:  # noqa: ARG002 - one person, one pair
        """The hands of this process."""
        return self._hands

    def trouble(self, run_id: str) -> str:
        """What ended the last work on a run, other than the run itself."""
        return self._hands.trouble.get(run_id, "")

    def music(self, music: str) -> str:
        """The file on this machine; what is in it is looked at when the order starts."""
        return str(_place("music", music))

    async def files(self, at: At, short: Short, out: str | None) -> dict[str, str]:  # noqa: ARG002
        """Copy the package into a folder: the one asked for, or one in the data home."""
        folder = _place("out", out) if out else self.settings.home / "shorts" / short.run.id
        await asyncio.to_thread(check_folder, folder)
        await self._factory.deliver(short.run.id, folder)
        return {name: str(folder / name) for name in sorted(short.package)}


def _place(name: str, given: str) -> Path:
    check_text(name, given, LONGEST_PATH)
    return Path(given).expanduser().absolute()


async def serve_stdio(settings: Settings) -> None:
    """Serve one client until it closes our input.

    Raises:
        ConfigurationError: the data home, the database address or a key cannot be used.
    """
    async with Factory.open(settings) as factory, OwnHands.open(factory) as hands:
        await mcp_server(OwnDoor(factory, hands)).run_stdio_async()
