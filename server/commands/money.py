"""estimate and costs."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, get_args

from rich.markup import escape
from rich.table import Table

from graph.database import open_database
from providers.catalog import plan_for
from providers.estimate import Estimate
from providers.estimate import estimate as price
from providers.offline.script_file import parse_script
from providers.spending import By, Spending, Total
from server.ordering import budget_of, providers_of, topic_of
from server.screen import notes, print_json, result
from server.wish import Wish
from shortfactory.errors import InvalidInput
from shortfactory.money import show as dollars
from shortfactory.settings import Settings
from shortfactory.story import Script, Topic


def estimate(as_json: bool, wish: Wish) -> int:
    """Print what the plan of these providers would cost; needs no database and no network."""
    settings = Settings()
    topic = topic_of(wish)
    budget_usd = budget_of(wish.budget, settings)
    plan = plan_for(settings, providers_of(wish.providers, settings))
    about: Topic | Script = parse_script(topic.script, topic) if topic.script else topic
    found = price(about, plan, settings.graph, datetime.now(UTC))
    if as_json:
        print_json({"estimate": found.model_dump(mode="json"), "budget_usd": str(budget_usd)})
    else:
        result().print(_table(found))
        _say_fit(found, budget_usd)
    return 0


def costs(as_json: bool, by: str) -> int:
    """Print sums of the ledger."""
    known: tuple[By, ...] = get_args(By)
    if by not in known:
        raise InvalidInput("by", by, f"use one of {', '.join(known)}")
    totals = asyncio.run(_totals(Settings(), by))
    if as_json:
        print_json({"by": by, "totals": [total.model_dump(mode="json") for total in totals]})
    elif totals:
        result().print(_totals_table(by, totals))
    else:
        notes().print("Nothing was spent yet.")
    return 0


async def _totals(settings: Settings, by: By) -> tuple[Total, ...]:
    async with open_database(settings) as database:
        return await Spending(database.pool).totals(by)


def _table(found: Estimate) -> Table:
    table = Table("", "Calls", "Usually", "At worst", box=None)
    rows: list[tuple[str, Any]] = [("Writing", found.writing), ("Character sheets", found.sheets)]
    for scene in found.scenes:
        rows += [(f"Scene {scene.number} picture", scene.picture)]
        rows += [(f"Scene {scene.number} voice", scene.voice)]
    for name, part in rows:
        table.add_row(name, str(part.calls), dollars(part.expected_usd), dollars(part.worst_usd))
    table.add_row("Together", "", dollars(found.expected_usd), dollars(found.worst_usd))
    return table


def _say_fit(found: Estimate, budget_usd: Decimal) -> None:
    if found.needed_usd > budget_usd:
        notes().print(
            f"It needs {dollars(found.needed_usd)}, and the limit is {dollars(budget_usd)}: "
            "it would be made more cheaply, or wait. Give more with --budget."
        )


def _totals_table(by: str, totals: tuple[Total, ...]) -> Table:
    table = Table(by.capitalize(), "Calls", "From store", "Spent", "Reserved", "Saved", box=None)
    for total in totals:
        table.add_row(
            escape(total.key),
            str(total.calls),
            str(total.cached),
            dollars(total.spent_usd),
            dollars(total.reserved_usd),
            dollars(total.saved_usd),
        )
    return table
