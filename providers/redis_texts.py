"""Text replies that all machines share for a while, in front of an artifact store of their own.

The store remembers every call by its key already; machines that share a database and a Redis, and
no bucket, find each other's texts here, so that a run that moves on is not written twice. Pictures
and sound are too large for that; they come with the bucket.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

from pydantic import JsonValue

from providers.ports import ArtifactStore
from providers.redis_door import RedisAway, RedisDoor

PREFIX = "shortfactory:text"
KEEP_S = 24 * 3600
LARGEST_BYTES = 1024 * 1024


class SharedTexts:
    """An `ArtifactStore` that finds text replies of other machines too."""

    def __init__(self, store: ArtifactStore, door: RedisDoor, keep_s: int = KEEP_S) -> None:
        """Stand before this store; a text is shared for `keep_s` after it was written."""
        self._store, self._door, self._keep_s = store, door, keep_s

    async def check_room(self) -> None:
        """Make sure that the store could keep what is bought now."""
        await self._store.check_room()

    async def put(self, data: bytes, suffix: str) -> str:
        """Keep bytes in the store."""
        return await self._store.put(data, suffix)

    async def adopt(self, path: Path, suffix: str) -> str:
        """Keep a finished local file in the store."""
        return await self._store.adopt(path, suffix)

    async def read(self, sha256: str) -> bytes:
        """The bytes, from the store."""
        return await self._store.read(sha256)

    async def path(self, sha256: str) -> Path:
        """A local path to the bytes, from the store."""
        return await self._store.path(sha256)

    async def recall(self, key: str) -> dict[str, JsonValue] | None:
        """The record of a finished call; another machine's text is put into the store first."""
        return await self._store.recall(key) or await self._fetched(key)

    async def remember(self, key: str, record: Mapping[str, JsonValue]) -> None:
        """Keep the record in the store, and share it if it is of a text."""
        await self._store.remember(key, record)
        if record.get("kind") != "text":
            return
        data = await self._store.read(str(record["sha256"]))
        if len(data) > LARGEST_BYTES:
            return
        shared = json.dumps({"record": dict(record), "text": data.decode()})
        await self._unless_away("set", _name(key), shared, "ex", self._keep_s, "nx")

    async def forget(self, key: str) -> None:
        """Drop the record here and for all."""
        await self._store.forget(key)
        await self._unless_away("del", _name(key))

    async def discard(self, sha256: str) -> None:
        """Remove the bytes from the store."""
        await self._store.discard(sha256)

    async def _fetched(self, key: str) -> dict[str, JsonValue] | None:
        shared = _read(await self._unless_away("get", _name(key)))
        if shared is None:
            return None
        record, data = shared
        await self._store.put(data, ".json")
        await self._store.remember(key, record)
        return record

    async def _unless_away(self, *command: Any) -> Any:
        try:
            return await self._door.ask(lambda redis: redis.execute_command(*command))
        except RedisAway:
            return None


def _name(key: str) -> str:
    return f"{PREFIX}:{key}"


def _read(shared: bytes | None) -> tuple[dict[str, JsonValue], bytes] | None:
    """Record and text, if the text is the one that the record names; damaged ones count as none."""
    if shared is None:
        return None
    try:
        found: dict[str, Any] = json.loads(shared)
        record, data = cast("dict[str, JsonValue]", found["record"]), str(found["text"]).encode()
        whole = hashlib.sha256(data).hexdigest() == record["sha256"]
    except (ValueError, KeyError, TypeError):
        return None
    return (record, data) if whole else None
