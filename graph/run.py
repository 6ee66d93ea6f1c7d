"""One row of the table of runs: where a short stands, and who works on it."""

from __future__ import annotations

import os
import socket
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Literal

from shortfactory.order import Approve
from shortfactory.plan import Providers
from shortfactory.story import Plain

Status = Literal[
    "queued",
    "running",
    "waiting_approval",
    "waiting_budget",
    "parked",
    "done",
    "failed",
    "rejected",
    "cancelled",
]
UNFINISHED: tuple[Status, ...] = (
    "queued",
    "running",
    "waiting_approval",
    "waiting_budget",
    "parked",
    "failed",
)


class Holder(Plain):
    """The process that works on a run."""

    host: str
    pid: int
    since: datetime

    @classmethod
    def here(cls) -> Holder:
        """This process, from now."""
        return cls(host=socket.gethostname(), pid=os.getpid(), since=datetime.now(UTC))


class Run(Plain):
    """One row of the table. `holder` is there only while that process is alive.

    `wake_at` is when a run that waits for time alone is to be worked on again.
    """

    id: str
    tenant: str
    status: Status
    title: str
    topic: dict[str, Any]
    providers: Providers
    budget_usd: Decimal
    approve: Approve
    plan: dict[str, Any] | None = None
    reason: str = ""
    script_version: int = 0
    decision: dict[str, Any] | None = None
    holder: Holder | None = None
    cancel_requested: bool = False
    out: str | None = None
    wake_at: datetime | None = None
    created_at: datetime
    updated_at: datetime
