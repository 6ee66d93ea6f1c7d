"""Content-addressed files in a folder: media under its sha256, call records under their key."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import hashlib
import json
import re
from collections.abc import Callable, Generator, Iterator, Mapping
from pathlib import Path
from typing import TypeVar, cast

from pydantic import JsonValue

from providers.whole_files import check_room, hash_of, move, whole_file
from shortfactory.errors import ArtifactLost, StorageError

Result = TypeVar("Result")

_SHA256 = re.compile(r"[0-9a-f]{64}")
_SUFFIX = re.compile(r"(\.[a-z0-9]{1,8})?")


class FolderStore:
    """An `ArtifactStore` in one folder; many processes may share it.

    Layout: `sha256/aa/<hash><suffix>` and `calls/aa/<key>.json`. A file appears under its name
    only when it is whole and on disk.
    """

    def __init__(self, root: Path) -> None:
        """Use this folder; it is made at the first write."""
        self._root = root

    async def check_room(self) -> None:
        """Make sure that the result of a call that is paid for now could be kept.

        Raises:
            StorageError: the disk is about to be full.
        """
        await self._in_thread(check_room, self._root)

    async def put(self, data: bytes, suffix: str) -> str:
        """Keep bytes; the same bytes twice are one artifact. Returns their sha256 (hex).

        Raises:
            StorageError: the disk is full, or the folder cannot be written.
        """
        return await self._in_thread(self._put, data, suffix)

    async def adopt(self, path: Path, suffix: str) -> str:
        """Move a finished local file into the store and return its sha256 (hex).

        Raises:
            StorageError: the file cannot be read, or the store cannot be written.
        """
        return await self._in_thread(self._adopt, path, suffix)

    async def read(self, sha256: str) -> bytes:
        """The bytes behind a hash.

        Raises:
            ArtifactLost: missing, or the bytes no longer match the hash.
        """
        return await self._in_thread(self._read, sha256)

    async def path(self, sha256: str) -> Path:
        """A read-only local path to the bytes.

        Raises:
            ArtifactLost: missing, or the bytes no longer match the hash.
        """
        return await self._in_thread(self._verified, sha256)

    async def recall(self, key: str) -> dict[str, JsonValue] | None:
        """The record of a finished call, or None; an unreadable record counts as none."""
        return await self._in_thread(self._recall, key)

    async def remember(self, key: str, record: Mapping[str, JsonValue]) -> None:
        """Keep the record of a finished call; the first one stays.

        Raises:
            StorageError: the disk is full, or the folder cannot be written.
        """
        await self._in_thread(self._remember, key, dict(record))

    async def forget(self, key: str) -> None:
        """Drop the record of a call whose artifact is lost."""
        await self._in_thread(lambda: self._record_path(key).unlink(missing_ok=True))

    async def discard(self, sha256: str) -> None:
        """Remove the bytes behind a hash, if they are there: nobody needs them any more."""
        await self._in_thread(self._discard, sha256)

    async def _in_thread(self, work: Callable[..., Result], *arguments: object) -> Result:
        def guarded() -> Result:
            with self._explained():
                return work(*arguments)

        return await asyncio.to_thread(guarded)

    @contextlib.contextmanager
    def _explained(self) -> Generator[None]:
        try:
            yield
        except OSError as error:
            where = error.filename or self._root
            cure = _CURES.get(error.errno or 0, "Check the disk and the folder, then resume.")
            reason = error.strerror or type(error).__name__
            raise StorageError(f"{where}: {reason}.", cure=cure) from error

    def _put(self, data: bytes, suffix: str) -> str:
        sha256 = hashlib.sha256(data).hexdigest()
        if not self._intact(sha256):
            target = self._new_path(sha256, suffix)
            with whole_file(target) as temporary:
                temporary.write_bytes(data)
        return sha256

    def _adopt(self, path: Path, suffix: str) -> str:
        sha256 = hash_of(path)
        if self._intact(sha256):
            if not path.samefile(self._find(sha256)):
                path.unlink()
            return sha256
        target = self._new_path(sha256, suffix)
        with whole_file(target) as temporary:
            move(path, temporary)
        return sha256

    def _read(self, sha256: str) -> bytes:
        data = self._find(sha256).read_bytes()
        if hashlib.sha256(data).hexdigest() != sha256:
            raise _damaged(sha256)
        return data

    def _verified(self, sha256: str) -> Path:
        path = self._find(sha256)
        if hash_of(path) != sha256:
            raise _damaged(sha256)
        return path

    def _intact(self, sha256: str) -> bool:
        found = next(self._matches(sha256), None)
        return found is not None and hash_of(found) == sha256

    def _matches(self, sha256: str) -> Iterator[Path]:
        return (self._root / "sha256" / sha256[:2]).glob(f"{sha256}*")

    def _find(self, sha256: str) -> Path:
        if not _SHA256.fullmatch(sha256):
            raise StorageError(f"{sha256[:80]!r} is not a sha256.")
        found = next(self._matches(sha256), None)
        if found is None:
            raise ArtifactLost(
                f"Artifact {sha256} is missing from {self._root}.",
                cure="Restore the folder, or resume the run to make it again.",
            )
        return found

    def _discard(self, sha256: str) -> None:
        for path in self._matches(sha256):
            path.unlink(missing_ok=True)

    def _new_path(self, sha256: str, suffix: str) -> Path:
        if not _SUFFIX.fullmatch(suffix):
            raise StorageError(f"{suffix!r} is not a file suffix such as '.png'.")
        # A damaged file keeps its name, so that one hash never has two files.
        found = next(self._matches(sha256), None)
        return found or self._root / "sha256" / sha256[:2] / f"{sha256}{suffix}"

    def _record_path(self, key: str) -> Path:
        if not _SHA256.fullmatch(key):
            raise StorageError(f"{key[:80]!r} is not a call key.")
        return self._root / "calls" / key[:2] / f"{key}.json"

    def _recall(self, key: str) -> dict[str, JsonValue] | None:
        try:
            record = json.loads(self._record_path(key).read_bytes())
        except (FileNotFoundError, ValueError):
            return None
        return cast("dict[str, JsonValue]", record) if isinstance(record, dict) else None

    def _remember(self, key: str, record: dict[str, JsonValue]) -> None:
        if self._recall(key) is None:
            text = json.dumps(record, sort_keys=True, ensure_ascii=False, indent=1)
            with whole_file(self._record_path(key)) as temporary:
                temporary.write_text(text, encoding="utf-8")


_CURES = {
    errno.ENOSPC: "The disk is full: free some space, then resume.",
    errno.EDQUOT: "The disk quota is used up: free some space, then resume.",
    errno.EACCES: "Give this user write access to the folder, or set SHORTFACTORY_HOME.",
    errno.EROFS: "The folder is read-only: set SHORTFACTORY_HOME to one that can be written.",
}


def _damaged(sha256: str) -> ArtifactLost:
    return ArtifactLost(
        f"Artifact {sha256} no longer matches its hash.",
        cure="Check the disk; resume the run to make it again.",
    )
