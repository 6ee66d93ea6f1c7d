"""The one HTTP client that all vendors share: one pool, no proxies from outside, capped replies."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx

LARGEST_REPLY_BYTES = 64 * 1024 * 1024
CONNECT_TIMEOUT_S = 10.0


class ReplyTooLarge(httpx.TransportError):
    """The body is larger than any honest reply, so the rest of it was not read."""


class _CappedStream(httpx.AsyncByteStream):
    def __init__(self, inner: httpx.AsyncByteStream, limit_bytes: int) -> None:
        self._inner, self._limit_bytes = inner, limit_bytes

    async def __aiter__(self) -> AsyncIterator[bytes]:
        seen_bytes = 0
        async for chunk in self._inner:
            seen_bytes += len(chunk)
            if seen_bytes > self._limit_bytes:
                raise ReplyTooLarge(f"the reply is larger than {self._limit_bytes} bytes")
            yield chunk

    async def aclose(self) -> None:
        await self._inner.aclose()


class _CappedTransport(httpx.AsyncBaseTransport):
    def __init__(self, inner: httpx.AsyncBaseTransport, limit_bytes: int) -> None:
        self._inner, self._limit_bytes = inner, limit_bytes

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        response = await self._inner.handle_async_request(request)
        if isinstance(response.stream, httpx.AsyncByteStream):
            response.stream = _CappedStream(response.stream, self._limit_bytes)
        return response

    async def aclose(self) -> None:
        await self._inner.aclose()


def open_http(
    largest_reply_bytes: int = LARGEST_REPLY_BYTES, connections: int = 100
) -> httpx.AsyncClient:
    """Open the client that every adapter of one event loop shares; the caller closes it.

    Proxies and certificates named by environment variables are ignored. Redirects are not
    followed, because httpx would hand a vendor's key header to the new host. Compression is not
    asked for, so that the cap counts the bytes that reach memory.
    """
    limits = httpx.Limits(max_connections=connections, max_keepalive_connections=connections)
    wire = httpx.AsyncHTTPTransport(limits=limits, trust_env=False)
    return httpx.AsyncClient(
        transport=_CappedTransport(wire, largest_reply_bytes),
        timeout=httpx.Timeout(60, connect=CONNECT_TIMEOUT_S),
        trust_env=False,
        follow_redirects=False,
        headers={"accept-encoding": "identity"},
    )
