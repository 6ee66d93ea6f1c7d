"""ElevenLabs' paths."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from simulator import alignment, elevenlabs
from simulator.elevenlabs_errors import error, validation, voice_gone
from simulator.elevenlabs_history import history
from simulator.house import DEFAULT, House, UnknownScenario
from simulator.stage import Stage, Visit
from simulator.voices import model_rows, voice_rows
from simulator.wire import Answer, Call, Json, Rejected

DEFAULT_PAGE = 10
LARGEST_PAGE = 100


def elevenlabs_routes(house: House) -> list[Route]:
    """Speak, align, list, and tell what was spoken; without the `/s/<scenario>` prefix."""

    def at(handle: Callable[[Stage, Request, Visit], Awaitable[Response]]) -> Any:
        async def endpoint(request: Request) -> Response:
            try:
                stage = house.stage(request.path_params.get("scenario", DEFAULT))
            except UnknownScenario as unknown:
                return JSONResponse(error(404, "not_found", "not_found", str(unknown)).reply, 404)
            return await handle(stage, request, Visit.of(request, "elevenlabs"))

        return endpoint

    def listing(show: Callable[[Stage, Request], Answer]) -> Any:
        async def handle(stage: Stage, request: Request, visit: Visit) -> Response:
            async def shown(_call: Call) -> Answer:
                return show(stage, request)

            return await stage.serve(visit, _listing, shown)

        return at(handle)

    return [
        Route(
            "/elevenlabs/v1/text-to-speech/{voice}/with-timestamps", at(_speak), methods=["POST"]
        ),
        Route("/elevenlabs/v1/forced-alignment", at(_align), methods=["POST"]),
        Route("/elevenlabs/v2/voices", listing(_voices)),
        Route("/elevenlabs/v1/voices/{voice}", listing(_voice)),
        Route("/elevenlabs/v1/models", listing(lambda *_: Answer(listed=model_rows()))),
        Route("/elevenlabs/v1/history", listing(_history)),
        Route(
            "/elevenlabs/v1/user/subscription",
            listing(lambda stage, _: Answer(elevenlabs.subscription(stage.account))),
        ),
    ]


async def _listing() -> Call:
    return Call("elevenlabs", "catalogue", "")


async def _speak(stage: Stage, request: Request, visit: Visit) -> Response:
    async def read() -> Call:
        try:
            body = json.loads(await request.body())
        except ValueError:
            raise Rejected(validation("0", "JSON decode error", "json_invalid")) from None
        return elevenlabs.read_call(request.path_params["voice"], body, dict(request.query_params))

    work = partial(elevenlabs.with_timestamps, account=stage.account)
    return await stage.serve(visit, read, work)


async def _align(stage: Stage, request: Request, visit: Visit) -> Response:
    async def read() -> Call:
        return alignment.read_call(await request.body(), request.headers.get("content-type", ""))

    return await stage.serve(visit, read, alignment.align)


def _voices(_stage: Stage, request: Request) -> Answer:
    query = request.query_params
    search = query.get("search", "").lower()
    rows = [row for row in voice_rows() if search in json.dumps(row).lower()]
    size, first = query.get("page_size", str(DEFAULT_PAGE)), query.get("next_page_token", "0")
    if not size.isdigit() or not 1 <= int(size) <= LARGEST_PAGE or not first.isdigit():
        return validation("page_size", "Input should be 1 to 100", "less_than_equal")
    end = int(first) + int(size)
    reply: Json = {
        "voices": rows[int(first) : end],
        "has_more": end < len(rows),
        "total_count": len(rows),
        "next_page_token": str(end) if end < len(rows) else None,
    }
    return Answer(reply)


def _history(stage: Stage, request: Request) -> Answer:
    return history(stage.bill.rows(stage.name), request.query_params)


def _voice(_stage: Stage, request: Request) -> Answer:
    voice = request.path_params["voice"]
    row = next((row for row in voice_rows() if row["voice_id"] == voice), None)
    return Answer(row) if row else voice_gone(voice)
