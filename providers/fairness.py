"""A gate with places that runs take in turn, so that one large run cannot starve the others."""

from __future__ import annotations

import asyncio
from collections import deque


class FairGate:
    """At most `places` inside at once; a free place goes round between the waiting runs.

    Belongs to one event loop. First come, first served within a run.
    """

    def __init__(self, places: int) -> None:
        """Open with this many places."""
        self._places, self._taken = places, 0
        self._waiting: dict[str, deque[asyncio.Future[None]]] = {}

    async def enter(self, run_id: str) -> None:
        """Wait for a place; every enter needs a `leave`."""
        if self._taken < self._places and not self._waiting:
            self._taken += 1
            return
        turn = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(run_id, deque()).append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            self._give_up(run_id, turn)
            raise

    def leave(self) -> None:
        """Give the place to whoever is next."""
        self._taken -= 1
        self._admit()

    def resize(self, places: int) -> None:
        """Change the number of places; those inside stay."""
        self._places = places
        self._admit()

    def _admit(self) -> None:
        while self._taken < self._places and self._waiting:
            run_id = next(iter(self._waiting))
            turns = self._waiting.pop(run_id)
            turn = turns.popleft()
            if turns:
                self._waiting[run_id] = turns  # behind the others: its next turn comes last
            if not turn.done():
                self._taken += 1
                turn.set_result(None)

    def _give_up(self, run_id: str, turn: asyncio.Future[None]) -> None:
        if turn.done() and not turn.cancelled():
            self.leave()
            return
        turns = self._waiting.get(run_id)
        if turns is not None and turn in turns:
            turns.remove(turn)
            if not turns:
                del self._waiting[run_id]
