"""Places at the render door: who has to wait for whom."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence


class Lane:
    """The places of one kind of work. First come, first served; no other kind waits for them."""

    def __init__(self, places: Sequence[int]) -> None:
        """Open with all these places free."""
        self._free = list(places)
        self._turn = asyncio.Semaphore(len(places))

    async def take(self) -> int:
        """Wait for a free place and take it."""
        await self._turn.acquire()
        return self._free.pop()

    def leave(self, place: int) -> None:
        """Give a place back."""
        self._free.append(place)
        self._turn.release()
