"""The versions of a film: each kept whole when it is done, so that any of them can be it again."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from langgraph.types import StateSnapshot
from psycopg.rows import DictRow
from psycopg.types.json import Jsonb

from graph.run import Run
from graph.runs import Pool
from graph.short import SceneView, scenes_of
from providers.spending import Entry
from shortfactory.change import Change
from shortfactory.errors import InvalidInput
from shortfactory.money import ZERO
from shortfactory.story import Plain, Script

KEEP = b"""
insert into film_versions (run_id, version, tenant, checkpoint_id, state, package, asked,
    based_on, after_entry, last_entry)
select %(run)s::uuid, coalesce(max(version), 0) + 1, %(tenant)s, %(checkpoint)s, %(state)s,
    %(package)s, %(asked)s, %(based_on)s, %(after)s,
    (select coalesce(max(id), 0) from ledger where run_id = %(run)s::text)
from film_versions where run_id = %(run)s::uuid
having not coalesce(bool_or(package = %(package)s), false)
"""
LIST = b"""
select *, (select jsonb_object_agg(key, value) from jsonb_each(state)
    where key in ('script', 'scenes')) as made from film_versions
where run_id = %s::uuid order by version
"""
SCRIPT = b"""
select state -> 'script' as script from film_versions
where run_id = %s::uuid and (state ->> 'script_version')::integer = %s limit 1
"""
STATE = b"select state from film_versions where run_id = %s::uuid and version = %s"


class Version(Plain):
    """One film of a run. `calls` are those that its change made, the free ones included."""

    version: int
    current: bool
    change: Change | None = None
    by: str = ""
    based_on: int | None = None
    script: Script
    scenes: tuple[SceneView, ...]
    package: dict[str, str]
    calls: tuple[Entry, ...]
    cost_usd: Decimal
    created_at: datetime


class Versions:
    """The table of films, through a pool of everything or of one tenant."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def keep(self, run: Run, snapshot: StateSnapshot) -> None:
        """Keep the film that a run has just become; the same film again changes nothing.

        The caller holds the run's lease.
        """
        asked = (snapshot.values.get("remake") or {}).get("asked")
        facts = {
            "run": run.id,
            "tenant": run.tenant,
            "checkpoint": snapshot.config.get("configurable", {})["checkpoint_id"],
            "state": Jsonb(snapshot.values),
            "package": Jsonb(snapshot.values["package"]),
            "asked": Jsonb(asked) if asked else None,
            "based_on": asked["based_on"] if asked else None,
            "after": asked["after_entry"] if asked else 0,
        }
        async with self._pool.connection() as connection:
            await connection.execute(KEEP, facts)

    async def all(
        self, run_id: str, package: dict[str, str], calls: tuple[Entry, ...]
    ) -> tuple[Version, ...]:
        """Every film of a run, the first first; the one with this package is the current one."""
        async with self._pool.connection() as connection:
            rows = await (await connection.execute(LIST, (run_id,))).fetchall()
        return tuple(_version(row, package, calls) for row in rows)

    async def script(self, run_id: str, script_version: int) -> Script | None:
        """A version of the script, if there is a film of it."""
        async with self._pool.connection() as connection:
            cursor = await connection.execute(SCRIPT, (run_id, script_version))
            row = await cursor.fetchone()
        return Script.model_validate(row["script"]) if row else None

    async def state(self, run_id: str, version: int) -> dict[str, Any]:
        """All that the run knew when this version was done.

        Raises:
            InvalidInput: there is no such version.
        """
        async with self._pool.connection() as connection:
            row = await (await connection.execute(STATE, (run_id, version))).fetchone()
        if row is None:
            raise unknown(run_id, version)
        return row["state"]


def unknown(run_id: str, version: int) -> InvalidInput:
    """There is no film with this number."""
    return InvalidInput("version", version, f"see: shortfactory versions {run_id}")


def _version(row: DictRow, package: dict[str, str], calls: tuple[Entry, ...]) -> Version:
    asked: dict[str, Any] = row["asked"] or {"change": None, "by": ""}
    own = tuple(call for call in calls if row["after_entry"] < call.id <= row["last_entry"])
    return Version(
        version=row["version"],
        current=row["package"] == package,
        change=Change.model_validate(asked["change"]) if asked["change"] else None,
        by=asked["by"],
        based_on=row["based_on"],
        script=Script.model_validate(row["made"]["script"]),
        scenes=scenes_of(row["made"]["scenes"]),
        package=row["package"],
        calls=own,
        cost_usd=sum((call.spent_usd for call in own), ZERO),
        created_at=row["created_at"],
    )
