"""The one connection to Redis, which may go away at any time: then it is left alone for a while."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from shortfactory.errors import ConfigurationError

T = TypeVar("T")

log = logging.getLogger(__name__)

ANSWER_S = 1.0  # beyond this, Postgres is quicker
REST_S = 5.0
AGAIN = 1  # a connection that the server closed meanwhile looks like a server that is gone


class RedisAway(Exception):
    """Redis does not answer now; whoever asked does without."""


class RedisDoor:
    """Sends commands while Redis answers. It is told once that it went, and once that it is back.

    Belongs to one event loop.
    """

    def __init__(self, client: Redis, rest_s: float) -> None:
        self._client, self._rest_s = client, rest_s
        self._away_until_s: float | None = None

    async def ask(self, command: Callable[[Redis], Awaitable[T]]) -> T:
        """Send one command.

        Raises:
            RedisAway: it does not answer, or did not a moment ago.
        """
        now_s = asyncio.get_running_loop().time()
        if self._away_until_s is not None and now_s < self._away_until_s:
            raise RedisAway
        try:
            answer = await command(self._client)
        except (RedisError, OSError) as error:
            self._went(error)
            raise RedisAway from error
        self._came()
        return answer

    def _went(self, error: Exception) -> None:
        if self._away_until_s is None:
            log.warning(
                "Redis does not answer (%s): limits go through Postgres, replies are not shared",
                type(error).__name__,
                extra={"action": "redis_away"},
            )
        self._away_until_s = asyncio.get_running_loop().time() + self._rest_s

    def _came(self) -> None:
        if self._away_until_s is not None:
            log.warning("Redis answers again", extra={"action": "redis_back"})
        self._away_until_s = None


@asynccontextmanager
async def open_redis(url: str, rest_s: float = REST_S) -> AsyncGenerator[RedisDoor]:
    """Give the door to this Redis; it need not answer yet, and rests so long where it does not.

    Raises:
        ConfigurationError: the address cannot be read.
    """
    options: dict[str, Any] = {"socket_timeout": ANSWER_S, "socket_connect_timeout": ANSWER_S}
    try:
        client = Redis.from_url(url, retry=Retry(NoBackoff(), AGAIN), **options)
    except ValueError:  # its message would show the address, and a password in it
        raise ConfigurationError(
            "SHORTFACTORY_REDIS_URL is not an address of a Redis.",
            cure="Write it like redis://:password@host:6379/0.",
        ) from None
    try:
        yield RedisDoor(client, rest_s)
    finally:
        await client.aclose()
