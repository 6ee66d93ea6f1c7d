"""Music that a person brings: checked before anything is paid, then kept by its hash."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

from media.render import RenderDoor
from providers.ports import ArtifactStore
from shortfactory.order import Order
from shortfactory.story import Topic

SUFFIX = re.compile(r"\.[a-z0-9]{1,8}")


async def with_music(order: Order, topic: Topic, store: ArtifactStore, render: RenderDoor) -> Topic:
    """The topic with the hash of the order's music, or as it was.

    Raises:
        InvalidInput: no such file, too large, corrupt, too short or silent; says which.
        StorageError: the store cannot be written.
    """
    if order.music is None:
        return topic
    path = Path(order.music)
    await render.check_music(path)
    suffix = path.suffix.lower()
    data = await asyncio.to_thread(path.read_bytes)
    sha256 = await store.put(data, suffix if SUFFIX.fullmatch(suffix) else "")
    return topic.model_copy(update={"music": sha256})
