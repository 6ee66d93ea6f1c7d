"""What is agreed with single tenants: how long their shorts are kept."""

from __future__ import annotations

from graph.runs import Pool
from shortfactory.errors import InvalidInput
from shortfactory.story import Plain

MOST_DAYS = 36_500

KEEP = b"""
insert into tenant_policies (tenant, retention_days) values (%(tenant)s, %(days)s)
on conflict (tenant) do update set retention_days = excluded.retention_days
"""
DROP = b"delete from tenant_policies where tenant = %(tenant)s"
LIST = b"""
select tenant, retention_days, coalesce(shorts, 0) as shorts, coalesce(keys, 0) as keys
from (select tenant, count(*) as shorts from runs group by tenant) as made
full join (select tenant, count(*) as keys from api_keys group by tenant) as held using (tenant)
full join tenant_policies using (tenant)
order by tenant
"""


class Tenant(Plain):
    """One tenant; `retention_days` is None where the service's own setting holds."""

    tenant: str
    shorts: int
    keys: int
    retention_days: int | None


class Policies:
    """The table of what is agreed with tenants."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def keep_for(self, tenant: str, days: int | None) -> None:
        """Keep this tenant's finished shorts for so many days; None: as long as everybody's.

        Raises:
            InvalidInput: not 1 to 36,500 days.
        """
        if days is not None and not 1 <= days <= MOST_DAYS:
            raise InvalidInput("days", days, f"give 1 to {MOST_DAYS:,} days")
        async with self._pool.connection() as connection:
            facts = {"tenant": tenant, "days": days}
            await connection.execute(DROP if days is None else KEEP, facts)

    async def all(self) -> list[Tenant]:
        """Every tenant that has a short, a key or an agreement."""
        async with self._pool.connection() as connection:
            rows = await (await connection.execute(LIST)).fetchall()
        return [Tenant.model_validate(row) for row in rows]
