"""doctor: what this machine has, what is missing, and the cure."""

from __future__ import annotations

from rich.markup import escape
from rich.table import Table

from server.checks import Check, run_checks
from server.failures import EXIT_DONE, EXIT_USAGE
from server.screen import print_json, result
from shortfactory.settings import Settings

MARKS = {"ok": "[green]✓[/]", "warning": "[yellow]![/]", "missing": "[red]✗[/]"}


def doctor(as_json: bool) -> int:
    """Print every check; exit 2 when something that is needed is missing."""
    checks = run_checks(Settings())
    healthy = not any(check.state == "missing" for check in checks)
    if as_json:
        print_json({"healthy": healthy, "checks": [check.model_dump() for check in checks]})
    else:
        result().print(_table(checks))
    return EXIT_DONE if healthy else EXIT_USAGE


def _table(checks: list[Check]) -> Table:
    table = Table("", "", "", box=None, show_header=False)
    for check in checks:
        found = escape(f"{check.found}\n{check.cure}".strip())
        table.add_row(MARKS[check.state], check.name, found)
    return table
