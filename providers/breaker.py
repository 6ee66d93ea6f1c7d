"""A circuit breaker per provider and model: after many outages in a row, nobody asks awhile."""

from __future__ import annotations

import contextlib
import time
from collections.abc import AsyncGenerator

from purgatory import AsyncCircuitBreakerFactory
from purgatory.domain.model import OpenedState

from shortfactory.errors import ProviderDown, ProviderTimeout

CIRCUIT_OPEN = "circuit_open"


class Breakers:
    """Only outages count: a vendor that refuses, rejects or slows us down is alive."""

    def __init__(self, failures: int, rest_s: float) -> None:
        """Open after this many outages in a row; let calls through again after the rest."""
        self._rest_s = rest_s
        self._breakers = AsyncCircuitBreakerFactory(
            default_threshold=failures,
            default_ttl=rest_s,
            exclude=[(BaseException, lambda error: not _is_outage(error))],
        )

    @contextlib.asynccontextmanager
    async def guard(self, provider: str, model: str) -> AsyncGenerator[None]:
        """Watch one request.

        Raises:
            ProviderDown: the circuit is open, so the request must not be made; code "circuit_open".
        """
        breaker = await self._breakers.get_breaker(f"{provider}:{model}")
        try:
            async with breaker:
                yield
        except OpenedState as opened:
            left_s = max(0.0, opened.opened_at + self._rest_s - time.time())
            raise ProviderDown(
                f"{provider} ({model}) failed many times in a row and is not asked for now.",
                provider=provider,
                model=model,
                code=CIRCUIT_OPEN,
                retry_after_s=left_s,
                cure=f"It is tried again in {left_s:.0f} s.",
            ) from opened


def _is_outage(error: object) -> bool:
    return isinstance(error, ProviderDown | ProviderTimeout)
