"""Who is calling, and what they may do: API keys, or this machine alone while there is none."""

from __future__ import annotations

import ipaddress
from collections.abc import Awaitable, Callable
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends, Request, Security
from fastapi.security import APIKeyHeader, HTTPAuthorizationCredentials, HTTPBearer

from server.desk import Desk
from server.keys import SCOPES, Scope
from server.problems import Forbidden, Unauthorized
from server.service import Service
from shortfactory.story import Plain

LOCAL_TENANT = "local"
LOCAL_NAMES = ("localhost", "127.0.0.1", "::1")

bearer = HTTPBearer(auto_error=False, description="`Authorization: Bearer sf_…`")
header = APIKeyHeader(name="X-API-Key", auto_error=False)


class Caller(Plain):
    """A tenant, and what it may do."""

    tenant: str
    scopes: tuple[Scope, ...]


def service_of(request: Request) -> Service:
    """The open service of this process."""
    return request.app.state.service


ServiceDep = Annotated[Service, Depends(service_of)]


async def caller(
    request: Request,
    service: ServiceDep,
    token: Annotated[HTTPAuthorizationCredentials | None, Security(bearer)] = None,
    key: Annotated[str | None, Security(header)] = None,
) -> Caller:
    """Recognise the key, or serve this machine while no key was ever made.

    Raises:
        Unauthorized: no key, an unknown, expired or revoked one.
        Forbidden: no key is configured and the request does not come from this machine.
        TooManyRequests: the tenant's requests of this minute are used up.
    """
    shown = token.credentials if token else key
    found = await _holder(service, shown) if shown else await _local(request, service)
    await service.pace.count(found.tenant)
    return found


async def _holder(service: Service, shown: str) -> Caller:
    found = await service.keys.holder(shown)
    if found is None:
        raise Unauthorized("This API key is unknown, expired or revoked.", cure="Use another.")
    return Caller(tenant=found.tenant, scopes=found.scopes)


async def _local(request: Request, service: Service) -> Caller:
    if await service.keys.exist():
        raise Unauthorized(cure="Send it as: Authorization: Bearer sf_…")
    if not _from_here(request):
        raise Forbidden(
            "No API key is configured, so only this machine is served.",
            cure="Make one with: shortfactory keys create",
        )
    return Caller(tenant=LOCAL_TENANT, scopes=SCOPES)


def _from_here(request: Request) -> bool:
    """From this machine, and not by a web page of elsewhere that a browser here has open."""
    client = request.client.host if request.client else ""
    try:
        near = ipaddress.ip_address(client).is_loopback
    except ValueError:
        near = False
    try:
        origin = urlsplit(request.headers.get("origin", "http://localhost"))
        named = [request.url.hostname, origin.hostname]
    except ValueError:  # half an IPv6 address
        return False
    return near and all(name in LOCAL_NAMES for name in named)


CallerDep = Annotated[Caller, Depends(caller)]


def allowed(scope: Scope) -> Callable[[Caller], Awaitable[Caller]]:
    """A dependency that asks for one scope."""

    async def check(found: CallerDep) -> Caller:
        if scope not in found.scopes:
            raise Forbidden(f"This key may not {scope}.", cure=f"Use a key with scope {scope}.")
        return found

    return check


async def _reading(found: Annotated[Caller, Depends(allowed("read"))], service: ServiceDep) -> Desk:
    return Desk(service, found.tenant)


async def _writing(
    found: Annotated[Caller, Depends(allowed("write"))], service: ServiceDep
) -> Desk:
    return Desk(service, found.tenant)


ReadDesk = Annotated[Desk, Depends(_reading)]
WriteDesk = Annotated[Desk, Depends(_writing)]
Admin = Annotated[Caller, Depends(allowed("admin"))]
