"""Shorts: order, look, decide, stop."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Header, Query, Response

from graph.run import Status
from providers.offline.script_render import script_markdown
from server.api.conditions import matches
from server.api.forms import BudgetForm, DecisionForm, ShortForm
from server.api.views import Accepted, Page, RunView, ScriptView, ShortView
from server.auth import ReadDesk, WriteDesk
from server.problems import NotInFilm, StaleVersion, responses
from server.signing import webhook_secret
from shortfactory.errors import WrongStatus
from shortfactory.story import Topic

router = APIRouter(prefix="/v1/shorts", tags=["shorts"])

IdempotencyKey = Annotated[
    str | None,
    Header(
        min_length=1,
        max_length=200,
        pattern=r"^[\x21-\x7e]+$",
        description="The same key with the same body is the same short.",
        examples=["5f0c-2026-11-22"],
    ),
]
IfMatch = Annotated[
    str | None,
    Header(max_length=200, description="The ETag of the script that was read."),
]


@router.post("", status_code=202, responses=responses(400, 413, 422))
async def order_short(
    form: ShortForm, desk: WriteDesk, response: Response, idempotency_key: IdempotencyKey = None
) -> Accepted:
    """Order a short. It is made by a worker; follow it by its events or its webhook."""
    order = form.order(desk.service.settings, desk.tenant)
    run = await desk.submit(order, key=idempotency_key, webhook_url=form.webhook_url)
    response.headers["location"] = f"/v1/shorts/{run.id}"
    secret = webhook_secret(desk.service.signing, desk.tenant)
    return Accepted(**RunView.of(run).model_dump(), webhook_secret=secret)


@router.get("", responses=responses(404, 422))
async def list_shorts(
    desk: ReadDesk,
    status: Status | None = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[UUID | None, Query(description="`next_cursor` of the page before.")] = None,
) -> Page:
    """List shorts, newest first."""
    before = str(cursor) if cursor else None
    runs = await desk.list(limit=limit + 1, status=status, before=before)
    more = len(runs) > limit
    shown = runs[:limit]
    return Page(
        shorts=[RunView.of(run) for run in shown], next_cursor=shown[-1].id if more else None
    )


@router.get("/{short_id}", responses=responses(404, 422))
async def show_short(short_id: UUID, desk: ReadDesk) -> ShortView:
    """Show where a short stands, what it cost, and links to its files."""
    return ShortView.of_short(await desk.show(str(short_id)), desk.service)


@router.get(
    "/{short_id}/script",
    response_model=ScriptView,
    responses=responses(404, 409, 422) | {304: {"description": "Not changed"}},
)
async def show_script(
    short_id: UUID,
    desk: ReadDesk,
    response: Response,
    version: Annotated[int | None, Query(ge=1, le=1_000_000)] = None,
    if_none_match: Annotated[str | None, Header(max_length=1_000)] = None,
) -> ScriptView | Response:
    """Show the script, or an older version of it."""
    scripts = await desk.factory.scripts(str(short_id), version)
    if scripts is None and version is not None:
        raise NotInFilm(f"The short {short_id} has no script version {version}.")
    if scripts is None:
        raise WrongStatus(f"The short {short_id} has no script yet.", cure="Follow its events.")
    number, script = scripts
    response.headers["etag"] = etag = _etag(number)
    if matches(if_none_match, etag):
        return Response(status_code=304, headers={"etag": etag})
    return ScriptView(version=number, script=script, markdown=script_markdown(script))


@router.post(
    "/{short_id}/approval", status_code=202, responses=responses(400, 404, 409, 412, 413, 422)
)
async def decide(
    short_id: UUID, form: DecisionForm, desk: WriteDesk, if_match: IfMatch = None
) -> RunView:
    """Approve the script (or an edited one), have it revised, or reject the short.

    Of two decisions at once, one is taken and the other answered with 409.
    """
    run_id, version = str(short_id), form.script_version
    if if_match is not None and if_match not in ("*", _etag(version)):
        raise StaleVersion(f"If-Match {if_match!r} is not version {version} of the script.")
    match form.decision:
        case "approve":
            topic = Topic.model_validate((await desk.run(run_id)).topic)
            run = await desk.approve(run_id, script_version=version, script=form.edited(topic))
        case "revise":
            run = await desk.revise(run_id, script_version=version, notes=form.wanted())
        case "reject":
            run = await desk.reject(run_id, script_version=version)
    return RunView.of(run)


@router.post("/{short_id}/cancel", status_code=202, responses=responses(404, 409, 422))
async def cancel(short_id: UUID, desk: WriteDesk) -> RunView:
    """Stop a short for good. Whoever works on it stops within a second."""
    return RunView.of(await desk.cancel(str(short_id)))


@router.post("/{short_id}/resume", status_code=202, responses=responses(404, 409, 422))
async def resume(short_id: UUID, desk: WriteDesk) -> RunView:
    """Go on with a short that failed, is parked, or waits for money."""
    return RunView.of(await desk.resume(str(short_id)))


@router.post("/{short_id}/budget", responses=responses(400, 404, 409, 413, 422))
async def set_budget(short_id: UUID, form: BudgetForm, desk: WriteDesk) -> RunView:
    """Set the spending limit. A short that waits for money goes on."""
    return RunView.of(await desk.raise_budget(str(short_id), form.budget_usd))


def _etag(version: int) -> str:
    return f'"v{version}"'
