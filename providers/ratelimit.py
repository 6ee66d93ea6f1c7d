"""How many calls may start per minute and run at once, fair between runs, in this process."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager
from typing import Protocol

import pyrate_limiter
from pyrate_limiter import Duration, InMemoryBucket, MonotonicClock, Rate, SingleBucketFactory

from providers.fairness import FairGate
from shortfactory.story import Plain

NO_LIMIT = 1_000_000


class CallLimits(Plain):
    """What a vendor allows. Calls with one `name` share it; None means no such limit."""

    name: str
    per_minute: int | None = None
    at_once: int | None = None


class Limiter(Protocol):
    """The gateway's view of every limit."""

    def slot(self, limits: CallLimits, run_id: str) -> AbstractAsyncContextManager[None]:
        """Wait until a call may start; it counts as running until the context ends."""
        ...

    def observe(self, name: str, at_once: int) -> None:
        """Take over the concurrency that the vendor itself reports for this name."""
        ...


class LocalLimiter:
    """Limits within one process and one event loop."""

    def __init__(self) -> None:
        """Know no vendor yet."""
        self._lanes: dict[str, _Lane] = {}

    @contextlib.asynccontextmanager
    async def slot(self, limits: CallLimits, run_id: str) -> AsyncGenerator[None]:
        """Wait for a place and for the minute, in turn with the other runs."""
        lane = self._lanes.get(limits.name) or self._lanes.setdefault(limits.name, _Lane(limits))
        await lane.places.enter(run_id)
        try:
            await lane.start(run_id)
            yield
        finally:
            lane.places.leave()

    def observe(self, name: str, at_once: int) -> None:
        """Resize a lane that is in use to what the vendor reports."""
        if name in self._lanes and at_once >= 1:
            self._lanes[name].places.resize(at_once)


class _Lane:
    def __init__(self, limits: CallLimits) -> None:
        self.places = FairGate(limits.at_once or NO_LIMIT)
        self._turnstile = FairGate(1)
        self._minute = _Minute(limits.per_minute) if limits.per_minute else None

    async def start(self, run_id: str) -> None:
        if self._minute is None:
            return
        await self._turnstile.enter(run_id)
        try:
            await self._minute.wait()
        finally:
            self._turnstile.leave()


class _Minute:
    """At most so many starts in any sixty seconds; one waiter at a time, behind the turnstile."""

    def __init__(self, starts: int) -> None:
        self._clock = MonotonicClock()
        self._bucket = InMemoryBucket([Rate(starts, Duration.MINUTE)])
        # The library would clean up in a thread; here every wait does it.
        self._limiter = pyrate_limiter.Limiter(
            SingleBucketFactory(self._bucket, schedule_leak=False), buffer_ms=1
        )

    async def wait(self) -> None:
        self._bucket.leak(self._clock.now())
        await self._limiter.try_acquire_async()
