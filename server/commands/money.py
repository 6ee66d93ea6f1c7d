"""estimate and costs."""

from __future__ import annotations

import asyncio
import csv
import io
import sys
from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, get_args

from rich.markup import escape
from rich.table import Table

from graph.database import open_database
from providers.catalog import plan_for
from providers.economy import cheaper, patient
from providers.estimate import Estimate
from providers.estimate import estimate as price
from providers.offline.script_file import parse_script
from providers.spending import By, Spending, Total
from server.ordering import budget_of, patience_of, providers_of, topic_of
from server.screen import choice_line, notes, print_json, result
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
    models = plan_for(settings, providers_of(wish.providers, settings))
    plan = patient(models, patience_of(wish.patience))
    about: Topic | Script = parse_script(topic.script, topic) if topic.script else topic
    now = datetime.now(UTC)
    found = price(about, plan, settings.graph, now)
    choices = cheaper(about, plan, settings.graph, now, may_wait=True)
    if as_json:
        document: dict[str, Any] = {"estimate": found.model_dump(mode="json")}
        document["cheaper"] = [choice.model_dump(mode="json") for choice in choices]
        print_json({**document, "budget_usd": str(budget_usd)})
    else:
        result().print(_table(found))
        for choice in choices:
            result().print(escape(choice_line(choice.model_dump(mode="json"))))
        _say_fit(found, budget_usd)
    return 0


def costs(as_json: bool, by: str, since: str, until: str, as_csv: bool) -> int:
    """Print sums of the ledger, from `since` to before `until`."""
    known: tuple[By, ...] = get_args(By)
    if by not in known:
        raise InvalidInput("by", by, f"use one of {', '.join(known)}")
    days = (_day("since", since), _day("until", until))
    totals = asyncio.run(_totals(Settings(), by, *days))
    if as_json:
        print_json({"by": by, "totals": [total.model_dump(mode="json") for total in totals]})
    elif as_csv:
        sys.stdout.write(totals_csv(by, totals))
    elif totals:
        result().print(_totals_table(by, totals))
    else:
        notes().print("Nothing was spent yet.")
    return 0


def totals_csv(by: str, totals: Sequence[Total]) -> str:
    """One line per sum, with exact dollars. A key that a spreadsheet would compute is quoted."""
    sheet = io.StringIO()
    lines = csv.writer(sheet, lineterminator="\n")
    fields = [name for name in Total.model_fields if name != "key"]
    lines.writerow([by, *fields])
    for total in totals:
        key = f"'{total.key}" if total.key[:1] in tuple("=+-@\t\r") else total.key
        lines.writerow([key, *(getattr(total, name) for name in fields)])
    return sheet.getvalue()


def _day(name: str, given: str) -> date | None:
    if not given:
        return None
    try:
        return date.fromisoformat(given)
    except ValueError:
        raise InvalidInput(name, given, "give a day, like 2026-11-01") from None


async def _totals(
    settings: Settings, by: By, since: date | None, until: date | None
) -> tuple[Total, ...]:
    async with open_database(settings) as database:
        return await Spending(database.pool).totals(by, since=since, until=until)


def _table(found: Estimate) -> Table:
    table = Table("", "Calls", "Usually", "At worst", box=None)
    rows: list[tuple[str, Any]] = [("Writing", found.writing), ("Character sheets", found.sheets)]
    for scene in found.scenes:
        rows += [(f"Scene {scene.number} picture", scene.picture)]
        rows += [(f"Scene {scene.number} voice", scene.voice)]
    for name, part in rows:
        table.add_row(name, str(part.calls), dollars(part.expected_usd), dollars(part.worst_usd))
    table.add_row("Together", "", dollars(found.expected_usd), dollars(found.worst_usd))
    table.add_row("Needed, each call at its worst while it is made", "", dollars(found.needed_usd))
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
