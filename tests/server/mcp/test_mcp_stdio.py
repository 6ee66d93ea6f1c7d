"""Shorts through the SDK's own client, with the server as a process on stdin and stdout."""

from pathlib import Path

import pytest

TINY = {"providers": "offline", "seconds": 5, "scenes": 1}


@pytest.mark.slow
async def test_an_agent_drives_a_short_with_an_approval(stdio_client, ask, until, script, tmp_path):
    async with stdio_client() as client:
        short = await ask(client, "create_short", short={"script": script, **TINY})
        assert short["status"] in ("queued", "running")

        waiting = await until(client, short["id"], "waiting_approval")
        assert "A bee comes home" in waiting["script"]
        assert "approve_short" in waiting["next"]
        seen = waiting["script_version"]
        await ask(client, "approve_short", id=short["id"], script_version=seen)

        done = await until(client, short["id"], "done")
        assert done["made"] == {"scenes": 1, "pictures": 1, "narrations": 1, "segments": 1}
        out = str(tmp_path / "film")
        files = (await ask(client, "download_short", id=short["id"], out=out))["files"]
        assert Path(files["film.mp4"]).read_bytes()[4:8] == b"ftyp"  # noqa: ASYNC240
        assert set(files) == set(done["files"])
        listed = await ask(client, "list_shorts", status="done")
        assert [row["id"] for row in listed["shorts"]] == [short["id"]]


@pytest.mark.slow
async def test_a_client_that_leaves_loses_nothing(stdio_client, ask, until, script):
    auto = {"script": script, "approve": "auto", **TINY}
    async with stdio_client() as client:
        short = await ask(client, "create_short", short=auto)
    async with stdio_client() as client:
        left = await ask(client, "short_status", id=short["id"])
        assert left["status"] in ("queued", "running", "done")
        await ask(client, "resume_short", id=short["id"])
        await until(client, short["id"], "done")
