"""MCP clients, a script of one scene, and waiting for what a server does in its own time."""

import asyncio
import os
import sys
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from mcp import Client, StdioServerParameters

from graph.factory import Factory
from server.mcp import mcp_server
from server.mcp_stdio import OwnDoor, OwnHands

ROOT = Path(__file__).parents[3]
SCRIPT = """# Why bees dance

## Hook

A bee comes home and dances.

> A honeybee dancing on a comb
"""


@pytest.fixture
def script():
    """A script of one short scene."""
    return SCRIPT


@pytest.fixture
def stdio_client(tmp_path, database_url):
    """Opens a client whose server is a process of its own."""
    environment = {
        "PATH": f"{Path(sys.executable).parent}:{os.defpath}",
        "PYTHONPATH": str(ROOT),
        "SHORTFACTORY_HOME": str(tmp_path / "home"),
        "SHORTFACTORY_DATABASE_URL": database_url,
        "SHORTFACTORY_RENDER__QUALITY": "quick",
    }

    @asynccontextmanager
    async def opened(**extra):
        command = StdioServerParameters(
            command=sys.executable,
            args=["-c", "from server.cli import main; main()", "mcp"],
            env={**environment, **extra},
            cwd=tmp_path,
        )
        async with Client(command, read_timeout_seconds=60) as client:
            yield client

    return opened


@pytest.fixture
def own_client(settings):
    """Opens a client whose server is in this process, with a factory of its own."""
    quick = settings.render.model_copy(update={"quality": "quick", "workers": 1})

    @asynccontextmanager
    async def opened():
        async with (
            Factory.open(settings.model_copy(update={"render": quick})) as factory,
            OwnHands.open(factory) as hands,
            Client(mcp_server(OwnDoor(factory, hands))) as client,
        ):
            yield client

    return opened


@pytest.fixture
def ask():
    """Calls a tool and gives its answer; a tool error fails the test."""

    async def call(client, tool, **arguments):
        result = await client.call_tool(tool, arguments)
        assert not result.is_error, result.content
        return result.structured_content

    return call


@pytest.fixture
def until(ask):
    """Asks for a short's status until it is one of those wanted."""

    async def wait(client, short_id, *wanted, deadline_s=90):
        async with asyncio.timeout(deadline_s):
            while True:
                short = await ask(client, "short_status", id=short_id)
                if short["status"] in wanted:
                    return short
                assert short["status"] in ("queued", "running"), short["reason"]
                assert not short["reason"], short["reason"]
                await asyncio.sleep(0.2)

    return wait
