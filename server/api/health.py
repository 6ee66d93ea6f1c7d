"""Whether the service lives, whether it can serve, and its numbers for Prometheus."""

from __future__ import annotations

from fastapi import APIRouter, Response
from prometheus_client import CollectorRegistry, Gauge, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from pydantic import BaseModel

from providers.postgres import query
from server.auth import Admin, ServiceDep
from server.problems import responses

router = APIRouter(tags=["health"])

SHORTS = "select status as label, count(*) as n from runs group by 1"
JOBS = "select status::text as label, count(*) as n from procrastinate_jobs group by 1"
WORKERS = "select count(*) as n from procrastinate_workers"
SPENT = """
select realm as label, coalesce(sum(held_usd), 0) as n from ledger_day
where day = (now() at time zone 'utc')::date group by 1
"""


class Health(BaseModel):
    """All is well."""

    status: str = "ok"


@router.get("/healthz")
async def healthz() -> Health:
    """Say that the process lives."""
    return Health()


@router.get("/readyz", responses=responses())
async def readyz(service: ServiceDep) -> Health:
    """Say that the database answers."""
    await query(service.database.pool, "select 1", {}, what="database")
    return Health()


@router.get("/metrics", response_class=Response, responses=responses())
async def metrics(service: ServiceDep, caller: Admin) -> Response:  # noqa: ARG001
    """Count shorts, jobs, workers and today's dollars, of all tenants."""
    registry = CollectorRegistry()
    gauges = {
        SHORTS: Gauge("shortfactory_shorts", "Shorts by status.", ["status"], registry=registry),
        JOBS: Gauge("shortfactory_jobs", "Jobs by status.", ["status"], registry=registry),
        SPENT: Gauge("shortfactory_today_usd", "Held today.", ["realm"], registry=registry),
    }
    for statement, gauge in gauges.items():
        for row in await query(service.database.pool, statement, {}, what="metrics"):
            gauge.labels(row["label"]).set(float(row["n"]))
    workers = Gauge("shortfactory_workers", "Workers registered.", registry=registry)
    rows = await query(service.database.pool, WORKERS, {}, what="metrics")
    workers.set(rows[0]["n"])
    return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)
