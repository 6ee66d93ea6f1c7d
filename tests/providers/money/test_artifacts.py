"""Files appear whole or not at all, and are never trusted without their hash."""

import asyncio
import errno
import hashlib
import os
from pathlib import Path

import pytest

from providers.artifacts import FolderStore
from shortfactory.errors import ArtifactLost, StorageError

KEY = "f" * 64


def files(store_root):
    return sorted(path.name for path in Path(store_root).rglob("*") if path.is_file())


async def test_the_same_bytes_are_one_file(store, tmp_path):
    first = await store.put(b"picture", ".png")
    second = await store.put(b"picture", ".jpg")
    assert first == second == hashlib.sha256(b"picture").hexdigest()
    assert files(tmp_path / "artifacts") == [f"{first}.png"]
    assert await store.read(first) == b"picture"


async def test_many_writers_of_the_same_bytes_agree(store, tmp_path):
    async with asyncio.TaskGroup() as group:
        for _ in range(20):
            group.create_task(store.put(b"picture", ".png"))
    assert len(files(tmp_path / "artifacts")) == 1


async def test_a_finished_file_is_adopted(store, tmp_path):
    film = tmp_path / "film.mp4"
    film.write_bytes(b"film")
    sha256 = await store.adopt(film, ".mp4")
    assert not film.exists()
    assert (await store.path(sha256)).read_bytes() == b"film"


async def test_adopting_what_is_already_there_keeps_it(store, tmp_path):
    sha256 = await store.put(b"film", ".mp4")
    copy = tmp_path / "copy.mp4"
    copy.write_bytes(b"film")
    assert await store.adopt(copy, ".mp4") == sha256
    assert await store.adopt(await store.path(sha256), ".mp4") == sha256
    assert await store.read(sha256) == b"film"


async def test_damage_is_found_and_healed(store):
    sha256 = await store.put(b"picture", ".png")
    path = await store.path(sha256)
    path.write_bytes(b"pictur")
    with pytest.raises(ArtifactLost, match="no longer matches"):
        await store.read(sha256)
    with pytest.raises(ArtifactLost):
        await store.path(sha256)
    assert await store.put(b"picture", ".png") == sha256
    assert await store.read(sha256) == b"picture"


async def test_a_missing_artifact_is_named(store):
    with pytest.raises(ArtifactLost, match=r"0{64} is missing"):
        await store.read("0" * 64)


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "0" * 63, "G" * 64, "0" * 64 + "\n"])
async def test_only_hashes_are_names(store, name):
    with pytest.raises(StorageError, match="is not a"):
        await store.read(name)
    with pytest.raises(StorageError, match="is not a"):
        await store.remember(name, {})


@pytest.mark.parametrize("suffix", ["png", "./x", ".a/b", ".PNG", ".toolongsuffix"])
async def test_only_plain_suffixes(store, suffix):
    with pytest.raises(StorageError, match="suffix"):
        await store.put(b"x", suffix)


async def test_the_first_record_stays(store):
    assert await store.recall(KEY) is None
    await store.remember(KEY, {"n": 1})
    await store.remember(KEY, {"n": 2})
    assert await store.recall(KEY) == {"n": 1}
    await store.forget(KEY)
    await store.forget(KEY)
    assert await store.recall(KEY) is None


async def test_an_unreadable_record_is_none_and_is_replaced(store, tmp_path):
    await store.remember(KEY, {"n": 1})
    (tmp_path / "artifacts/calls/ff" / f"{KEY}.json").write_bytes(b'{"n": ')
    assert await store.recall(KEY) is None
    await store.remember(KEY, {"n": 2})
    assert await store.recall(KEY) == {"n": 2}


@pytest.mark.parametrize(
    ("number", "cure"), [(errno.ENOSPC, "free some space"), (errno.EACCES, "write access")]
)
async def test_a_failed_write_leaves_nothing_and_names_the_cure(
    store, tmp_path, monkeypatch, number, cure
):
    def refuse(_handle):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr("providers.whole_files.os.fsync", refuse)
    with pytest.raises(StorageError, match=cure):
        await store.put(b"picture", ".png")
    assert files(tmp_path / "artifacts") == []


async def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StorageError, match="file"):
        await FolderStore(tmp_path / "file").put(b"x", ".png")


async def test_a_kill_between_write_and_rename_shows_nothing(store, tmp_path, monkeypatch):
    def killed(*_paths):
        raise KeyboardInterrupt

    monkeypatch.setattr("providers.whole_files.Path.replace", killed)
    with pytest.raises(KeyboardInterrupt):
        store._put(b"picture", ".png")
    monkeypatch.undo()
    with pytest.raises(ArtifactLost):
        await store.read(hashlib.sha256(b"picture").hexdigest())
