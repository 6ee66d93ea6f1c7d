"""Telling people once when a spending limit is half used, nearly used, and used up.

What is used is what counts against the limit: spent, or held for calls on their way. A limit that a
call ran into counts as used up, even where a few cents are left of it.
"""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from decimal import Decimal

from opentelemetry import metrics

from providers.ledger import Bill
from providers.postgres import Pool, query
from shortfactory import telemetry
from shortfactory.money import show
from shortfactory.settings import BudgetSettings
from shortfactory.story import Plain

log = logging.getLogger("shortfactory.budget")

THRESHOLDS = (50, 80, 100)


class Alert(Plain):
    """One threshold of one limit that was passed for the first time."""

    id: int
    limit_name: str
    realm: str
    scope: str
    period: str
    percent: int
    limit_usd: Decimal
    spent_usd: Decimal
    at: datetime

    def __str__(self) -> str:
        """Say it in a sentence."""
        name, when = self.limit_name.replace("_", " "), f" on {self.period}" if self.period else ""
        return (
            f"{self.percent} % of the {name} limit {show(self.limit_usd)} is used by "
            f"{self.scope}{when}: {show(self.spent_usd)}."
        )


class Alerts:
    """Compares what was spent with the limits after each call, in one statement."""

    def __init__(self, pool: Pool, limits: BudgetSettings) -> None:
        """Look through this pool, at these limits."""
        self._pool, self._limits = pool, limits
        self._told = metrics.get_meter("shortfactory").create_counter(telemetry.METRIC_ALERTS)

    async def look(self, bill: Bill, at: datetime, reached: str = "") -> tuple[Alert, ...]:
        """Write and tell every threshold passed now; `reached` names a limit that refused a call.

        Raises:
            StorageError: the database cannot be reached.
        """
        payer, day = bill.payer, at.astimezone(UTC).date()
        facts = {
            "run": payer.run_id,
            "tenant": payer.tenant,
            "realm": bill.realm,
            "day": day,
            "short_usd": payer.budget_usd,
            "tenant_day_usd": self._limits.tenant_day_usd,
            "deployment_day_usd": self._limits.deployment_day_usd,
            "deployment_month_usd": self._limits.deployment_month_usd,
            "thresholds": list(THRESHOLDS),
            "reached": reached,
        }
        found = await query(self._pool, _LOOK, facts, what="budget alerts")
        alerts = tuple(Alert.model_validate(row) for row in found)
        for alert in alerts:
            self._tell(alert)
        return alerts

    def _tell(self, alert: Alert) -> None:
        facts = {"limit": alert.limit_name, "percent": alert.percent}
        self._told.add(1, facts)
        about = alert.model_dump(mode="json", exclude={"id"})
        log.warning("%s", alert, extra={"action": "budget_alert", **about})


_LOOK = """
with used as (
  select 'short' as name, %(run)s::text as scope, '' as period, %(short_usd)s::numeric as limit_usd,
    (select sum(held_usd) from ledger where run_id = %(run)s) as usd
  union all
  select 'tenant_day', %(tenant)s, %(day)s::date::text, %(tenant_day_usd)s,
    (select sum(held_usd) from ledger_day
     where realm = %(realm)s and day = %(day)s and tenant = %(tenant)s)
  union all
  select 'deployment_day', 'deployment', %(day)s::date::text, %(deployment_day_usd)s,
    (select sum(held_usd) from ledger_day where realm = %(realm)s and day = %(day)s)
  union all
  select 'deployment_month', 'deployment', to_char(%(day)s::date, 'YYYY-MM'),
    %(deployment_month_usd)s,
    (select sum(held_usd) from ledger_day where realm = %(realm)s
     and day >= date_trunc('month', %(day)s::date)::date
     and day < (date_trunc('month', %(day)s::date) + interval '1 month')::date)
)
insert into budget_alerts (limit_name, realm, scope, period, percent, limit_usd, spent_usd)
select name, %(realm)s, scope, period, percent, limit_usd, coalesce(usd, 0)
from used, unnest(%(thresholds)s::integer[]) as percent
where coalesce(usd, 0) * 100 >= limit_usd * percent or name = %(reached)s and percent = 100
order by name, percent
on conflict on constraint budget_alerts_once do nothing
returning id, limit_name, realm, scope, period, percent, limit_usd, spent_usd, at
"""
