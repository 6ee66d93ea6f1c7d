"""The inside of a render worker: its notice board, its end with its parent, its jobs."""

from __future__ import annotations

import os
import signal
from collections.abc import MutableSequence
from contextlib import suppress
from multiprocessing import connection, parent_process
from threading import Thread
from typing import Any, Literal

STOP, DONE, TOTAL, FIELDS = 0, 1, 2, 3
Board = MutableSequence[int]  # FIELDS numbers a slot, in memory shared with the parent
Job = Literal["segment", "film", "cover", "report", "page", "handoff", "music", "picture", "voice"]

_board: Board = []


class Stopped(Exception):
    """The parent asked this job to stop."""


def start(board: Board) -> None:
    """Prepare a fresh worker: keep the board, and leave when the parent is gone."""
    global _board
    _board = board
    # Ctrl-C in a terminal reaches every process; the parent stops its jobs in good order.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Thread(target=_leave_with_parent, name="parent", daemon=True).start()


def _leave_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        connection.wait([parent.sentinel])
        os._exit(1)


def run(slot: int, job: Job, values: dict[str, Any]) -> Any:
    """Do a job; progress and the wish to stop go through the slot on the board."""

    def tick(done: int, total: int) -> None:
        if total:
            _board[slot * FIELDS + DONE] = done
            _board[slot * FIELDS + TOTAL] = total
        if _board[slot * FIELDS + STOP]:
            raise Stopped

    # Imported here: the heavy libraries must not load where a door is merely made.
    from media.film import JOBS  # noqa: PLC0415

    with suppress(Stopped):
        return JOBS[job](**values, tick=tick)
    return None
