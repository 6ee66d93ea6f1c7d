"""What a short would cost, and what was spent."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, BeforeValidator

from providers.estimate import Estimate
from providers.estimate import estimate as price
from providers.offline.script_file import parse_script
from providers.spending import Total
from server.api.forms import TopicForm
from server.auth import ReadDesk
from server.problems import responses

router = APIRouter(prefix="/v1", tags=["money"])


def _as_written(given: object) -> object:
    """A day as the document says; pydantic would take a number for seconds since 1970."""
    if isinstance(given, str) and not DAY.fullmatch(given):
        raise ValueError("give a day as YYYY-MM-DD")
    return given


DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
Day = Annotated[date, BeforeValidator(_as_written)]


class EstimateView(BaseModel):
    """What the plan would cost, and the limit that a short has if none is given."""

    estimate: Estimate
    budget_usd: Decimal


class CostsView(BaseModel):
    """Sums of the tenant's calls."""

    by: str
    totals: list[Total]


@router.post("/estimates", responses=responses(400, 413, 422))
async def estimate(form: TopicForm, desk: ReadDesk) -> EstimateView:
    """Say what a short would cost, without making anything."""
    settings = desk.service.settings
    topic, providers = form.checked(settings)
    about = parse_script(topic.script, topic) if topic.script else topic
    found = price(about, form.plan(settings, providers), settings.graph, datetime.now(UTC))
    return EstimateView(estimate=found, budget_usd=settings.budget.short_usd)


@router.get("/costs", responses=responses(422))
async def costs(
    desk: ReadDesk,
    by: Literal["day", "month", "short", "provider", "model", "node", "scene"] = "day",
    since: Annotated[Day | None, Query(description="First day (UTC).")] = None,
    until: Annotated[Day | None, Query(description="The day after the last (UTC).")] = None,
) -> CostsView:
    """Say what was spent."""
    totals = await desk.spending.totals(by, since=since, until=until)
    return CostsView(by=by, totals=list(totals))
