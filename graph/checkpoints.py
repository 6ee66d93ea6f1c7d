"""LangGraph's saver, set up so that a checkpoint can never name a class to build."""

from __future__ import annotations

from langgraph.checkpoint.postgres.aio import AsyncPostgresSaver
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer
from psycopg import AsyncConnection
from psycopg.rows import DictRow
from psycopg_pool import AsyncConnectionPool


def saver(
    connections: AsyncConnectionPool[AsyncConnection[DictRow]] | AsyncConnection[DictRow],
) -> AsyncPostgresSaver:
    """Make a saver for one run: each serialises its queries, so runs do not share one.

    State is plain JSON: the serializer builds no class that a row names (CVE-2026-28277). This
    is LANGGRAPH_STRICT_MSGPACK, which is only read when LangGraph is first imported, made sure.
    """
    return AsyncPostgresSaver(connections, serde=JsonPlusSerializer(allowed_msgpack_modules=None))
