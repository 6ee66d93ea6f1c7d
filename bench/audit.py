"""What is true after a crowded day: films, money, tenants, and what Postgres had to keep."""

from __future__ import annotations

import asyncio
import io
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av
import httpx
import psycopg
from psycopg.rows import dict_row

from bench.fleet import Fleet
from bench.reckoning import Money, reckon
from bench.tenant import Tenant
from providers.artifacts import FolderStore

LEDGER = "select * from ledger where status <> 'cached' order by id"
LIVES = """
select run_id::text as id, count(*) filter (where kind = 'status' and data->>'text' = 'running')
    as lives, extract(epoch from max(at) - min(at)) as whole_s,
    extract(epoch from max(at) - min(at) filter (where data->>'text' = 'running')) as worked_s
from run_events group by 1
"""
TABLES = """
select relname as name, pg_total_relation_size(c.oid) as bytes from pg_class c
join pg_namespace n on n.oid = relnamespace
where relkind = 'r' and nspname = 'public' order by 2 desc
"""


@dataclass
class Audit:
    """Everything that was looked at; `faults` is empty when all holds."""

    money: Money
    faults: list[str]
    lives: list[int]
    whole_s: list[float]
    worked_s: list[float]
    tables: list[tuple[str, int, int]]
    wall_s: float
    away: int
    followed_again: int


async def audit(fleet: Fleet, dsn: str, tenants: list[Tenant], began_s: float) -> Audit:
    """Look at everything, while the service still runs."""
    wall_s = time.monotonic() - began_s
    async with httpx.AsyncClient(trust_env=False, timeout=60) as client:
        bill = (await client.get(f"{fleet.simulator_url}/bill")).json()["rows"]
    rows = {name: await _rows(dsn, name) for name in (LEDGER, LIVES, TABLES)}
    store = FolderStore(Path(fleet.environment["SHORTFACTORY_HOME"]) / "artifacts")
    money = await reckon(rows[LEDGER], bill, store)
    faults = [*money.faults, *_unfinished(tenants)]
    for tenant in tenants:
        faults += await _films(tenant)
        faults += await _isolation(tenant, tenants)
        faults += await _followed(tenant)
    if "Traceback" in (said := (fleet.folder / "api.log").read_text()):
        faults.append(f"the API told a traceback: {said[-2_000:]}")
    return Audit(
        money=money,
        faults=faults,
        lives=[row["lives"] for row in rows[LIVES]],
        whole_s=sorted(float(row["whole_s"]) for row in rows[LIVES]),
        worked_s=sorted(float(row["worked_s"] or 0) for row in rows[LIVES]),
        tables=[
            (row["name"], row["bytes"], await _count(dsn, row["name"])) for row in rows[TABLES]
        ],
        wall_s=wall_s,
        away=sum(tenant.away for tenant in tenants),
        followed_again=sum(tenant.followed_again for tenant in tenants),
    )


def _unfinished(tenants: list[Tenant]) -> Iterator[str]:
    for tenant in tenants:
        for short_id in tenant.shorts:
            if (status := tenant.status.get(short_id)) != "done":
                yield f"{tenant.name}'s short {short_id} is {status}"


async def _films(tenant: Tenant) -> list[str]:
    """Fetch every film and decode it."""
    faults: list[str] = []
    for short_id in tenant.shorts:
        answer = await tenant.http.get(f"/v1/shorts/{short_id}/film")
        if answer.status_code != 200:
            faults.append(f"the film of {short_id}: {answer.status_code} {answer.text[:200]}")
        elif fault := await asyncio.to_thread(_unplayable, answer.content):
            faults.append(f"the film of {short_id} {fault}")
    return faults


def _unplayable(film: bytes) -> str:
    """What keeps a film from being played; nothing when it is fine."""
    with av.open(io.BytesIO(film)) as opened:
        video, frames = opened.streams.video[0], 0
        for packet in opened.demux(video, opened.streams.audio[0]):
            frames += packet.stream is video and packet.size > 0
        opened.seek(0)
        first = next(opened.decode(video=0))
    if (first.width, first.height) != (1080, 1920):
        return f"is {first.width}x{first.height}"
    return "" if 60 <= frames == video.frames else f"has {frames} frames"


async def _isolation(tenant: Tenant, tenants: list[Tenant]) -> list[str]:
    """A tenant lists its own shorts alone, and others' do not exist for it."""
    listed = (await tenant.http.get("/v1/shorts?limit=200")).json()["shorts"]
    faults = []
    if {short["id"] for short in listed} != set(tenant.shorts):
        faults.append(f"{tenant.name} lists other shorts than its own")
    for other in tenants:
        for short_id in other.shorts if other is not tenant else ():
            for path in ("", "/film", "/script", "/events"):
                answer = await tenant.http.get(f"/v1/shorts/{short_id}{path}")
                if answer.status_code != 404:
                    faults.append(f"{tenant.name} sees {other.name}'s {short_id}{path}")
    return faults


async def _followed(tenant: Tenant) -> list[str]:
    """Who followed through everything got each event once, as one who asks afterwards."""
    faults = []
    for short_id, ids in tenant.told.items():
        again = await tenant.http.get(f"/v1/shorts/{short_id}/events")
        lines = again.text.splitlines()
        whole = [int(line.removeprefix("id:")) for line in lines if line.startswith("id:")]
        if ids != whole:
            faults.append(f"{short_id}: a follower got {len(ids)} events of {len(whole)}")
    return faults


async def _rows(dsn: str, statement: str) -> list[dict[str, Any]]:
    async with await psycopg.AsyncConnection.connect(dsn, row_factory=dict_row) as connection:
        return await (await connection.execute(statement.encode())).fetchall()


async def _count(dsn: str, table: str) -> int:
    return (await _rows(dsn, f'select count(*) as n from "{table}"'))[0]["n"]


def report(found: Audit) -> Iterator[str]:
    """What a person wants to read."""
    money, shorts = found.money, len(found.lives)
    yield f"{shorts} shorts in {found.wall_s:.0f} s"
    for name, seconds in (("from order to film", found.whole_s), ("since begun", found.worked_s)):
        p95_s = seconds[min(shorts - 1, round(0.95 * (shorts - 1)))]
        yield f"{name}: P50 {seconds[shorts // 2]:.0f} s, P95 {p95_s:.0f} s"
    yield f"taken up again {sum(lives - 1 for lives in found.lives)} times (approvals included)"
    yield f"503 answered {found.away} times, streams cut {found.followed_again} times"
    yield f"bill ${money.bill_usd} = settled ${money.settled_usd} + cut off ${money.unanswered_usd}"
    yield (
        f"{money.lost_calls} calls cut off, counted at their worst ${money.lost_usd}; "
        f"{money.unanswered_calls} of them billed; {money.told_calls} more settled at the "
        f"${money.told_usd} of the vendor's record"
    )
    rows, size = sum(n for *_, n in found.tables), sum(size for _, size, _ in found.tables)
    yield f"Postgres: {rows / shorts:.0f} rows and {size / shorts / 1024:.0f} KiB a short"
    for name, size, count in found.tables[:8]:
        yield f"  {name}: {count / shorts:.1f} rows, {size / shorts / 1024:.1f} KiB"
    yield from (f"FAULT: {fault}" for fault in found.faults)
    yield "DOES NOT HOLD" if found.faults else "holds"
