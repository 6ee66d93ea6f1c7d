"""Failures that every vendor shares: the network, the clock, and replies that are not JSON."""

from __future__ import annotations

import email.utils
import json
import re
import time
import traceback
from collections.abc import Callable, Generator
from contextlib import contextmanager

import httpx
from pydantic import SecretStr, ValidationError

from providers.http import ReplyTooLarge
from shortfactory.errors import (
    MalformedReply,
    ProviderDown,
    ProviderError,
    ProviderTimeout,
    RequestRejected,
    ShortFactoryError,
)

# The first match counts. The last column says whether the vendor may have done the work, and
# so may bill it: the request was sent completely and only the answer was lost.
_TABLE: tuple[tuple[type[Exception], type[ProviderError], str, bool], ...] = (
    (ReplyTooLarge, MalformedReply, "sent a reply larger than allowed", True),
    (httpx.ConnectTimeout, ProviderTimeout, "could not be reached in time", False),
    (httpx.PoolTimeout, ProviderTimeout, "was not asked: no free connection in time", False),
    (httpx.WriteTimeout, ProviderTimeout, "did not take the request in time", False),
    (httpx.TimeoutException, ProviderTimeout, "did not answer in time", True),
    (TimeoutError, ProviderTimeout, "did not answer in time", True),
    (httpx.UnsupportedProtocol, RequestRejected, "has a base URL that is not http(s)", False),
    (httpx.InvalidURL, RequestRejected, "has a base URL that is not a URL", False),
    (httpx.LocalProtocolError, RequestRejected, "could not be asked: illegal request", False),
    (httpx.ConnectError, ProviderDown, "could not be reached", False),
    (httpx.ProxyError, ProviderDown, "could not be reached", False),
    (httpx.WriteError, ProviderDown, "broke the connection", False),
    (httpx.DecodingError, MalformedReply, "sent a body that cannot be decompressed", True),
    (httpx.HTTPError, ProviderDown, "broke the connection before the answer was complete", True),
    (json.JSONDecodeError, MalformedReply, "answered with something that is not JSON", True),
    (ValidationError, MalformedReply, "answered with JSON of an unknown shape", True),
)


def shared_failure(
    error: BaseException, provider: str, model: str, name: str
) -> ProviderError | None:
    """Translate a failure of the network, the clock or the reply's form; None if it is none."""
    for kind, failure, happened, billed in _TABLE:
        if isinstance(error, kind):
            # str(error) is often empty, and a protocol error may quote the key's header.
            message = f"{name} {happened} ({type(error).__name__})."
            return failure(
                message, provider=provider, model=model, code=type(error).__name__, billed=billed
            )
    return None


def stumbled(error: BaseException, packages: tuple[str, ...]) -> bool:
    """Whether a vendor's SDK broke over a reply of a shape that it does not check for.

    Such a TypeError or AttributeError is told from a mistake of ours by where it was raised.
    """
    if not isinstance(error, AttributeError | TypeError | LookupError | ValueError):
        return False
    frames = [frame for frame, _ in traceback.walk_tb(error.__traceback__)]
    return bool(frames) and str(frames[-1].f_globals.get("__name__", "")).startswith(packages)


@contextmanager
def translated(
    translate: Callable[[Exception], ProviderError | None], key: SecretStr
) -> Generator[None]:
    """Raise this project's errors instead of an SDK's, always chained, never quoting the key.

    What `translate` does not know is a mistake in this program and passes unchanged.
    """
    try:
        yield
    except ShortFactoryError:
        raise
    except Exception as error:
        failure = translate(error)
        if failure is None:
            raise
        failure.args = (str(failure.args[0]).replace(key.get_secret_value(), "[key]"),)
        raise failure from error


def retry_after_s(header: str | None, now_s: Callable[[], float] = time.time) -> float | None:
    """Seconds from a Retry-After header in either of its forms, or None."""
    if header is None:
        return None
    if re.fullmatch(r"\s*\d+(\.\d+)?\s*", header):
        return float(header)
    parsed = email.utils.parsedate_tz(header)
    return None if parsed is None else max(0.0, email.utils.mktime_tz(parsed) - now_s())
