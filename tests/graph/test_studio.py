"""`langgraph dev` serves the graph: drawn with its edges, run to the approval, and resumed."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import httpx
import pytest
from langgraph_sdk import get_client

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
ORDER = {
    "topic": {"script": "# Tide\n\n## One\nThe sea breathes twice a day.\n\n> A wide sea\n"},
    "approve": "ask",
}


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def studio(tmp_path, database_url):
    port = free_port()
    environment = {
        **os.environ,
        "SHORTFACTORY_HOME": str(tmp_path / "home"),
        "SHORTFACTORY_DATABASE_URL": database_url,
        "SHORTFACTORY_RENDER__QUALITY": "quick",
        "LANGSMITH_TRACING": "false",
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
    }
    (tmp_path / ".env").touch()
    config = (ROOT / "langgraph.json").read_text().replace('".env"', f'"{tmp_path / ".env"}"')
    (tmp_path / "langgraph.json").write_text(
        config.replace('"./', f'"{ROOT}/').replace('"."', f'"{ROOT}"')
    )
    log = (tmp_path / "log").open("wb")
    server = subprocess.Popen(
        ["langgraph", "dev", "--no-browser", "--no-reload", "--port", str(port)],
        cwd=tmp_path,
        env=environment,
        stdout=log,
        stderr=log,
        start_new_session=True,
    )
    try:
        yield _ready(f"http://127.0.0.1:{port}", server, tmp_path / "log")
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(30)
        log.close()


def _ready(url, server, log):
    end = time.monotonic() + 120
    while time.monotonic() < end:
        assert server.poll() is None, log.read_text()[-3000:]
        try:
            if httpx.get(f"{url}/ok", timeout=2).status_code == 200:
                return url
        except httpx.TransportError:
            threading.Event().wait(0.2)
    raise AssertionError(log.read_text()[-3000:])


async def test_studio_draws_runs_to_the_approval_and_resumes(studio):
    async with get_client(url=studio) as client:
        await drive(client)


async def drive(client):
    drawn = await client.assistants.get_graph("shorts")
    edges = {(edge["source"], edge["target"]) for edge in drawn["edges"]}
    assert {("budget_guard", "economise"), ("quality_check", "scene"), ("park", "story")} <= edges

    thread = await client.threads.create()
    waiting = await client.runs.wait(thread["thread_id"], "shorts", input={"order": ORDER})
    assert [each["value"]["kind"] for each in waiting["__interrupt__"]] == ["approval"], waiting

    decision = {"decision": "approve", "script_version": 1, "by": "studio"}
    done = await client.runs.wait(thread["thread_id"], "shorts", command={"resume": decision})
    assert set(done["package"]) >= {"film.mp4", "receipt.json"}, done
