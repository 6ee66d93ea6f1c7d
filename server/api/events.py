"""Events of a short as they happen (server-sent events), replayed from where a client left."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Header, Response
from sse_starlette import EventSourceResponse, ServerSentEvent

from server.auth import ReadDesk
from server.desk import ENDED, Desk
from server.problems import responses

router = APIRouter(prefix="/v1/shorts", tags=["events"])

PING_S = 15
LastEventId = Annotated[
    str | None,
    Header(pattern=r"^[0-9]{1,18}$", description="The last id seen; what came after is sent."),
]


@router.get(
    "/{short_id}/events",
    response_class=EventSourceResponse,
    responses={
        200: {
            "description": "One message per event: `id`, `event` (status, node or frames), `data`.",
            "content": {"text/event-stream": {"schema": {"type": "string"}}},
        },
        204: {"description": "The short has ended and everything was seen: do not come back."},
    }
    | responses(404, 422),
)
async def follow(short_id: UUID, desk: ReadDesk, last_event_id: LastEventId = None) -> Response:
    """Follow a short until it has ended."""
    last_id = int(last_event_id or 0)
    run = await desk.run(str(short_id))
    if run.status in ENDED and last_id >= await desk.last_told(run.id):
        return Response(status_code=204)
    return EventSourceResponse(_messages(desk, run.id, last_id), ping=PING_S)


async def _messages(desk: Desk, run_id: str, last_id: int) -> AsyncGenerator[ServerSentEvent]:
    async with desk.following(run_id, last_id) as told:
        async for batch in told:
            for kept in batch:
                data = {"at": kept.at.isoformat(), **kept.data}
                yield ServerSentEvent(
                    json.dumps(data, ensure_ascii=False), event=kept.kind, id=str(kept.id)
                )
