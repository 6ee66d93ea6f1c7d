"""A disk that fills up under the service: shorts wait with the cure, and go on when told to."""

import shutil

import pytest

from providers import whole_files


@pytest.fixture
def full_disk(monkeypatch, settings):
    """Want more room than the disk has; `undo` frees it."""
    settings.home.mkdir(parents=True)
    wanted = shutil.disk_usage(settings.home).total + 1
    with monkeypatch.context() as patch:
        patch.setattr(whole_files, "ROOM_BYTES", wanted)
        yield patch


@pytest.mark.slow
async def test_a_short_waits_for_room_and_goes_on(full_disk, client, worker, rest, script):
    order = {**script, "approve": "auto"}
    short_id = (await client.post("/v1/shorts", json=order)).json()["id"]
    short = await rest(short_id, "parked", "failed", "done")
    assert short["status"] == "parked", short["reason"]
    assert "The disk is full: free some space, then resume." in short["reason"]
    assert (await client.get(f"/v1/shorts/{short_id}/film")).status_code == 404
    full_disk.undo()
    assert (await client.post(f"/v1/shorts/{short_id}/resume")).status_code == 202
    assert (await rest(short_id, "done", "parked", "failed"))["status"] == "done"
