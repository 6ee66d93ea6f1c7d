"""A disk without room: nothing is bought that could not be kept, and what is there is found."""

import shutil

import pytest

from providers import whole_files
from shortfactory.errors import StorageError

IMAGE = "gemini:gemini-nano-banana-2.1"


@pytest.fixture
def full(monkeypatch, tmp_path):
    """Makes the disk too small for what is wanted of it, or as it was."""
    enough, too_much = whole_files.ROOM_BYTES, shutil.disk_usage(tmp_path).total + 1

    def make(full):
        monkeypatch.setattr(whole_files, "ROOM_BYTES", too_much if full else enough)

    return make


async def test_nothing_is_bought_on_a_full_disk(full, gateway, vendors, ledger, ask, pay):
    full(True)
    with pytest.raises(StorageError, match="disk is full: free some space, then resume"):
        await gateway.draw(IMAGE, ask.picture(), pay())
    assert vendors.image.requests == []
    assert await ledger.rows("run-1") == ()
    full(False)
    assert (await gateway.draw(IMAGE, ask.picture(), pay())).call.attempts == 1


async def test_what_was_bought_before_is_found_on_a_full_disk(full, gateway, vendors, ask, pay):
    first = await gateway.draw(IMAGE, ask.picture(), pay())
    full(True)
    again = await gateway.draw(IMAGE, ask.picture(), pay())
    assert (again.sha256, again.call.cached) == (first.sha256, True)
    assert len(vendors.image.requests) == 1


async def test_the_room_is_asked_for_where_the_folder_will_be(store, tmp_path):
    await store.check_room()
    assert not (tmp_path / "artifacts").exists()
