"""Ending tasks for certain: a cancel can be lost, and then nobody would ever ask again."""

from __future__ import annotations

import asyncio
from typing import Any

ASK_AGAIN_S = 1.0


async def end(*tasks: asyncio.Task[Any], ask_again_s: float = ASK_AGAIN_S) -> None:
    """Cancel tasks and wait until they are over; whatever they raise is left in them.

    Before Python 3.12 `asyncio.wait_for`, on which many libraries wait, swallows a cancel that
    arrives together with what it waits for (python/cpython#86296). So whoever is not over is
    asked again.
    """
    pending = set(tasks)
    while pending:
        for task in pending:
            task.cancel()
        _, pending = await asyncio.wait(pending, timeout=ask_again_s)
