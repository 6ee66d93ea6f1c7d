"""What the service answers when a request fails, whoever noticed: ourselves or the framework."""

from __future__ import annotations

import logging

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.routing import Match

from server.problems import Problem, answer, response_of, type_of
from shortfactory.errors import DatabaseLost, ShortFactoryError

log = logging.getLogger(__name__)

METHODS = ("DELETE", "GET", "HEAD", "PATCH", "POST", "PUT")


async def on_error(request: Request, error: Exception) -> JSONResponse:  # noqa: ARG001
    """Answer for errors of this project."""
    assert isinstance(error, ShortFactoryError), "registered for these only"
    return answer(error)


async def on_database_lost(request: Request, error: Exception) -> JSONResponse:
    """Answer while Postgres is away: a restart is over in seconds."""
    told = {"action": "database_lost", "path": request.url.path}
    log.warning("The database is away: %s", type(error).__name__, extra=told)
    return answer(DatabaseLost())


async def on_validation(request: Request, error: Exception) -> JSONResponse:  # noqa: ARG001
    """Answer for a request that does not have the form of the document."""
    assert isinstance(error, RequestValidationError), "registered for these only"
    # The values given are left out: they may be large, secret, or not even text.
    found = [
        {"at": ".".join(map(str, each["loc"])), "says": str(each["msg"])}
        for each in error.errors()[:20]
    ]
    shown = [{key: _printable(value) for key, value in each.items()} for each in found]
    detail = "; ".join(f"{each['at']}: {each['says']}" for each in shown)
    problem = Problem(
        type=type_of("InvalidRequest"),
        title="Request cannot be read",
        status=422,
        detail=detail,
        cure="See /openapi.json for the form of requests.",
        errors=shown,
    )
    return response_of(problem)


async def on_http(request: Request, error: Exception) -> JSONResponse:
    """Answer for what the framework refuses: unknown paths, wrong methods."""
    assert isinstance(error, HTTPException), "registered for these only"
    problem = Problem(
        type="about:blank", title=str(error.detail), status=error.status_code, detail=error.detail
    )
    headers = dict(error.headers or {})
    if error.status_code == 405:
        headers = {"allow": ", ".join(_methods(request))}
    return response_of(problem, headers)


async def on_bug(request: Request, error: Exception) -> JSONResponse:
    """Answer for everything else without telling what it was."""
    log.error("bug", extra={"action": "request_failed", "path": request.url.path}, exc_info=error)
    problem = Problem(
        type=type_of("InternalError"),
        title="Internal error",
        status=500,
        detail="Something unexpected went wrong. Nothing finished is lost.",
    )
    return response_of(problem)


def _methods(request: Request) -> list[str]:
    """What may be asked of an address; the framework names only the first route's methods."""
    routes = request.app.router.routes
    return [
        method
        for method in METHODS
        if any(
            route.matches({**request.scope, "method": method})[0] is Match.FULL for route in routes
        )
    ]


def _printable(text: str) -> str:
    return text.encode("utf-8", "replace").decode()[:300]
