"""Requests that carry a key: the first one makes a row, and the same one again finds it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from graph.runs import Pool
from server.problems import KeyReused


class Table(NamedTuple):
    """How a table takes a request, and how it finds the one that came before with its key."""

    insert: bytes
    """Does nothing where the key is known. Of two at once, the second waits for the first."""
    find: bytes


async def made_before(pool: Pool, table: Table, facts: Mapping[str, Any]) -> dict[str, Any] | None:
    """Insert the request, or give the row that the same request made before.

    `facts` are what both statements name, among them `key` and the request's `sha256`.

    Raises:
        KeyReused: the key came with another request before.
    """
    async with pool.connection() as connection:
        if (await connection.execute(table.insert, facts)).rowcount:
            return None
        row = await (await connection.execute(table.find, facts)).fetchone()
    assert row is not None, "the conflict was with this row"
    if row["request_sha256"] != facts["sha256"]:
        raise KeyReused(facts["key"])
    return row
