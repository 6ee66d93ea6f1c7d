"""Which files of the artifact store a run needs: those its state names and those it paid for."""

from __future__ import annotations

import re
from collections.abc import Collection

from psycopg import AsyncConnection
from psycopg.rows import DictRow

from graph.drive import config_of
from graph.line import Lines
from graph.run import Run
from graph.runs import Pool

HASH = re.compile(r"'([0-9a-f]{64})'")

KEEP = b"""
insert into artifact_refs (run_id, sha256) select %s, unnest(%s::text[]) on conflict do nothing
"""
RELEASED = b"""
select distinct sha256 from artifact_refs mine
where run_id = any(%(runs)s::uuid[]) and not exists (select 1 from artifact_refs other
    where other.sha256 = mine.sha256 and other.run_id <> all(%(runs)s::uuid[]))
"""


async def keep_references(pool: Pool, lines: Lines, run: Run) -> None:
    """Write the hashes that this run needs: of media, and of the records of its calls."""
    snapshot = await lines.graph(run.providers).aget_state(config_of(run.id))
    needed = set(HASH.findall(str(snapshot.values)))
    for entry in await lines.ledger.rows(run.id):
        record = await lines.store.recall(entry.call_key)
        needed |= {entry.call_key, *HASH.findall(str(record))}
    async with pool.connection() as connection:
        await connection.execute(KEEP, (run.id, sorted(needed)))


async def needed_by_no_other(
    connection: AsyncConnection[DictRow], run_ids: Collection[str]
) -> list[str]:
    """The hashes that only these runs need."""
    cursor = await connection.execute(RELEASED, {"runs": list(run_ids)})
    return [row["sha256"] for row in await cursor.fetchall()]
