"""Budget alerts on their way to somebody: each is handed out until it is delivered, then never."""

from __future__ import annotations

from providers.alerts import Alert
from providers.postgres import Pool, query

FIRST_WAIT_S = 30  # longer than one try takes; each later wait is twice as long
KEPT_H = 24  # what passed before anybody wanted to be told is no news


class Outbox:
    """The alerts of the last day that nobody has been told of; shared by all processes."""

    def __init__(self, pool: Pool, most_tries: int) -> None:
        """Hand out each alert at most so many times."""
        self._pool, self._most_tries = pool, most_tries

    async def take(self) -> Alert | None:
        """The oldest alert that is due, for one try; nobody else gets it until its wait is over.

        Raises:
            StorageError: the database cannot be reached.
        """
        facts = {"tries": self._most_tries, "wait_s": FIRST_WAIT_S, "kept_h": KEPT_H}
        rows = await query(self._pool, _TAKE, facts, what="budget alerts")
        return Alert.model_validate(rows[0]) if rows else None

    async def delivered(self, alert: Alert) -> None:
        """Never hand out this one again; raises like `take`."""
        await query(self._pool, _DELIVERED, {"id": alert.id}, what="budget alerts")


_TAKE = """
update budget_alerts set tries = tries + 1, tried_at = clock_timestamp()
where id = (
  select id from budget_alerts
  where delivered_at is null and tries < %(tries)s
    and at > now() - make_interval(hours => %(kept_h)s)
    and (tried_at is null
      or tried_at + make_interval(secs => %(wait_s)s * 2 ^ (tries - 1)) <= now())
  order by id limit 1 for update skip locked
)
returning id, limit_name, realm, scope, period, percent, limit_usd, spent_usd, at
"""
_DELIVERED = "update budget_alerts set delivered_at = clock_timestamp() where id = %(id)s"
