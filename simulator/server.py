"""Runs the simulator: inside a test, in a thread on a free port, or as a program of its own."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
import threading
from copy import deepcopy
from decimal import Decimal
from types import TracebackType

import uvicorn
from uvicorn.config import LOGGING_CONFIG

from shortfactory.errors import InvalidInput
from simulator.app import build
from simulator.bill import Row
from simulator.delivery import ResettableProtocol
from simulator.house import DEFAULT, House
from simulator.latency import Profile
from simulator.scenarios import SCENARIOS, Scenario, named
from simulator.stage import KEY

LINGER_S = 1  # how long requests in flight may go on when the server stops
HOST, PORT = "127.0.0.1", 8765


class Simulator:
    """A running simulator: `async with Simulator() as sim`, then point adapters at `sim.base_url`.

    `sim.gemini_url` and `sim.elevenlabs_url` are the vendors' base URLs of the scenario that
    `set` changes; `at(name)` gives the base URL of another scenario, running at the same time.
    """

    key = KEY

    def __init__(self, scenario: str | Scenario = DEFAULT) -> None:
        """Prepare; nothing runs yet.

        Raises:
            UnknownScenario: no scenario has this name.
        """
        self.house = House(scenario)
        self._socket = _listener(HOST, 0)
        self.base_url = f"http://{HOST}:{self._socket.getsockname()[1]}"
        self._server = uvicorn.Server(_config(self.house))
        self._thread = threading.Thread(target=self._run, name="simulator", daemon=True)

    @property
    def gemini_url(self) -> str:
        """Base URL for Google's SDKs."""
        return f"{self.base_url}/gemini"

    @property
    def elevenlabs_url(self) -> str:
        """Base URL for ElevenLabs' SDK."""
        return f"{self.base_url}/elevenlabs"

    def at(self, scenario: str) -> str:
        """Base URL of a scenario by name, such as "html_502.once" or "drift=1.06"."""
        return f"{self.base_url}/s/{scenario}"

    def set(self, scenario: str | Scenario, name: str = DEFAULT) -> str:
        """Play a scenario from its beginning; the bill goes on. Returns its base URL.

        Raises:
            UnknownScenario: no scenario has this name.
        """
        self.house.put(scenario, name)
        return self.base_url if name == DEFAULT else self.at(name)

    def bill(self, scenario: str | None = None) -> tuple[Row, ...]:
        """Every request so far, or those of one scenario, with what it cost."""
        return self.house.bill.rows(scenario)

    def spent_usd(self, scenario: str | None = None) -> Decimal:
        """What all requests so far would have cost."""
        return self.house.bill.total_usd(scenario)

    def requests(self, scenario: str | None = None) -> dict[str, int]:
        """How often each path was asked, whatever the key."""
        counted: dict[str, int] = {}
        for row in self.house.bill.requests(scenario):
            counted[row["path"]] = counted.get(row["path"], 0) + row["count"]
        return counted

    def clear(self) -> None:
        """Forget the bill."""
        self.house.bill.clear()

    async def batches_over(self) -> None:
        """Wait until the vendor is done with every batch that was handed in."""
        for batch in list(self.house.stage().batches.values()):
            await asyncio.to_thread(batch.over.wait)

    def start(self) -> None:
        """Serve in a thread. Requests sent from now on are answered: the port already listens."""
        self._socket.listen(2048)
        self._thread.start()

    def stop(self) -> None:
        """Stop serving and wait for the thread; open connections are closed."""
        self._server.should_exit = True
        self._server.force_exit = True
        self._thread.join()
        self._socket.close()

    def _run(self) -> None:
        asyncio.run(self._server.serve(sockets=[self._socket]))

    async def __aenter__(self) -> Simulator:
        self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await asyncio.to_thread(self.stop)


def serve(
    host: str = HOST,
    port: int = PORT,
    latency: Profile | None = None,
    scenario: str = "usual",
) -> None:
    """Run in the foreground until interrupted; every request is logged.

    `latency` replaces the scenario's own.

    Raises:
        InvalidInput: no scenario has this name, or the port is taken.
    """
    found = named(scenario)
    if found is None:
        known = ", ".join(sorted(SCENARIOS))
        cure = f"choose from {known}, or one action such as html_502.once (docs/simulator.md)"
        raise InvalidInput("scenario", scenario, cure)
    try:
        line = _listener(host, port)
    except (OSError, OverflowError) as error:
        raise InvalidInput("port", port, f"choose a free one from 1 to 65535 ({error})") from error
    with line:
        house = House(found.model_copy(update={"latency": latency or found.latency}))
        server = uvicorn.Server(_config(house, "info"))
        logging.getLogger("uvicorn.simulator").info(
            "Gemini at http://%s:%d/gemini, ElevenLabs at /elevenlabs, key %r, bill at /bill",
            host,
            port,
            KEY,
        )
        # The server stops in good order, then hands the interrupt on; here it is the normal end.
        with contextlib.suppress(KeyboardInterrupt):
            server.run(sockets=[line])


def _listener(host: str, port: int) -> socket.socket:
    # asyncio turns Nagle's 40 ms off only where it sees that the protocol is TCP by its number.
    line = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    line.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        line.bind((host, port))
    except (OSError, OverflowError):
        line.close()
        raise
    return line


def _config(house: House, log_level: str = "critical") -> uvicorn.Config:
    logs = deepcopy(LOGGING_CONFIG)
    logs["handlers"]["access"]["stream"] = "ext://sys.stderr"  # stdout is the caller's
    return uvicorn.Config(
        build(house),
        http=ResettableProtocol,
        ws="none",
        lifespan="off",
        log_level=log_level,
        log_config=logs if log_level == "info" else None,
        timeout_graceful_shutdown=LINGER_S,
    )
