"""Orders as they came in: the same order sent twice is one short."""

from __future__ import annotations

from typing import NamedTuple
from uuid import uuid4

from graph.runs import Pool
from server.problems import KeyReused

# Of two at once, the second waits for the first and then finds its row.
INSERT = b"""
insert into submissions (run_id, tenant, idempotency_key, request_sha256, webhook_url)
values (%(run_id)s, %(tenant)s, %(key)s, %(sha256)s, %(webhook_url)s)
on conflict (tenant, idempotency_key) do nothing
"""
FIND = b"""
select run_id::text, request_sha256 from submissions
where tenant = %(tenant)s and idempotency_key = %(key)s
"""


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
        facts = {**receipt._asdict(), "run_id": run_id}
        async with self._pool.connection() as connection:
            inserted = await connection.execute(INSERT, facts)
            if inserted.rowcount:
                return run_id
            row = await (await connection.execute(FIND, facts)).fetchone()
        assert row is not None, "the conflict was with this row"
        if row["request_sha256"] != receipt.sha256:
            raise KeyReused(receipt.key or "")
        return row["run_id"]

    async def withdraw(self, run_id: str) -> None:
        """Forget an order that was refused: corrected, it may come with the same key."""
        async with self._pool.connection() as connection:
            await connection.execute("delete from submissions where run_id = %s", (run_id,))
