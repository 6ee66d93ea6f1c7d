"""A real service in a data home of its own, for programs that know it only from outside."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
PROGRAM = [sys.executable, "-c", "from server.cli import main; main()"]
DEADLINE_S = 180


class Service:
    """`shortfactory serve` with quick offline films, and a key for it."""

    def __init__(self, home: Path) -> None:
        """Make the key: from then on nobody is served without one."""
        self.home = home
        self.environment = {
            "PATH": f"{Path(sys.executable).parent}:{os.defpath}",
            "PYTHONPATH": str(ROOT),
            "SHORTFACTORY_HOME": str(home),
            "SHORTFACTORY_PROVIDERS": "offline",
            "SHORTFACTORY_RENDER__QUALITY": "quick",
            "SHORTFACTORY_SERVICE__REQUESTS_PER_MINUTE": "1000000",
        }
        made = self._command("keys", "create", "--scopes", "read,write,admin", "--json")
        self.key: str = json.loads(made)["secret"]
        self.url = ""

    def _command(self, *arguments: str) -> str:
        command = [*PROGRAM, *arguments]
        done = subprocess.run(
            command, env=self.environment, cwd=self.home, check=True, capture_output=True
        )
        return done.stdout.decode()

    @contextlib.contextmanager
    def serving(self, workers: int) -> Iterator[Service]:
        """Serve on a free port until the context ends."""
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        command = [*PROGRAM, "serve", "--port", str(port), "--workers", str(workers)]
        process = subprocess.Popen(command, env=self.environment, cwd=self.home)
        self.url = f"http://127.0.0.1:{port}"
        try:
            wait_until(self._ready)
            yield self
        finally:
            process.terminate()
            process.wait()

    def _ready(self) -> bool:
        try:
            return self.ask("GET", "/readyz")["status"] == "ok"
        except OSError:
            return False

    def ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """One request; a refusal raises `urllib.error.HTTPError`."""
        request = urllib.request.Request(
            self.url + path,
            method=method,
            data=json.dumps(body).encode() if body is not None else None,
            headers={"authorization": f"Bearer {self.key}", "content-type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)

    def until(self, short_id: str, status: str) -> dict[str, Any]:
        """The short, once it is in this status."""
        seen: list[dict[str, Any]] = []

        def there() -> bool:
            seen.append(self.ask("GET", f"/v1/shorts/{short_id}"))
            assert seen[-1]["status"] in ("queued", "running", status), seen[-1]
            return seen[-1]["status"] == status

        wait_until(there)
        return seen[-1]


def wait_until(happened: Any, deadline_s: float = DEADLINE_S) -> None:
    """Poll for what another process does; fail at the deadline."""
    end = time.monotonic() + deadline_s
    while not happened():
        assert time.monotonic() < end, "it did not happen in time"
        threading.Event().wait(0.2)


@contextlib.contextmanager
def service() -> Iterator[Service]:
    """A service that has not been started, in a home that goes with it."""
    home = Path(tempfile.mkdtemp(prefix="shortfactory-outside-"))
    home.chmod(0o711)
    try:
        yield Service(home)
    finally:
        shutil.rmtree(home, ignore_errors=True)
