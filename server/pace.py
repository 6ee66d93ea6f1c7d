"""How many requests a tenant may make: a bucket per tenant that fills again by the minute."""

from __future__ import annotations

import math
import time
from collections.abc import Callable

from server.problems import TooManyRequests

MOST_TENANTS = 10_000  # beyond that, buckets that are full again are forgotten


class Pace:
    """Counts in this process; a burst may use a whole minute's requests at once."""

    def __init__(self, per_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._per_minute, self._clock = per_minute, clock
        self._buckets: dict[str, tuple[float, float]] = {}

    def count(self, tenant: str) -> None:
        """Count one request.

        Raises:
            TooManyRequests: the bucket is empty; says when it holds one again.
        """
        now = self._clock()
        left, since = self._buckets.get(tenant, (float(self._per_minute), now))
        left = min(self._per_minute, left + (now - since) * self._per_minute / 60)
        if left < 1:
            raise TooManyRequests(math.ceil((1 - left) * 60 / self._per_minute))
        if len(self._buckets) >= MOST_TENANTS:
            self._buckets = {t: b for t, b in self._buckets.items() if now - b[1] < 60}
        self._buckets[tenant] = (left - 1, now)
