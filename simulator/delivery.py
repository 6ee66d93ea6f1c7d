"""Ways in which an answer fails on the wire: resets, cut bodies, silence, and endless bodies."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import Mapping

from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

HUGE_BYTES = 200 * 1024 * 1024
CHUNK_BYTES = 64 * 1024
LINGER_ZERO = struct.pack("ii", 1, 0)  # closing sends RST instead of FIN
BAD_GATEWAY = (
    b"<!DOCTYPE html><html lang=en><title>Error 502 (Server Error)!!1</title>"
    b"<p><b>502.</b> <ins>That's an error.</ins><p>The server encountered a temporary error and "
    b"could not complete your request.<p>Please try again in 30 seconds."
)


class ResettableProtocol(H11Protocol):
    """HTTP/1.1 whose requests know their connection, so that an answer can break it."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # pyright: ignore[reportIncompatibleMethodOverride]
        """Hand the connection to this connection's requests."""
        self.app_state = {**self.app_state, "transport": transport}
        super().connection_made(transport)


class Reset(Response):
    """No byte of an answer: the peer sees a connection reset."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - ASGI
        """Break the connection."""
        transport: asyncio.Transport = scope["state"]["transport"]
        line: socket.socket = transport.get_extra_info("socket")
        line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_ZERO)
        transport.abort()


class Silence(Response):
    """Nothing at all until the client gives up."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - ASGI
        """Wait for the client to leave."""
        await gone(receive)


class Cut(Response):
    """Half of the promised body; then the connection closes, or stays open and silent."""

    stalls = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the head and half of the body."""
        body = bytes(self.body)
        await send(
            {"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers}
        )
        await send(
            {"type": "http.response.body", "body": body[: len(body) // 2], "more_body": True}
        )
        if self.stalls:
            await gone(receive)
        transport: asyncio.Transport = scope["state"]["transport"]
        transport.close()


class Stall(Cut):
    """Half of the promised body, then silence until the client gives up."""

    stalls = True


class Huge(Response):
    """A body of 200 MB, made while it is sent."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - ASGI
        """Send an object whose one string never seems to end."""
        headers = [(b"content-type", b"application/json")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        chunk = b"A" * CHUNK_BYTES
        await send({"type": "http.response.body", "body": b'{"data":"', "more_body": True})
        for _ in range(HUGE_BYTES // CHUNK_BYTES):
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
        await send({"type": "http.response.body", "body": b'"}'})


async def gone(receive: Receive) -> None:
    """Return when the client has closed the connection."""
    while (await receive())["type"] != "http.disconnect":
        pass


def reset(_body: bytes, _headers: Mapping[str, str]) -> Response:
    """Break the connection before the first byte."""
    return Reset()


def silence(_body: bytes, _headers: Mapping[str, str]) -> Response:
    """Never answer."""
    return Silence()


def cut(body: bytes, headers: Mapping[str, str]) -> Response:
    """Close in the middle of the body."""
    return Cut(body, headers=headers, media_type="application/json")


def stall(body: bytes, headers: Mapping[str, str]) -> Response:
    """Fall silent in the middle of the body."""
    return Stall(body, headers=headers, media_type="application/json")


def broken_json(body: bytes, headers: Mapping[str, str]) -> Response:
    """A complete HTTP answer whose JSON ends too early."""
    return Response(body[: len(body) * 2 // 3], headers=headers, media_type="application/json")


def huge(_body: bytes, _headers: Mapping[str, str]) -> Response:
    """Two hundred megabytes."""
    return Huge()


def page(status: int, content: bytes = BAD_GATEWAY) -> Response:
    """A web page where JSON was expected."""
    return Response(content, status, media_type="text/html; charset=UTF-8")
