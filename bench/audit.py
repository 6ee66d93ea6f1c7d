"""What is true after a crowded day: films, money, tenants, and what Postgres had to keep."""

from __future__ import annotations

import asyncio
import io
import logging
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import av
import httpx
import psycopg
from psycopg.rows import dict_row

from bench.fleet import Fleet
from bench.tenant import Tenant
from providers.artifacts import FolderStore
from providers.books import FOUND
from shortfactory.money import ZERO, to_micros

log = logging.getLogger(__name__)

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
class Money:
    """The ledger held against the simulator's bill, call by call."""

    bill_usd: Decimal = ZERO
    settled_usd: Decimal = ZERO
    lost_usd: Decimal = ZERO
    """Calls cut off by a killed process: what they may have cost at most, as the ledger counts."""
    lost_calls: int = 0
    told_usd: Decimal = ZERO
    """Of the settled: calls cut off, whose price the vendor's own record told afterwards."""
    told_calls: int = 0
    unanswered_usd: Decimal = ZERO
    """What the bill says that those cost which were billed."""
    unanswered_calls: int = 0
    open_usd: Decimal = ZERO
    faults: list[str] = field(default_factory=list[str])


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
    money = await _money(rows[LEDGER], bill, store)
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


async def _money(
    entries: list[dict[str, Any]], bill: list[dict[str, Any]], store: FolderStore
) -> Money:
    """Match every settled call with one request of the bill."""
    money = Money()
    asked = {row["request_id"]: row for row in bill if Decimal(row["usd"])}
    money.bill_usd = sum((Decimal(row["usd"]) for row in asked.values()), ZERO)
    money.faults += _again(entries)
    money.told_usd = sum((e["spent_usd"] for e in entries if _cut(e)), ZERO)
    money.told_calls = sum(map(_cut, entries))
    for entry in entries:
        usd = entry["spent_usd"]
        if entry["status"] == "reserved":
            money.open_usd += entry["reserved_usd"]
            money.faults.append(f"the reservation {entry['id']} was never closed")
        elif entry["status"] == "lost":
            money.lost_usd, money.lost_calls = money.lost_usd + usd, money.lost_calls + 1
        elif entry["status"] == "settled" and usd:
            money.settled_usd += usd
            record = await store.recall(entry["call_key"]) or {}
            if not _billed(entry, str(record.get("request_id")), asked):
                money.faults.append(
                    f"call {entry['id']} cost ${usd}, and nothing like it is billed"
                )
    money.unanswered_usd = sum((Decimal(row["usd"]) for row in asked.values()), ZERO)
    money.unanswered_calls = len(asked)
    if money.unanswered_usd > money.lost_usd or money.unanswered_calls > money.lost_calls:
        money.faults.append(f"billed and in no ledger row: {[*asked.values()]}")
    return money


def _again(entries: list[dict[str, Any]]) -> Iterator[str]:
    """Calls that were sent although the same had finished before.

    Two workers may ask the same for two shorts at the same moment: then neither has finished.
    """
    calls = sorted(
        (e for e in entries if e["status"] == "settled" and not _cut(e)),
        key=lambda e: (e["call_key"], e["sent_at"]),
    )
    for first, second in pairwise(calls):
        if second["call_key"] == first["call_key"]:
            told = "; ".join(
                f"run {e['run_id']}, {e['node']} {e['scene']}, {e['sent_at']} to {e['closed_at']}"
                for e in (first, second)
            )
            if second["sent_at"] > first["closed_at"]:
                yield f"made again after it had finished: {told}"
            else:
                log.warning("made twice at the same moment: %s", told)


def _cut(entry: dict[str, Any]) -> bool:
    """Whether its process died before the answer was kept, and the vendor told what it cost."""
    return entry["note"] == FOUND


def _billed(entry: dict[str, Any], request_id: str, asked: dict[str, dict[str, Any]]) -> bool:
    """Take this call's request off the bill: by the vendor's id, or where it gives none, alike."""
    alike = [
        found
        for found, row in asked.items()
        if row["model"] == entry["model"] and to_micros(Decimal(row["usd"])) == entry["spent_usd"]
    ]
    found = request_id if request_id in alike else next(iter(alike), "")
    return asked.pop(found, None) is not None


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
