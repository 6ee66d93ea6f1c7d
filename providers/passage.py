"""How a request goes out to a vendor: in its turn, within its deadline, while the vendor lives."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

from providers.breaker import Breakers
from providers.halts import Halts
from providers.ratelimit import CallLimits, Limiter
from shortfactory.errors import ProviderTimeout
from shortfactory.settings import GatewaySettings

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Way:
    """To which model of whom a request goes, how many may go there, and for which run."""

    provider: str
    model: str
    limits: CallLimits
    run_id: str


@dataclass(slots=True)
class Deadline:
    """When a call and all its retries must be over, by the event loop's clock."""

    at_s: float
    allowed_s: float

    @classmethod
    def within(cls, allowed_s: float) -> Deadline:
        """From now on, so many seconds."""
        return cls(asyncio.get_running_loop().time() + allowed_s, allowed_s)


def never() -> bool:
    """A request that costs nothing."""
    return False


class Passage:
    """The rate limit, the deadline and the circuit of every request. One per process."""

    def __init__(self, limiter: Limiter, settings: GatewaySettings) -> None:
        """Take turns by this limiter; nothing is known of any vendor yet."""
        self._limiter = limiter
        self.halts = Halts()
        self._breakers = Breakers(settings.breaker_failures, settings.breaker_rest_s)

    async def go(
        self,
        way: Way,
        deadline: Deadline,
        send: Callable[[], Awaitable[Answer]],
        may_cost: Callable[[], bool] = never,
    ) -> Answer:
        """Send one request; `may_cost` is asked when time is over.

        Raises:
            ProviderDown: the circuit is open, so nothing was sent; code "circuit_open".
            ProviderTimeout: the deadline has passed.
            StorageError: the limits that workers share cannot be reached; nothing was sent.
        """
        loop = asyncio.get_running_loop()
        queued_at_s = loop.time()
        async with self._limiter.slot(way.limits, way.run_id):
            # Waiting for one's turn among many is not the vendor's slowness.
            deadline.at_s += loop.time() - queued_at_s
            async with self._breakers.guard(way.provider, way.model):
                try:
                    async with asyncio.timeout_at(deadline.at_s):
                        with self.halts.noting(way.run_id):
                            return await send()
                except TimeoutError as error:
                    raise ProviderTimeout(
                        f"{way.provider}:{way.model} did not answer within the "
                        f"{deadline.allowed_s:g} s allowed for one call and its retries.",
                        provider=way.provider,
                        model=way.model,
                        billed=may_cost(),
                    ) from error
