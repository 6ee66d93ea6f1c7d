"""The tools inside the API: keys, tenants, the queue, and links instead of folders."""

import asyncio
from contextlib import asynccontextmanager

import httpx2
import pytest
from mcp import Client
from mcp.client.streamable_http import streamable_http_client

from server.app import make_app
from server.keys import Keys
from server.worker import Worker


@pytest.fixture
async def app(settings):
    """The open API with quick offline films, without a worker."""
    quick = settings.render.model_copy(update={"quality": "quick", "workers": 1})
    made = make_app(settings.model_copy(update={"providers": "offline", "render": quick}))
    async with made.router.lifespan_context(made):
        yield made


@pytest.fixture
async def worker(app):
    """A worker in this process."""
    stop, service = asyncio.Event(), app.state.service
    task = asyncio.create_task(Worker(service.factory, service.jobs, 1).run(stop))
    yield
    stop.set()
    await task


@pytest.fixture
def visit(app):
    """HTTP clients that reach the API, with a key if one is given."""

    def make(key=None, host="127.0.0.1"):
        headers = {"authorization": f"Bearer {key}"} if key else {}
        transport = httpx2.ASGITransport(app, client=(host, 1234))
        return httpx2.AsyncClient(
            transport=transport, base_url="http://127.0.0.1", headers=headers, timeout=30
        )

    return make


@pytest.fixture
def tools(visit):
    """MCP clients."""

    @asynccontextmanager
    async def opened(key=None, mode="auto"):
        async with visit(key) as http:
            transport = streamable_http_client("http://127.0.0.1/mcp", http_client=http)
            async with Client(transport, mode=mode) as client:
                yield client

    return opened


@pytest.fixture
def key_for(app):
    """Makes keys."""

    async def make(tenant, *scopes):
        text, _ = await Keys(app.state.service.database.pool).create(tenant, scopes)
        return text

    return make


@pytest.mark.slow
async def test_a_short_through_the_queue(tools, ask, until, script, worker, visit):
    async with tools() as client:
        order = {"script": script, "seconds": 5, "scenes": 1}
        short = await ask(client, "create_short", short=order)
        waiting = await until(client, short["id"], "waiting_approval")
        seen = waiting["script_version"]
        await ask(client, "approve_short", id=short["id"], script_version=seen)
        await until(client, short["id"], "done")
        files = (await ask(client, "download_short", id=short["id"]))["files"]
        async with visit() as anybody:
            film = await anybody.get(files["film"])
        assert film.content[4:8] == b"ftyp"
        again = {"scene": 1, "again": ["picture"]}
        await ask(client, "reroll_short", id=short["id"], change=again)
        await until(client, short["id"], "done")
        newer = (await ask(client, "download_short", id=short["id"]))["files"]
        async with visit() as anybody:
            assert (await anybody.get(newer["film"])).content != film.content
        refused = await client.call_tool("download_short", {"id": short["id"], "out": "/tmp"})
        assert refused.is_error


@pytest.mark.parametrize("mode", ["auto", "legacy"])
async def test_another_tenants_short_does_not_exist(tools, ask, script, key_for, mode):
    mine, theirs = await key_for("me", "read", "write"), await key_for("they", "read", "write")
    async with tools(mine, mode) as client:
        short = await ask(client, "create_short", short={"script": script})
        assert [s["id"] for s in (await ask(client, "list_shorts"))["shorts"]] == [short["id"]]
    async with tools(theirs, mode) as client:
        assert (await ask(client, "list_shorts"))["shorts"] == []
        for tool in ("short_status", "cancel_short", "resume_short", "download_short"):
            result = await client.call_tool(tool, {"id": short["id"]})
            assert result.is_error
            assert "No short has the id" in result.content[0].text


async def test_a_key_for_reading_makes_nothing(tools, script, key_for):
    async with tools(await key_for("me", "read")) as client:
        result = await client.call_tool("create_short", {"short": {"script": script}})
        assert result.is_error
        assert "may not write" in result.content[0].text


async def test_a_service_reads_no_file_of_its_callers(tools, script):
    async with tools() as client:
        music = {"file": "/etc/passwd", "licence": "own"}
        order = {"short": {"script": script}, "music": music}
        refused = await client.call_tool("create_short", order)
        assert refused.is_error
        assert "cannot read your files" in refused.content[0].text


@pytest.mark.parametrize("key", [None, "sf_wrong", "Bearer"])
async def test_without_a_key_nobody_comes_in(visit, key_for, key):
    await key_for("me", "read")
    async with visit(key) as http:
        answer = await http.post("/mcp", json={"jsonrpc": "2.0", "id": 1, "method": "tools/list"})
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"


async def test_from_elsewhere_only_with_a_key(visit):
    async with visit(host="203.0.113.7") as http:
        answer = await http.post("/mcp", json={"jsonrpc": "2.0", "id": 1, "method": "tools/list"})
    assert answer.status_code == 403
