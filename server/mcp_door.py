"""Who stands behind the MCP tools: what a caller can do, and how callers come in."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Protocol

from mcp.server.mcpserver import Context

from graph.run import Run, Status
from graph.short import Short
from graph.versions import Version
from server.keys import Scope
from shortfactory.change import Change
from shortfactory.order import Order
from shortfactory.settings import Settings
from shortfactory.story import Script

At = Context[Any, Any]


class Hands(Protocol):
    """What a caller can do with shorts; `server.desk.Desk` says what each raises."""

    tenant: str

    async def submit(self, order: Order, *, webhook_url: str | None = None) -> Run:
        """Write an order down and have it worked on."""
        ...

    async def show(self, run_id: str) -> Short:
        """Everything about a short."""
        ...

    async def list(self, *, limit: int, status: Status | None, before: str | None) -> list[Run]:
        """The newest shorts."""
        ...

    async def approve(self, run_id: str, *, script_version: int, script: Script | None) -> Run:
        """Let the film be made."""
        ...

    async def revise(self, run_id: str, *, script_version: int, notes: str) -> Run:
        """Have the script written again."""
        ...

    async def reject(self, run_id: str, *, script_version: int) -> Run:
        """Decide that this short shall not be made."""
        ...

    async def reroll(self, run_id: str, change: Change) -> Run:
        """Have something in a finished film made differently."""
        ...

    async def versions(self, run_id: str) -> tuple[Version, ...]:
        """Every film that a short has been."""
        ...

    async def restore(self, run_id: str, version: int) -> Run:
        """Let a short be an earlier film again."""
        ...

    async def raise_budget(self, run_id: str, budget_usd: Decimal) -> Run:
        """Set the spending limit; a short that waits for money goes on."""
        ...

    async def resume(self, run_id: str) -> Run:
        """Go on with a short that stopped."""
        ...

    async def cancel(self, run_id: str) -> Run:
        """Stop a short for good."""
        ...


class Door(Protocol):
    """How callers come in: over stdin and stdout, or over HTTP."""

    settings: Settings

    def hands(self, at: At, scope: Scope) -> Hands:
        """What this caller can do, where it may do that."""
        ...

    def trouble(self, run_id: str) -> str:
        """What last kept this process from working on a run, if anything did."""
        ...

    def music(self, music: str) -> str:
        """The file of somebody's own music, where this server can read it."""
        ...

    async def files(self, at: At, short: Short, out: str | None) -> dict[str, str]:
        """Each file of the package → where the caller finds it."""
        ...
