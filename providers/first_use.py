"""Something dear to build (a vendor's SDK client), built once, off the event loop, when needed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Generic, TypeVar

Built = TypeVar("Built")


class FirstUse(Generic[Built]):
    """Builds in a thread at the first `get`; everybody who asks meanwhile waits for that one.

    Importing a vendor's SDK takes over a second of CPU: in a thread, so that heartbeats and
    other runs go on.
    """

    def __init__(self, build: Callable[[], Built]) -> None:
        """Remember how to build; nothing happens yet."""
        self._build = build
        self._lock = asyncio.Lock()
        self._built: Built | None = None

    async def get(self) -> Built:
        """The built thing; a failure is raised to every caller and tried again next time."""
        async with self._lock:
            if self._built is None:
                self._built = await asyncio.to_thread(self._build)
            return self._built
