"""Gemini's batch mode: many requests in one, answered later, at half the price."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import uuid4

from simulator.gemini_errors import invalid
from simulator.wire import Answer, Json, Rejected, camel

HALF = Decimal("0.5")
Run = Callable[[Json], Awaitable[Answer]]


@dataclass
class Batch:
    """One batch job: its requests, and the answers as far as they are made."""

    model: str
    title: str
    requests: list[Json]
    name: str = field(default_factory=lambda: f"batches/{uuid4().hex[:20]}")
    created: str = field(default_factory=lambda: datetime.now(UTC).isoformat())
    answers: list[Json] = field(default_factory=list[Json])
    task: asyncio.Task[None] | None = None
    over: threading.Event = field(default_factory=threading.Event)

    @property
    def state(self) -> str:
        """Google's name for how far it is."""
        if self.task is None or not self.task.done():
            return "BATCH_STATE_RUNNING"
        return "BATCH_STATE_CANCELLED" if self.task.cancelled() else "BATCH_STATE_SUCCEEDED"

    def shown(self) -> Json:
        """The job as `GET /v1beta/batches/{id}` shows it."""
        finished = self.state == "BATCH_STATE_SUCCEEDED"
        metadata: Json = {
            "@type": "type.googleapis.com/google.ai.generativelanguage.v1main.GenerateContentBatch",
            "model": f"models/{self.model}",
            "displayName": self.title,
            "name": self.name,
            "state": self.state,
            "createTime": self.created,
            "batchStats": {"requestCount": str(len(self.requests))},
        }
        shown: Json = {"name": self.name, "metadata": metadata}
        if finished:
            output = {"inlinedResponses": {"inlinedResponses": self.answers}}
            metadata["output"] = output
            shown |= {"done": True, "response": output}
        return shown

    def start(self, run: Run, delay_s: float) -> None:
        """Begin to work after the delay; the answers appear together at the end."""
        self.task = asyncio.create_task(self._work(run, delay_s))
        self.task.add_done_callback(lambda _: self.over.set())

    async def _work(self, run: Run, delay_s: float) -> None:
        await asyncio.sleep(delay_s)
        for inlined in self.requests:
            try:
                answer = await run(inlined["request"])
            except Rejected as rejected:
                answer = rejected.answer
            good = answer.status == 200
            row = {"response": answer.reply} if good else {"error": answer.reply["error"]}
            self.answers.append({**row, "metadata": inlined.get("metadata", {})})


def read_batch(model: str, raw: Any) -> Batch:
    """Understand `{"batch": {"inputConfig": {"requests": {"requests": […]}}}}`.

    Raises:
        Rejected: no requests, or one that has no `request`.
    """
    batch: Json = camel(raw).get("batch", {}) if isinstance(raw, dict) else {}
    inlined = batch.get("inputConfig", {}).get("requests", {}).get("requests", [])
    if not inlined or any("request" not in row for row in inlined):
        raise invalid("Batch must contain at least one request.")
    return Batch(model, str(batch.get("displayName", "")), inlined)
