"""LangGraph's saver: a checkpoint names no class to build, and a step cut off has no result."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import WRITES_IDX_MAP
from langgraph.checkpoint.postgres.aio import AsyncPostgresSaver
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer
from langgraph.checkpoint.serde.types import ERROR
from psycopg import AsyncConnection
from psycopg.rows import DictRow
from psycopg_pool import AsyncConnectionPool


class Saver(AsyncPostgresSaver):
    """LangGraph's saver; of a step that was cut off it keeps how it ended, and no result.

    LangGraph hands over what a cancelled or failed step had written until then, often all but
    where to go next, and takes it for the whole when it resumes: the run would be over, halfway
    (langchain-ai/langgraph#8834). Without a result, the step is run again.
    """

    async def aput_writes(
        self,
        config: RunnableConfig,
        writes: Sequence[tuple[str, Any]],
        task_id: str,
        task_path: str = "",
    ) -> None:
        """Store what a step wrote, whole or not at all."""
        if any(channel == ERROR for channel, _ in writes):
            writes = [write for write in writes if write[0] in WRITES_IDX_MAP]
        await super().aput_writes(config, writes, task_id, task_path)


def saver(
    connections: AsyncConnectionPool[AsyncConnection[DictRow]] | AsyncConnection[DictRow],
) -> Saver:
    """Make a saver for one run: each serialises its queries, so runs do not share one.

    State is plain JSON: the serializer builds no class that a row names (CVE-2026-28277). This
    is LANGGRAPH_STRICT_MSGPACK, which is only read when LangGraph is first imported, made sure.
    """
    return Saver(connections, serde=JsonPlusSerializer(allowed_msgpack_modules=None))
