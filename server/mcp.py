"""Shorts as tools of the Model Context Protocol: the same actions as the API, for agents."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from importlib.metadata import version
from typing import Annotated, Literal

from mcp.server.mcpserver import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp_types import ToolAnnotations
from pydantic import Field

from graph.run import Status
from providers.offline.script_file import parse_script
from server.api.change_forms import brought
from server.api.forms import Budget, ShortForm
from server.mcp_door import At, Door, Hands
from server.mcp_view import (
    Different,
    Files,
    Films,
    OwnMusic,
    Price,
    ShortFacts,
    Shorts,
    facts_of,
    film_of,
    listed,
    price_of,
)
from shortfactory.change import Change
from shortfactory.errors import InvalidInput, ShortFactoryError, WrongStatus
from shortfactory.order import MAX_LICENCE_CHARACTERS, MAX_NOTES_CHARACTERS, Order, check_text
from shortfactory.story import Script, Topic

INSTRUCTIONS = """\
ShortFactory makes vertical short videos. create_short answers at once with an id; ask short_status
until it says what it waits for. A script waits for a person's decision before anything dear is
made: show it, then call approve_short. Every answer says under "next" what to do."""

Id = Annotated[str, Field(description="The short's id.", max_length=100)]
LOOK = ToolAnnotations(read_only_hint=True, open_world_hint=False)
MAKE = ToolAnnotations(read_only_hint=False, destructive_hint=False)
END = ToolAnnotations(read_only_hint=False, destructive_hint=True)


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
    looks = (tools.short_status, tools.list_shorts, tools.estimate_short, tools.list_versions)
    for look in looks:
        server.add_tool(look, annotations=LOOK)
    for make in (tools.create_short, tools.approve_short, tools.reroll_short, tools.restore_short):
        server.add_tool(make, annotations=MAKE)
    for go_on in (tools.resume_short, tools.download_short):
        server.add_tool(go_on, annotations=MAKE)
    server.add_tool(tools.cancel_short, annotations=END)
    return server


class Tools:
    """Each method is one tool: its name, its parameters and its docstring are what agents see."""

    def __init__(self, door: Door) -> None:
        self._door = door

    async def create_short(
        self, at: At, short: ShortForm, music: OwnMusic | None = None
    ) -> ShortFacts:
        """Begin a short from a topic, a script or an article; answers at once with its id."""
        with explained():
            hands = self._door.hands(at, "write")
            order = short.order(self._door.settings, hands.tenant)
            if music is not None:
                order = self._with_music(order, music)
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
        """Change a finished film: one scene's picture or words, its voice, language or effects."""
        with explained():
            hands = self._door.hands(at, "write")
            script = change.script
            topic = await _topic(hands, id) if script is not None else Topic()
            told = change.model_dump(exclude={"script"})
            theirs = brought(script, topic, change.language)
            await hands.reroll(id, Change(**told, script=theirs))
            return await self._facts(hands, id)

    async def list_versions(self, at: At, id: Id) -> Films:
        """List every film a short has been: what changed, and which calls each change took."""
        with explained():
            films = await self._door.hands(at, "read").versions(id)
            return Films(versions=tuple(map(film_of, films)))

    async def restore_short(
        self, at: At, id: Id, version: Annotated[int, Field(ge=1, le=1_000_000)]
    ) -> ShortFacts:
        """Let a short be an earlier film again; nothing is made or paid."""
        with explained():
            hands = self._door.hands(at, "write")
            await hands.restore(id, version)
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

    def _with_music(self, order: Order, music: OwnMusic) -> Order:
        check_text("music licence", music.licence, MAX_LICENCE_CHARACTERS)
        topic = order.topic.model_copy(update={"music_licence": music.licence})
        file = self._door.music(music.file)
        return order.model_copy(update={"topic": topic, "music": file})

    async def _facts(self, hands: Hands, run_id: str) -> ShortFacts:
        return facts_of(await hands.show(run_id), self._door.trouble(run_id))


async def _edited(hands: Hands, run_id: str, script: str) -> Script:
    return parse_script(script, await _topic(hands, run_id))


async def _topic(hands: Hands, run_id: str) -> Topic:
    return Topic.model_validate((await hands.show(run_id)).run.topic)
