"""What starting costs: `python -m bench.startup` prints processor seconds, memory and modules."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from tempfile import TemporaryDirectory

from pydantic import BaseModel

TIMES = 5
TOLD = """
import json, resource, sys
used = resource.getrusage(resource.RUSAGE_SELF)
# Not ru_maxrss: that remembers the parent's memory from before the exec.
with open("/proc/self/status") as status:
    [peak_kb] = [line.split()[1] for line in status if line.startswith("VmHWM")]
sys.stderr.write("\\nUSED " + json.dumps({
    "cpu_s": used.ru_utime + used.ru_stime,
    "rss_mb": int(peak_kb) / 1024,
    "modules": len(sys.modules),
    "heavy": [n for n in HEAVY if n in sys.modules],
}))
"""
HEAVY = (
    "langgraph", "langchain_core", "langchain_google_genai", "google.genai", "elevenlabs", "numpy",
    "cv2", "av", "pyvips", "fastapi", "psycopg", "procrastinate", "httpx",
)  # fmt: skip
HELP = """
import contextlib, sys
sys.argv = ["shortfactory", "--help"]
from server.cli import main
with contextlib.redirect_stdout(None), contextlib.suppress(SystemExit):
    main()
"""
OPENED = """
import asyncio
from graph.factory import Factory
from shortfactory.settings import Settings
async def main():
    async with Factory.open(Settings(_env_file=None)) as factory:
        factory.services("offline")
asyncio.run(main())
"""
WORKER = """
import server.worker
"""
ADAPTERS = """
import langchain_google_genai, google.genai, elevenlabs.client
"""
CASES: Mapping[str, str] = {
    "bare Python": "",
    "`shortfactory --help`": HELP,
    "a process that opened the Factory": OPENED,
    "the worker, before its first order": WORKER,
    "the three vendors' SDKs alone": ADAPTERS,
}


class Used(BaseModel):
    """What one process had used when it was ready."""

    cpu_s: float
    rss_mb: float
    modules: int
    heavy: list[str]


def measured(code: str) -> Used:
    """The median of a few fresh processes, by processor time."""
    with TemporaryDirectory() as home:
        used = [_once(code, home) for _ in range(TIMES)]
    return sorted(used, key=lambda each: each.cpu_s)[TIMES // 2]


def _once(code: str, home: str) -> Used:
    environment = {**os.environ, "SHORTFACTORY_HOME": home}
    ended = subprocess.run(
        [sys.executable, "-c", f"HEAVY = {HEAVY!r}\n{code}\n{TOLD}"],
        capture_output=True,
        text=True,
        env=environment,
        check=True,
    )
    return Used.model_validate_json(ended.stderr.rpartition("USED ")[2])


def main() -> None:
    """Print the table."""
    sys.stdout.write("| process | CPU s | peak MB | modules | loaded |\n|---|---|---|---|---|\n")
    for name, code in CASES.items():
        used = measured(code)
        numbers = f"{used.cpu_s:.2f} | {used.rss_mb:.0f} | {used.modules}"
        sys.stdout.write(f"| {name} | {numbers} | {', '.join(used.heavy) or 'nothing heavy'} |\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
