"""What a test asks of the simulator itself: the bill, the requests, the scenario."""

from __future__ import annotations

import json

from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from simulator.house import DEFAULT, House, UnknownScenario
from simulator.scenarios import ACTIONS, SCENARIOS, Scenario


def control_routes(house: House) -> list[Route]:
    """Bill, request counts, scenarios, and whether the server is up. None of them needs a key."""

    async def bill(request: Request) -> Response:
        scenario = request.query_params.get("scenario")
        if request.method == "DELETE":
            house.bill.clear()
            return Response(status_code=204)
        return JSONResponse(house.bill.summary(scenario))

    async def requests(request: Request) -> Response:
        rows = house.bill.requests(request.query_params.get("scenario"))
        return JSONResponse({"total": sum(row["count"] for row in rows), "rows": rows})

    async def scenario(request: Request) -> Response:
        name = request.path_params.get("scenario", DEFAULT)
        if request.method == "PUT":
            return await _put(house, name, request)
        try:
            return JSONResponse(house.stage(name).scenario.model_dump(mode="json"))
        except UnknownScenario as unknown:
            return JSONResponse({"error": str(unknown)}, 404)

    return [
        Route("/bill", bill, methods=["GET", "DELETE"]),
        Route("/requests", requests),
        Route("/scenario", scenario, methods=["GET", "PUT"]),
        Route("/s/{scenario}/scenario", scenario, methods=["GET", "PUT"]),
        Route("/scenarios", _catalogue),
        Route("/healthz", _healthy),
    ]


async def _catalogue(_request: Request) -> Response:
    actions = {
        name: {"says": action.says, "kinds": sorted(action.kinds)}
        for name, action in sorted(ACTIONS.items())
    }
    return JSONResponse({"scenarios": sorted(SCENARIOS), "actions": actions})


async def _healthy(_request: Request) -> Response:
    return JSONResponse({"status": "ok"})


async def _put(house: House, name: str, request: Request) -> Response:
    try:
        asked = json.loads(await request.body())
        scenario = asked if isinstance(asked, str) else Scenario.model_validate(asked)
        stage = house.put(scenario, name)
    except (ValueError, ValidationError, UnknownScenario) as problem:
        return JSONResponse({"error": str(problem)}, 422)
    return JSONResponse(stage.scenario.model_dump(mode="json"))
