"""A deployment in small: Postgres, simulator, API and workers, each a process that can die."""

from __future__ import annotations

import asyncio
import json
import os
import shlex
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from bench.place import open_place
from graph.home import prepare_home
from graph.postgres import local_postgres
from graph.postgres_place import find_place

UP_S = 60.0
# Dead workers are noticed as soon as in production; only limits of money and pace are wide.
WIDE = {
    "SHORTFACTORY_RENDER__QUALITY": "quick",
    "SHORTFACTORY_BUDGET__TENANT_DAY_USD": "500",
    "SHORTFACTORY_BUDGET__DEPLOYMENT_DAY_USD": "500",
    "SHORTFACTORY_GEMINI__REQUESTS_PER_MINUTE": "100000",
    "SHORTFACTORY_GEMINI__IMAGES_PER_MINUTE": "100000",
    "SHORTFACTORY_ELEVENLABS__CONCURRENCY": "50",
    "SHORTFACTORY_SERVICE__REQUESTS_PER_MINUTE": "100000",
}


@dataclass
class Fleet:
    """The processes, by name, and how to start one again."""

    programs: Path
    """The folder with the `shortfactory` that is put to the test."""
    folder: Path
    environment: dict[str, str]
    api_url: str = ""
    simulator_url: str = ""
    running: dict[str, subprocess.Popen[bytes]] = field(
        default_factory=dict[str, "subprocess.Popen[bytes]"]
    )

    def start(self, name: str, *arguments: str) -> subprocess.Popen[bytes]:
        """Run `shortfactory ARGUMENTS` under a name; what it says is added to NAME.log."""
        with (self.folder / f"{name}.log").open("ab") as log:
            self.running[name] = subprocess.Popen(
                [self.programs / "shortfactory", *arguments],
                cwd=self.folder / "empty",
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        return self.running[name]

    def ask(self, *arguments: str) -> Any:
        """Run one command to its end; its JSON."""
        command = [self.programs / "shortfactory", *arguments, "--json"]
        empty = self.folder / "empty"
        done = subprocess.run(command, cwd=empty, env=self.environment, capture_output=True)
        if done.returncode:
            raise RuntimeError(f"{arguments} ended with {done.returncode}: {done.stderr.decode()}")
        return json.loads(done.stdout)

    def end(self, name: str, how: signal.Signals = signal.SIGTERM) -> int:
        """Send a signal and wait for the end; the exit code."""
        process = self.running.pop(name)
        process.send_signal(how)
        return process.wait()

    def log(self) -> str:
        """What all processes said."""
        return "".join(path.read_text(errors="replace") for path in self.folder.glob("*.log"))


class Postgres:
    """A server of our own that can be restarted on the same data, at the same address."""

    def __init__(self, home: Path, dsn: str) -> None:
        self._home, self.dsn, self.up = home, dsn, True

    async def stop(self, mode: str = "immediate") -> None:
        """Stop; `immediate` is what a killed server does, `fast` what an operator's restart."""
        await self._control("stop", "--mode", mode)
        self.up = False

    async def start(self) -> None:
        """Start where it was."""
        options = await self._options()
        await self._control("start", "--silent", "--options", shlex.join(options))
        self.up = True

    async def end(self) -> None:
        """Stop it now, and remove its socket: whoever made the folder removes that next."""
        if self.up:
            await self.stop("fast")
        options = await self._options()
        shutil.rmtree(options[options.index("-k") + 1], ignore_errors=True)

    async def _options(self) -> list[str]:
        """How it was started, without the data folder."""
        place = await find_place(self._home)
        options = shlex.split((place.data / "postmaster.opts").read_text())
        return options[options.index("-h") :]

    async def _control(self, action: str, *options: str) -> None:
        place = await find_place(self._home)
        log = str(place.data.with_name("log"))
        where = ("--pgdata", str(place.data), "--log", log, "--wait")
        code, said = await place.run("pg_ctl", action, *where, *options)
        if code:
            raise RuntimeError(f"pg_ctl {action}: {said}")


@asynccontextmanager
async def open_postgres(folder: Path) -> AsyncGenerator[Postgres]:
    """A server with its data in this folder."""
    home = prepare_home(folder / "postgres")
    home.chmod(0o711)  # Postgres runs under another account
    async with local_postgres(home) as dsn:
        postgres = Postgres(home, dsn)
        try:
            yield postgres
        finally:
            await postgres.end()


@asynccontextmanager
async def open_fleet(
    programs: Path, folder: Path, dsn: str, latency: str = "usual", **extra: str
) -> AsyncGenerator[Fleet]:
    """Start simulator and API, and no worker yet; end all of them in the end."""
    (folder / "empty").mkdir()
    ports = free_port(), free_port()
    fleet = Fleet(programs, folder, {})
    fleet.simulator_url, fleet.api_url = (f"http://127.0.0.1:{port}" for port in ports)
    fleet.environment = {
        **WIDE,
        "PATH": f"{programs}:{os.defpath}",
        "SHORTFACTORY_HOME": str(folder / "home"),
        "SHORTFACTORY_DATABASE_URL": dsn,
        "SHORTFACTORY_SIMULATOR__BASE_URL": fleet.simulator_url,
        "SHORTFACTORY_SERVICE__PORT": str(ports[1]),
        **extra,
    }
    async with AsyncExitStack() as stack:
        stack.callback(_end_all, fleet)
        fleet.start("simulator", "simulate", "--port", str(ports[0]))
        fleet.start("api", "serve", "--workers", "0")
        await _answers(f"{fleet.simulator_url}/healthz")
        await _answers(f"{fleet.api_url}/readyz")
        plenty = {"latency": latency, "pictures": 8, "concurrency": 100}
        async with httpx.AsyncClient(trust_env=False) as client:
            put = await client.put(f"{fleet.simulator_url}/scenario", json=plenty)
            put.raise_for_status()
        yield fleet


@asynccontextmanager
async def open_deployment(name: str) -> AsyncGenerator[tuple[Fleet, str]]:
    """A fleet of this environment's own programs, and the address of its database."""
    with open_place(name) as place:
        async with (
            open_postgres(place) as postgres,
            open_fleet(Path(sys.executable).parent, place, postgres.dsn) as fleet,
        ):
            yield fleet, postgres.dsn


def _end_all(fleet: Fleet) -> None:
    for process in fleet.running.values():
        process.send_signal(signal.SIGTERM)
    for process in fleet.running.values():
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


async def _answers(url: str) -> None:
    """Ask until it answers with 200; TimeoutError after a minute."""
    async with httpx.AsyncClient(trust_env=False) as client, asyncio.timeout(UP_S):
        while True:
            with suppress(httpx.TransportError):
                if (await client.get(url)).is_success:
                    return
            await asyncio.sleep(0.1)


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as line:
        line.bind(("127.0.0.1", 0))
        return line.getsockname()[1]
