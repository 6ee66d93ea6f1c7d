"""Every request that reached the simulator, and what a real vendor would have charged for it."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from threading import Lock
from typing import Any

from pydantic import Field

from shortfactory.story import Plain

EXCERPT_CHARACTERS = 160


class Row(Plain):
    """One request. `usd` is at list price and true, whatever the reply claimed to have used."""

    number: int
    scenario: str
    vendor: str
    kind: str
    model: str
    method: str
    path: str
    key: str  # "accepted", "wrong" or "missing": a real key sent by mistake is never kept
    text: str = ""
    """What was asked, shortened; of a narration whole, because its vendor's history shows it."""
    target: str = ""
    http_status: int
    outcome: str
    fault: str = ""
    units: dict[str, int] = Field(default_factory=dict)
    usd: Decimal = Decimal(0)
    request_id: str = ""
    item_id: str = ""
    at_unix_s: float = 0.0
    started_s: float
    seconds: float


class Bill:
    """An append-only list of rows, safe to read from another thread."""

    def __init__(self) -> None:
        """Start with nothing owed."""
        self._rows: list[Row] = []
        self._lock = Lock()

    def add(self, **facts: Any) -> Row:
        """Record one finished request; `number` counts from 1."""
        with self._lock:
            if facts["kind"] != "voice":
                facts["text"] = facts.get("text", "")[:EXCERPT_CHARACTERS]
            row = Row(number=len(self._rows) + 1, **facts)
            self._rows.append(row)
            return row

    def rows(self, scenario: str | None = None) -> tuple[Row, ...]:
        """All rows in the order in which the requests ended, or those of one scenario."""
        with self._lock:
            kept = tuple(self._rows)
        return kept if scenario is None else tuple(r for r in kept if r.scenario == scenario)

    def clear(self) -> None:
        """Forget every row."""
        with self._lock:
            self._rows.clear()

    def total_usd(self, scenario: str | None = None) -> Decimal:
        """The sum of all rows, exact."""
        return sum((row.usd for row in self.rows(scenario)), Decimal(0))

    def summary(self, scenario: str | None = None) -> dict[str, Any]:
        """Totals and rows as JSON: dollars as strings so that no cent is rounded."""
        rows = self.rows(scenario)
        by_model: dict[str, Decimal] = {}
        for row in rows:
            by_model[row.model or row.path] = (
                by_model.get(row.model or row.path, Decimal(0)) + row.usd
            )
        return {
            "total_usd": str(self.total_usd(scenario)),
            "requests": len(rows),
            "by_model_usd": {model: str(usd) for model, usd in by_model.items()},
            "by_outcome": dict(Counter(row.outcome for row in rows)),
            "rows": [row.model_dump(mode="json") for row in rows],
        }

    def requests(self, scenario: str | None = None) -> list[dict[str, Any]]:
        """How often each method and path was asked, and with what sort of key."""
        counted = Counter((row.method, row.path, row.key) for row in self.rows(scenario))
        return [
            {"method": method, "path": path, "key": key, "count": count}
            for (method, path, key), count in counted.items()
        ]
