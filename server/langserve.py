"""The LangServe face: the same actions for clients that speak RemoteRunnable."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextvars import ContextVar
from typing import Annotated, Any, Literal, cast
from uuid import UUID

import orjson
from fastapi import Depends, FastAPI
from langchain_core.runnables import RunnableLambda
from langserve import add_routes
from langserve.serialization import Serializer
from pydantic import BaseModel, ConfigDict, Field

from graph.run import Run, Status
from server.api.forms import DecisionForm, ShortForm
from server.auth import Caller, ServiceDep, allowed
from server.desk import Desk
from shortfactory.errors import ShortFactoryError, UsageError
from shortfactory.order import MAX_NOTES_CHARACTERS
from shortfactory.story import Topic

PATH = "/langserve/shorts"
DISABLED = ("config_hashes", "stream_log", "feedback", "token_feedback", "public_trace_link")
DESK: ContextVar[Desk] = ContextVar("desk")
RESTS: tuple[Status, ...] = (
    "waiting_approval",
    "waiting_budget",
    "parked",
    "done",
    "failed",
    "rejected",
    "cancelled",
)


class ShortsRequest(BaseModel):
    """One action. `start` takes an order; the others name a short."""

    model_config = ConfigDict(extra="forbid")

    action: Literal["start", "resume", "approve", "revise", "reject", "cancel", "status"] = "start"
    short_id: UUID | None = None
    order: ShortForm | None = None
    script_version: int | None = Field(None, ge=0, le=1_000_000)
    script: str | None = None
    notes: str | None = Field(None, max_length=MAX_NOTES_CHARACTERS)
    follow: bool = Field(True, description="Answer when the short rests, not at once.")


class ShortsResponse(BaseModel):
    """Where the short stands. A stream gives its events first, and this last."""

    event: Literal["state", "progress", "error"]
    short_id: str = ""
    status: str = ""
    script_version: int = 0
    message: str = ""
    progress: dict[str, Any] = Field(default_factory=dict[str, Any])
    files: list[str] = Field(default_factory=list[str])


class PlainSerializer(Serializer):
    """JSON as it is: the stock one turns dicts with a `type` into objects of LangChain."""

    def dumps(self, obj: Any) -> bytes:
        """Write JSON; models as their fields, what JSON does not know as its text."""
        return orjson.dumps(obj, default=_plain, option=orjson.OPT_NON_STR_KEYS)

    def loadd(self, s: Any) -> Any:
        """Read nothing into it."""
        return s


def _plain(value: Any) -> Any:
    return value.model_dump(mode="json") if isinstance(value, BaseModel) else repr(value)


def add_langserve(app: FastAPI) -> None:
    """Add invoke, batch, stream, stream_events and the playground."""
    runnable = RunnableLambda(_shorts, name="shorts")
    add_routes(
        app,
        runnable.with_types(input_type=ShortsRequest, output_type=cast("Any", ShortsResponse)),
        path=PATH,
        config_keys=(),
        disabled_endpoints=cast("Any", DISABLED),
        serializer=PlainSerializer(),
        dependencies=[Depends(_known)],
    )
    # Its start-up hook prints a banner, and langgraph-api refuses apps that have such hooks.
    app.router.on_startup.clear()


async def _known(service: ServiceDep, found: Annotated[Caller, Depends(allowed("write"))]) -> None:
    # Not in the config: a client's config reaches the runnable, and /batch drops what is added.
    DESK.set(Desk(service, found.tenant))


async def _shorts(given: Any) -> AsyncGenerator[dict[str, Any]]:
    asked = ShortsRequest.model_validate(given)
    try:
        async for told in _acted(DESK.get(), asked):
            yield told.model_dump()
    except ShortFactoryError as error:  # LangServe would make a bare 500 of it
        yield ShortsResponse(event="error", message=str(error)).model_dump()


async def _acted(desk: Desk, asked: ShortsRequest) -> AsyncGenerator[ShortsResponse]:
    # Looked up first: what is told between the action and the following is not missed.
    last_id = await desk.last_told(str(asked.short_id)) if asked.short_id else 0
    run = await _act(desk, asked)
    if asked.action != "status" and asked.follow and run.status not in RESTS:
        async for told in _progress(desk, run, last_id):
            yield told
    short = await desk.show(run.id)
    yield ShortsResponse(
        event="state",
        short_id=run.id,
        status=short.run.status,
        script_version=short.run.script_version,
        message=short.run.reason,
        files=sorted(short.package),
    )


async def _progress(desk: Desk, run: Run, last_id: int) -> AsyncGenerator[ShortsResponse]:
    """What is told until the short rests."""
    async with desk.following(run.id, last_id) as told:
        async for batch in told:
            for kept in batch:
                yield ShortsResponse(event="progress", short_id=run.id, progress=kept.data)
                if kept.kind == "status" and kept.data["text"] in RESTS:
                    return


async def _act(desk: Desk, asked: ShortsRequest) -> Run:
    if asked.action == "start":
        form = asked.order or ShortForm.model_validate({})
        order = form.order(desk.service.settings, desk.tenant)
        return await desk.submit(order, webhook_url=form.webhook_url)
    if asked.short_id is None:
        raise UsageError(f"{asked.action} needs the id of a short.", cure="Give short_id.")
    run_id = str(asked.short_id)
    run = await desk.run(run_id)
    version = run.script_version if asked.script_version is None else asked.script_version
    match asked.action:
        case "approve":
            form = _decision(asked, version)
            edited = form.edited(Topic.model_validate(run.topic))
            return await desk.approve(run_id, script_version=version, script=edited)
        case "revise":
            form = _decision(asked, version)
            return await desk.revise(run_id, script_version=version, notes=form.wanted())
        case "reject":
            return await desk.reject(run_id, script_version=version)
        case "cancel":
            return await desk.cancel(run_id)
        case "resume":
            return await desk.resume(run_id)
        case "status":
            return run


def _decision(asked: ShortsRequest, version: int) -> DecisionForm:
    given = asked.model_dump(include={"script", "notes"})
    return DecisionForm.model_validate(
        {"decision": asked.action, "script_version": version, **given}
    )
