"""Bodies are bounded before anybody parses them: in size, and in how deep their JSON goes."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from server.problems import TooDeep, TooLarge, answer
from shortfactory.errors import ShortFactoryError
from shortfactory.settings import ServiceSettings

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[MutableMapping[str, Any], Receive, Send], Awaitable[None]]

STRING = re.compile(rb'"(?:[^"\\]|\\.)*"', re.DOTALL)


class BoundedBodies:
    """ASGI middleware: reads a body of allowed size, then hands it on."""

    def __init__(self, app: App, limits: ServiceSettings) -> None:
        self._app, self._limits = app, limits

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        """Serve, or refuse with 413 or 400."""
        if scope["type"] != "http" or scope["method"] in ("GET", "HEAD", "OPTIONS"):
            return await self._app(scope, receive, send)
        try:
            body = await self._read(scope, receive)
        except ShortFactoryError as error:
            return await answer(error)(scope, receive, send)
        if body is None:
            return None
        return await self._app(scope, _again(body, receive), send)

    async def _read(self, scope: MutableMapping[str, Any], receive: Receive) -> bytes | None:
        most = self._limits.largest_body_bytes
        too_large = TooLarge(cure=f"Send at most {most:,} bytes.")
        announced = dict(scope["headers"]).get(b"content-length", b"0")
        if announced.isdigit() and int(announced) > most:
            raise too_large
        body = bytearray()
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                return None
            body += message.get("body", b"")
            if len(body) > most:
                raise too_large
            if not message.get("more_body"):
                break
        if _depth(bytes(body)) > self._limits.deepest_json:
            raise TooDeep(cure=f"Nest at most {self._limits.deepest_json} levels.")
        return bytes(body)


def _depth(body: bytes) -> int:
    depth = deepest = 0
    for sign in re.findall(rb"[\[\]{}]", STRING.sub(b"", body)):
        depth += 1 if sign in b"[{" else -1
        deepest = max(deepest, depth)
    return deepest


def _again(body: bytes, receive: Receive) -> Receive:
    given = [False]

    async def once() -> Message:
        if given[0]:
            return await receive()
        given[0] = True
        return {"type": "http.request", "body": body, "more_body": False}

    return once
