"""The HTTP service: routes, failures, limits and what it holds open, put together."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from importlib.metadata import version
from typing import Any

import psycopg
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.openapi.utils import get_openapi
from starlette.exceptions import HTTPException
from starlette.middleware.cors import CORSMiddleware

from server import handlers, langserve, problems
from server.api import changes, events, files, health, money, shorts
from server.bodies import BoundedBodies
from server.mcp_http import add_mcp, serving_mcp
from server.service import open_service
from server.worker import Worker
from shortfactory.errors import ShortFactoryError
from shortfactory.settings import Settings

ABOUT = """
Order a short, approve its script, follow its making, fetch its files.

Errors are problem documents (RFC 9457). Amounts are dollars as decimal strings.
"""


def make_app(settings: Settings, *, workers: int = 0) -> FastAPI:
    """The service; with `workers`, this process also makes that many shorts at once."""
    app = FastAPI(
        title="ShortFactory",
        description=ABOUT,
        version=version("shortfactory"),
        lifespan=lambda app: _open(app, settings, workers),
    )
    for module in (shorts, changes, files, events, money, health):
        # A generated client calls its functions by these names.
        app.include_router(module.router, generate_unique_id_function=lambda route: route.name)
    langserve.add_langserve(app)
    add_mcp(app)
    app.add_exception_handler(ShortFactoryError, handlers.on_error)
    app.add_exception_handler(psycopg.OperationalError, handlers.on_database_lost)
    app.add_exception_handler(RequestValidationError, handlers.on_validation)
    app.add_exception_handler(HTTPException, handlers.on_http)
    app.add_exception_handler(Exception, handlers.on_bug)
    app.add_middleware(BoundedBodies, limits=settings.service)  # pyright: ignore[reportArgumentType]
    if settings.service.cors_origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=list(settings.service.cors_origins),
            allow_methods=["GET", "POST"],
            allow_headers=["authorization", "content-type", "idempotency-key", "if-match"],
            expose_headers=["etag", "location", "retry-after"],
        )
    app.openapi = lambda: _document(app)
    return app


def _open(app: FastAPI, settings: Settings, workers: int) -> AbstractAsyncContextManager[None]:
    @asynccontextmanager
    async def opened() -> AsyncGenerator[None]:
        try:
            async with open_service(settings) as service, serving_mcp(app, service):
                app.state.service = service
                if not workers:
                    yield
                    return
                async with _working(Worker(service.factory, service.jobs, workers)):
                    yield
        except Exception as error:  # uvicorn only logs it; whoever serves tells the person
            app.state.failure = error
            raise

    return opened()


@asynccontextmanager
async def _working(worker: Worker) -> AsyncGenerator[None]:
    stop = asyncio.Event()
    task = asyncio.create_task(worker.run(stop))
    # A service whose worker broke must not look healthy: it ends, and is started again.
    task.add_done_callback(lambda _: stop.is_set() or signal.raise_signal(signal.SIGTERM))
    try:
        yield
    finally:
        stop.set()
        with suppress(asyncio.CancelledError):
            await task


def _document(app: FastAPI) -> dict[str, Any]:
    """The OpenAPI document, with the problem document and the real form of 422."""
    if app.openapi_schema is None:
        document = get_openapi(
            title=app.title, version=app.version, description=app.description, routes=app.routes
        )
        schemas = document["components"]["schemas"]
        schemas["Problem"] = problems.Problem.model_json_schema()
        for unused in ("HTTPValidationError", "ValidationError"):
            schemas.pop(unused, None)
        for path, methods in document["paths"].items():
            if path.startswith(langserve.PATH):  # LangServe documents only what it answers itself
                for operation in methods.values():
                    operation["responses"] |= _as_text(problems.responses(400, 413, 422))
        app.openapi_schema = document
    return app.openapi_schema


def _as_text(responses: dict[int | str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {str(status): response for status, response in responses.items()}
