"""Gemini's paths."""

from __future__ import annotations

import json
import math
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from simulator import gemini
from simulator.batches import HALF, read_batch
from simulator.gemini_errors import error, invalid, model_gone
from simulator.gemini_request import read_call
from simulator.house import DEFAULT, House, UnknownScenario
from simulator.models import MODELS
from simulator.stage import Stage, Visit
from simulator.wire import Answer, Call, Json, Rejected

BATCH_TIMES = 3  # a batch takes so many times the seconds of one picture
GENERATE, BATCH = "generateContent", "batchGenerateContent"


def gemini_routes(house: House) -> list[Route]:
    """Generate, batch, and list; without the `/s/<scenario>` prefix."""

    def at(handle: Callable[[Stage, Request, Visit], Awaitable[Response]]) -> Any:
        async def endpoint(request: Request) -> Response:
            try:
                stage = house.stage(request.path_params.get("scenario", DEFAULT))
            except UnknownScenario as unknown:
                return JSONResponse(error(404, "NOT_FOUND", str(unknown)).reply, 404)
            return await handle(stage, request, Visit.of(request, "gemini"))

        return endpoint

    return [
        Route("/gemini/v1beta/models", at(_models)),
        Route("/gemini/v1beta/models/{model}", at(_model)),
        Route("/gemini/v1beta/models/{model:path}:{action}", at(_act), methods=["POST"]),
        Route("/gemini/v1beta/batches", at(_batches)),
        Route("/gemini/v1beta/batches/{batch}", at(_batch)),
        Route("/gemini/v1beta/batches/{batch}:cancel", at(_cancel), methods=["POST"]),
    ]


async def _json(request: Request) -> Any:
    try:
        return json.loads(await request.body())
    except ValueError:
        raise invalid("Invalid JSON payload received. Unexpected end of string.") from None


async def _act(stage: Stage, request: Request, visit: Visit) -> Response:
    model, action = request.path_params["model"], request.path_params["action"]
    if action == BATCH:
        return await stage.serve(visit, partial(_read_batch, model), _starts(stage, request, visit))

    async def read() -> Call:
        if action != GENERATE:
            raise Rejected(model_gone(f"{model}:{action}"))
        return read_call(model, await _json(request))

    return await stage.serve(visit, read, partial(gemini.generate, draw=stage.draw))


async def _read_batch(model: str) -> Call:
    name = model.removeprefix("models/")
    if name not in MODELS:
        raise Rejected(model_gone(name))
    return Call("gemini", "batch", name)


def _starts(stage: Stage, request: Request, visit: Visit) -> Callable[[Call], Awaitable[Answer]]:
    async def start(call: Call) -> Answer:
        batch = read_batch(call.model, await _json(request))
        stage.batches[batch.name] = batch
        patience_s = stage.seconds(Call("gemini", "image", call.model))
        if patience_s < math.inf:
            batch.start(partial(_inlined, stage, visit, call.model), patience_s * BATCH_TIMES)
        return Answer(batch.shown())

    return start


async def _inlined(stage: Stage, visit: Visit, model: str, raw: Json) -> Answer:
    """One request of a batch, on the bill as its own row at half the price."""
    call = read_call(model, raw)
    fault = stage.deck.draw(call)
    answer = await stage.made(call, fault, partial(gemini.generate, draw=stage.draw))
    answer.usd *= HALF
    stage.charge(visit, call, fault, answer)
    return answer


async def _batch(stage: Stage, request: Request, visit: Visit) -> Response:
    return await stage.serve(visit, _listing, partial(_shown, stage, request))


async def _batches(stage: Stage, request: Request, visit: Visit) -> Response:
    """The newest first, a page at a time."""
    size = int(request.query_params.get("pageSize", "50"))
    start = int(request.query_params.get("pageToken") or "0")

    async def rows(_call: Call) -> Answer:
        newest = list(reversed(stage.batches.values()))
        listed: Json = {"operations": [each.shown() for each in newest[start : start + size]]}
        more = {"nextPageToken": str(start + size)} if start + size < len(newest) else {}
        return Answer(listed | more)

    return await stage.serve(visit, _listing, rows)


async def _cancel(stage: Stage, request: Request, visit: Visit) -> Response:
    async def cancel(_call: Call) -> Answer:
        batch = stage.batches.get(f"batches/{request.path_params['batch']}")
        if batch and batch.task:
            batch.task.cancel()
        return Answer({})

    return await stage.serve(visit, _listing, cancel)


async def _shown(stage: Stage, request: Request, _call: Call) -> Answer:
    batch = stage.batches.get(f"batches/{request.path_params['batch']}")
    if batch is None:
        return error(404, "NOT_FOUND", "Requested entity was not found.")
    return Answer(batch.shown())


async def _listing() -> Call:
    return Call("gemini", "catalogue", "")


async def _models(stage: Stage, _request: Request, visit: Visit) -> Response:
    async def rows(_call: Call) -> Answer:
        return Answer({"models": [_row(name) for name in MODELS]})

    return await stage.serve(visit, _listing, rows)


async def _model(stage: Stage, request: Request, visit: Visit) -> Response:
    name = request.path_params["model"]

    async def row(_call: Call) -> Answer:
        return Answer(_row(name)) if name in MODELS else model_gone(name)

    return await stage.serve(visit, _listing, row)


def _row(name: str) -> Json:
    return {
        "name": f"models/{name}",
        "version": "001",
        "displayName": name.replace("-", " ").title(),
        "inputTokenLimit": 1_048_576,
        "outputTokenLimit": 65_536,
        "supportedGenerationMethods": [GENERATE, BATCH, "countTokens"],
    }
