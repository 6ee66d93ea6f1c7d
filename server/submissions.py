"""Orders as they came in: the same order sent twice is one short."""

from __future__ import annotations

from typing import NamedTuple
from uuid import uuid4

from graph.runs import Pool
from server.repeats import Table, made_before

TABLE = Table(
    insert=b"""
insert into submissions (run_id, tenant, idempotency_key, request_sha256, webhook_url)
values (%(run_id)s, %(tenant)s, %(key)s, %(sha256)s, %(webhook_url)s)
on conflict (tenant, idempotency_key) do nothing
""",
    find=b"""
select run_id::text, request_sha256 from submissions
where tenant = %(tenant)s and idempotency_key = %(key)s
""",
)


class Receipt(NamedTuple):
    """Who orders, how the request is known again, and whom to tell."""

    tenant: str
    key: str | None
    sha256: str
    webhook_url: str | None


class Submissions:
    """The table of orders, through one tenant's pool."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def claim(self, receipt: Receipt) -> str:
        """The id of the run for this order: a new one, or that of the same order before.

        Raises:
            KeyReused: the key came with another request before.
        """
        run_id = str(uuid4())
        row = await made_before(self._pool, TABLE, {**receipt._asdict(), "run_id": run_id})
        return row["run_id"] if row else run_id

    async def withdraw(self, run_id: str) -> None:
        """Forget an order that was refused: corrected, it may come with the same key."""
        async with self._pool.connection() as connection:
            await connection.execute("delete from submissions where run_id = %s", (run_id,))
