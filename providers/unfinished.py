"""Work that ends even if whoever asked for it is cancelled meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

Result = TypeVar("Result")


class Unfinished:
    """What was begun and must be done to its end. One per event loop."""

    def __init__(self) -> None:
        """Nothing was begun yet."""
        self._tasks: dict[asyncio.Task[Any], str] = {}

    def begin(self, work: Coroutine[Any, Any, Result], about: str) -> asyncio.Task[Result]:
        """Do this from now on, for nobody in particular."""
        task = asyncio.create_task(work)
        self._tasks[task] = about
        task.add_done_callback(self._tasks.pop)
        return task

    async def finish(self, work: Coroutine[Any, Any, Result], about: str) -> Result:
        """Do this and return what comes of it; a cancel leaves it alone."""
        return await asyncio.shield(self.begin(work, about))

    async def over(self, about: str | None = None) -> None:
        """Wait until all that was begun about this, or about anything, has ended in some way."""
        while left := [
            task for task, what in self._tasks.items() if about in (None, what) and not task.done()
        ]:
            await asyncio.wait(left)
