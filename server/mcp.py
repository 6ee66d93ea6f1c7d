"""Shorts as tools of the Model Context Protocol: the same actions as the API, for agents."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from decimal import Decimal
from importlib.metadata import version
from typing import Annotated, Any, Literal, Protocol

from mcp.server.mcpserver import Context, MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp_types import ToolAnnotations
from pydantic import Field

from graph.run import Run, Status
from graph.short import Short
from providers.offline.script_file import parse_script
from server.api.forms import Budget, ShortForm
from server.keys import Scope
from server.mcp_view import Different, Files, Price, ShortFacts, Shorts, facts_of, listed, price_of
from shortfactory.change import Change
from shortfactory.errors import InvalidInput, ShortFactoryError, WrongStatus
from shortfactory.order import MAX_NOTES_CHARACTERS, Order, check_text
from shortfactory.settings import Settings
from shortfactory.story import Script, Topic

INSTRUCTIONS = """\
ShortFactory makes vertical short videos. create_short answers at once with an id; ask short_status
until it says what it waits for. A script waits for a person's decision before anything dear is
made: show it, then call approve_short. Every answer says under "next" what to do."""

At = Context[Any, Any]
Id = Annotated[str, Field(description="The short's id.", max_length=100)]
LOOK = ToolAnnotations(read_only_hint=True, open_world_hint=False)
MAKE = ToolAnnotations(read_only_hint=False, destructive_hint=False)
END = ToolAnnotations(read_only_hint=False, destructive_hint=True)


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

    async def files(self, at: At, short: Short, out: str | None) -> dict[str, str]:
        """Each file of the package → where the caller finds it."""
        ...


@contextmanager
def explained() -> Generator[None]:
    """Tell the caller what was wrong and its cure; anything else is a bug and stays hidden."""
    try:
        yield
    except ShortFactoryError as error:
        raise ToolError(str(error)) from error


def mcp_server(door: Door) -> MCPServer:
    """The server with all tools, for any transport."""
    server = MCPServer(
        "shortfactory",
        title="ShortFactory",
        version=version("shortfactory"),
        instructions=INSTRUCTIONS,
        log_level="WARNING",
    )
    tools = Tools(door)
    for look in (tools.short_status, tools.list_shorts, tools.estimate_short):
        server.add_tool(look, annotations=LOOK)
    for make in (tools.create_short, tools.approve_short, tools.reroll_short):
        server.add_tool(make, annotations=MAKE)
    for go_on in (tools.resume_short, tools.download_short):
        server.add_tool(go_on, annotations=MAKE)
    server.add_tool(tools.cancel_short, annotations=END)
    return server


class Tools:
    """Each method is one tool: its name, its parameters and its docstring are what agents see."""

    def __init__(self, door: Door) -> None:
        self._door = door

    async def create_short(self, at: At, short: ShortForm) -> ShortFacts:
        """Begin a short from a topic, a script or an article; answers at once with its id."""
        with explained():
            hands = self._door.hands(at, "write")
            order = short.order(self._door.settings, hands.tenant)
            run = await hands.submit(order, webhook_url=short.webhook_url)
            return await self._facts(hands, run.id)

    async def short_status(self, at: At, id: Id) -> ShortFacts:
        """Say where a short stands, what is made, what it cost, and what to do next."""
        with explained():
            return await self._facts(self._door.hands(at, "read"), id)

    async def approve_short(
        self,
        at: At,
        id: Id,
        script_version: Annotated[int, Field(ge=0, le=1_000_000, description="The one seen.")],
        decision: Literal["approve", "revise", "reject"] = "approve",
        notes: Annotated[str, Field(description="To revise: what shall be different.")] = "",
        script: Annotated[str | None, Field(description="To approve: an edited script.")] = None,
    ) -> ShortFacts:
        """Record a person's decision about the script, and go on. Never decide by yourself."""
        with explained():
            hands = self._door.hands(at, "write")
            if script is not None and decision != "approve":
                raise InvalidInput("script", script, "give an edited script only to approve it")
            if decision == "approve":
                edited = await _edited(hands, id, script) if script is not None else None
                await hands.approve(id, script_version=script_version, script=edited)
            elif decision == "revise":
                check_text("notes", notes, MAX_NOTES_CHARACTERS)
                await hands.revise(id, script_version=script_version, notes=notes)
            else:
                await hands.reject(id, script_version=script_version)
            return await self._facts(hands, id)

    async def reroll_short(self, at: At, id: Id, change: Different) -> ShortFacts:
        """Change a finished film: one scene's picture or words, or its voice or language."""
        with explained():
            hands = self._door.hands(at, "write")
            script = change.script
            edited = await _edited(hands, id, script) if script is not None else None
            told = change.model_dump(exclude={"script"})
            await hands.reroll(id, Change(**told, script=edited))
            return await self._facts(hands, id)

    async def resume_short(self, at: At, id: Id, budget_usd: Budget | None = None) -> ShortFacts:
        """Go on with a short that stopped, with a larger budget if one is given."""
        with explained():
            hands = self._door.hands(at, "write")
            if budget_usd is not None:
                await hands.raise_budget(id, budget_usd)
            await hands.resume(id)
            return await self._facts(hands, id)

    async def cancel_short(self, at: At, id: Id) -> ShortFacts:
        """Stop a short for good; it stops spending within a second."""
        with explained():
            hands = self._door.hands(at, "write")
            await hands.cancel(id)
            return await self._facts(hands, id)

    async def list_shorts(
        self,
        at: At,
        status: Status | None = None,
        limit: Annotated[int, Field(ge=1, le=100)] = 20,
        before: Annotated[str | None, Field(description="The last id of the page before.")] = None,
    ) -> Shorts:
        """List the newest shorts."""
        with explained():
            hands = self._door.hands(at, "read")
            runs = await hands.list(limit=limit, status=status, before=before)
            return Shorts(shorts=tuple(map(listed, runs)))

    async def estimate_short(self, at: At, short: ShortForm) -> Price:
        """Say what a short would cost, without making anything."""
        with explained():
            self._door.hands(at, "read")
            return price_of(short, self._door.settings)

    async def download_short(
        self,
        at: At,
        id: Id,
        out: Annotated[
            str | None, Field(description="A folder; only where this server runs on your machine.")
        ] = None,
    ) -> Files:
        """Hand over a finished short: film, cover, captions, texts and receipt."""
        with explained():
            short = await self._door.hands(at, "read").show(id)
            if not short.package:
                raise WrongStatus(f"The short {id} is {short.run.status}: it has no film yet.")
            return Files(files=await self._door.files(at, short, out))

    async def _facts(self, hands: Hands, run_id: str) -> ShortFacts:
        return facts_of(await hands.show(run_id), self._door.trouble(run_id))


async def _edited(hands: Hands, run_id: str, script: str) -> Script:
    return parse_script(script, Topic.model_validate((await hands.show(run_id)).run.topic))
