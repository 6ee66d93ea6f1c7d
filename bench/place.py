"""A folder of its own for each measurement, which Postgres can reach."""

from __future__ import annotations

import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def open_place(name: str) -> Generator[Path]:
    """An empty folder that goes with the block; `name` says in its own name what it is for."""
    with tempfile.TemporaryDirectory(prefix=f"shortfactory-{name}-") as folder:
        place = Path(folder)
        place.chmod(0o711)  # Postgres runs under another account
        yield place
