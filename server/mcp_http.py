"""The MCP server inside the API: the same keys and tenants, the same queue and workers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, MutableMapping
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI, Request
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from mcp.server.transport_security import TransportSecuritySettings
from starlette.routing import Route
from starlette.types import Receive, Send

from graph.short import Short
from server.api.views import links
from server.auth import Caller, bearer, caller, header
from server.desk import Desk
from server.keys import Scope
from server.mcp import mcp_server
from server.mcp_door import At
from server.problems import Forbidden, answer
from server.service import Service
from shortfactory.errors import InvalidInput, ShortFactoryError

PATH = "/mcp"


class ServiceDoor:
    """Callers with API keys, known by the HTTP request that a tool call came with."""

    def __init__(self, service: Service) -> None:
        self.settings = service.settings
        self._service = service

    def hands(self, at: At, scope: Scope) -> Desk:
        """The caller's desk.

        Raises:
            Forbidden: the key has not this scope.
        """
        found: Caller = _request(at).state.caller
        if scope not in found.scopes:
            raise Forbidden(f"This key may not {scope}.", cure=f"Use a key with scope {scope}.")
        return Desk(self._service, found.tenant)

    def trouble(self, run_id: str) -> str:  # noqa: ARG002
        """Nothing: the work is done by workers, and the run itself says what stopped it."""
        return ""

    def music(self, music: str) -> str:
        """Nothing on the caller's machine can be read here.

        Raises:
            InvalidInput: always.
        """
        raise InvalidInput("music", music, "leave it out: a service cannot read your files")

    async def files(self, at: At, short: Short, out: str | None) -> dict[str, str]:
        """Links that anybody may read until they expire.

        Raises:
            InvalidInput: a folder is named, and this machine is not the caller's.
        """
        if out is not None:
            raise InvalidInput("out", out, "leave it out: the files come as links")
        here = str(_request(at).base_url).rstrip("/")
        return {name: here + link.href for name, link in links(short, self._service).items()}


def _request(at: At) -> Request:
    request: Request | None = at.request_context.request
    assert request is not None, "every message came with one"
    return request


class Entry:
    """The ASGI end of /mcp: looks at the key, then lets the SDK's transport answer."""

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        """Serve one request."""
        request = Request(scope)
        app: FastAPI = request.app
        try:
            request.state.caller = await caller(
                request, app.state.service, await bearer(request), await header(request)
            )
        except ShortFactoryError as error:
            return await answer(error)(scope, receive, send)
        sessions: StreamableHTTPSessionManager = app.state.mcp
        return await sessions.handle_request(scope, receive, send)


def add_mcp(app: FastAPI) -> None:
    """Add the route; `serving_mcp` makes it answer."""
    app.router.routes.append(Route(PATH, endpoint=Entry(), include_in_schema=False))


@asynccontextmanager
async def serving_mcp(app: FastAPI, service: Service) -> AsyncGenerator[None]:
    """Answer MCP clients as long as the context is open. No sessions: any process may answer."""
    server = mcp_server(ServiceDoor(service))
    # `server.auth` looks at Host and Origin where no key is needed; any name may lead to the rest.
    anywhere = TransportSecuritySettings(enable_dns_rebinding_protection=False)
    server.streamable_http_app(json_response=True, stateless_http=True, transport_security=anywhere)
    app.state.mcp = server.session_manager
    opened, closing = asyncio.Event(), asyncio.Event()
    # Its own task: what the SDK opens must be closed by the task that opened it.
    task = asyncio.create_task(_serve(server.session_manager, opened, closing))
    await opened.wait()
    try:
        yield
    finally:
        closing.set()
        await task


async def _serve(
    sessions: StreamableHTTPSessionManager, opened: asyncio.Event, closing: asyncio.Event
) -> None:
    async with sessions.run():
        opened.set()
        await closing.wait()
