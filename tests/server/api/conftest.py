"""The API in this process, on this test's own database; offline films of one scene."""

import asyncio
import contextlib

import httpx
import pytest
import uvicorn

from server.app import make_app
from server.keys import Keys
from server.worker import Worker

SCRIPT = """# Why bees dance

## Hook

A bee that finds flowers comes home and dances.

Picture: A honeybee dancing on a comb
"""
ANSWER = b"HTTP/1.1 %s\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n"


@contextlib.asynccontextmanager
async def listening(*statuses):
    """A server that keeps what it gets; it answers with each status once, the last for ever."""
    got = []

    async def serve(reader, writer):
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        lines = [line.split(": ", 1) for line in head.splitlines()[1:] if line]
        headers = {name.lower(): value for name, value in lines}
        body = await reader.readexactly(int(headers["content-length"]))
        got.append((headers, body))
        answers = statuses or (b"204 No Content",)
        writer.write(ANSWER % answers[min(len(got), len(answers)) - 1])
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield f"http://localhost:{server.sockets[0].getsockname()[1]}/hook", got


@pytest.fixture
def listener():
    """Opens servers that keep what they get."""
    return listening


@pytest.fixture
def settings(settings):
    """Quick films, and no key of anybody."""
    return settings.model_copy(
        update={
            "providers": "offline",
            "render": settings.render.model_copy(update={"quality": "quick", "workers": 1}),
            "service": settings.service.model_copy(
                update={"dead_after_s": 10, "reap_every_s": 0.5, "heartbeat_s": 1}
            ),
        }
    )


@pytest.fixture
async def app(settings):
    """The open app, without workers."""
    made = make_app(settings)
    async with made.router.lifespan_context(made):
        yield made


@pytest.fixture
def service(app):
    """What the app holds open."""
    return app.state.service


@pytest.fixture
def visit(app):
    """Makes clients: of this machine without a key, or with one."""

    def make(key=None, host="127.0.0.1", **options):
        transport = httpx.ASGITransport(app, raise_app_exceptions=False, client=(host, 1234))
        headers = {"authorization": f"Bearer {key}"} if key else {}
        return httpx.AsyncClient(
            transport=transport, base_url="http://127.0.0.1", headers=headers, timeout=30, **options
        )

    return make


@pytest.fixture
async def client(visit):
    """This machine, while no key was made."""
    async with visit() as opened:
        yield opened


@pytest.fixture
def script():
    """An order for a film of one scene."""
    return {"script": SCRIPT, "seconds": 5, "scenes": 1}


@pytest.fixture
async def keys(service):
    """The table of keys."""
    return Keys(service.database.pool)


@pytest.fixture
async def tenant(keys, visit):
    """Makes tenants: a client with a key of its own."""
    async with contextlib.AsyncExitStack() as stack:

        async def make(name, scopes=("read", "write")):
            text, _ = await keys.create(name, scopes)
            return await stack.enter_async_context(visit(text))

        yield make


@pytest.fixture
async def worker(service):
    """A worker in this process."""
    stop = asyncio.Event()
    made = Worker(service.factory, service.jobs, 2)
    task = asyncio.create_task(made.run(stop))
    yield made
    stop.set()
    await task


@pytest.fixture
def rest(client):
    """Waits until a short is in one of some statuses."""

    async def wait(short_id, *statuses, by=None, deadline_s=150):
        async with asyncio.timeout(deadline_s):
            while True:
                short = (await (by or client).get(f"/v1/shorts/{short_id}")).json()
                if short["status"] in statuses:
                    return short
                await asyncio.sleep(0.05)

    return wait


@pytest.fixture
async def address(app):
    """The address of the app behind a real server."""
    config = uvicorn.Config(app, port=0, lifespan="off", log_config=None, ws="none")
    server = uvicorn.Server(config)
    task = asyncio.create_task(server._serve())
    while not server.started:  # noqa: ASYNC110 - uvicorn tells by a flag
        await asyncio.sleep(0.01)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    await task
