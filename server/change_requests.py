"""Changes of films as they came in with a key: the same request sent twice is one change."""

from __future__ import annotations

from typing import NamedTuple
from uuid import uuid4

from graph.runs import Pool
from server.repeats import Table, made_before

TABLE = Table(
    insert=b"""
insert into change_requests (id, run_id, tenant, idempotency_key, request_sha256)
values (%(id)s, %(run_id)s, %(tenant)s, %(key)s, %(sha256)s)
on conflict (tenant, idempotency_key) do nothing
""",
    find=b"""
select id::text, request_sha256, taken_at is not null as taken from change_requests
where tenant = %(tenant)s and idempotency_key = %(key)s
""",
)
WITHDRAW = b"delete from change_requests where id = %s and taken_at is null"
TAKEN = b"select 1 from change_requests where id = %s and taken_at is not null"


class Asking(NamedTuple):
    """Who asks for a change of which film, and how the request is known again."""

    tenant: str
    key: str
    run_id: str
    sha256: str


class Claim(NamedTuple):
    """The id of the change, and whether it is recorded."""

    id: str
    taken: bool


class ChangeRequests:
    """The table of changes with keys, through one tenant's pool."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def claim(self, asking: Asking) -> Claim:
        """The change for this request: a new one, or that of the same request before.

        Raises:
            KeyReused: the key came with another request before.
        """
        facts = {**asking._asdict(), "id": uuid4()}
        row = await made_before(self._pool, TABLE, facts)
        return Claim(row["id"], row["taken"]) if row else Claim(str(facts["id"]), taken=False)

    async def withdraw(self, claim: Claim) -> None:
        """Forget a request that was refused: corrected, it may come with the same key."""
        async with self._pool.connection() as connection:
            await connection.execute(WITHDRAW, (claim.id,))

    async def taken(self, claim: Claim) -> bool:
        """Whether it is recorded by now, by this request or by a twin of it."""
        async with self._pool.connection() as connection:
            return await (await connection.execute(TAKEN, (claim.id,))).fetchone() is not None
