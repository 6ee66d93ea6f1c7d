"""The tables of procrastinate, from the SQL files that it ships, kept up with its version."""

from __future__ import annotations

import importlib.util
from importlib.metadata import version
from pathlib import Path

JOBS = "procrastinate"


def installed() -> str:
    """The version whose tables this program needs."""
    return version(JOBS)


def statements(applied: str | None) -> list[bytes]:
    """What brings a database from the version in `applied` (None: no tables) to the installed."""
    spec = importlib.util.find_spec(JOBS)
    assert spec is not None, "procrastinate is a dependency"
    assert spec.origin is not None, "procrastinate is a folder"
    folder = Path(spec.origin).parent / "sql"
    if applied is None:
        return [(folder / "schema.sql").read_bytes()]
    known = _number(applied)
    files = sorted((folder / "migrations").glob("[0-9]*.sql"))
    return [file.read_bytes() for file in files if _number(file.name.partition("_")[0]) > known]


def _number(name: str) -> tuple[int, ...]:
    return tuple(int(part) for part in name.split(".")[:3] if part.isdecimal())
