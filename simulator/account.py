"""An ElevenLabs account: credits, and how many requests are truly running at this moment."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager

from simulator.elevenlabs_errors import concurrent_limit_exceeded
from simulator.voices import VOICE_MODELS
from simulator.wire import Call, Rejected

QUICK_TIMES = 2  # the quick models are granted about twice as many at once


class Account:
    """One plan. The two concurrency groups count apart, as the vendor's do."""

    def __init__(self, credits: int, concurrency: int) -> None:
        """Start with all credits and nothing running."""
        self.credits, self.credits_spent = credits, 0
        self.highest = 0  # most requests that ever ran at once
        self._concurrency = concurrency
        self._running = {True: 0, False: 0}

    @property
    def credits_left(self) -> int:
        """What the plan still has."""
        return self.credits - self.credits_spent

    def afford(self, credits: int) -> bool:
        """Whether so much is left."""
        return credits <= self.credits_left

    def spend(self, credits: int) -> None:
        """Take credits."""
        self.credits_spent += credits

    @contextmanager
    def slot(self, call: Call) -> Generator[dict[str, str]]:
        """Hold a place while a request runs; gives the headers that tell of it.

        Raises:
            Rejected: all places of the model's group are taken.
        """
        quick = VOICE_MODELS[call.model].quick
        most = self._concurrency * (QUICK_TIMES if quick else 1)
        if self._running[quick] >= most:
            raise Rejected(concurrent_limit_exceeded(most))
        self._running[quick] += 1
        self.highest = max(self.highest, sum(self._running.values()))
        try:
            yield {
                "current-concurrent-requests": str(self._running[quick]),
                "maximum-concurrent-requests": str(most),
            }
        finally:
            self._running[quick] -= 1
