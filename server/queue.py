"""The queue's connection to Postgres, which a restart of the server does not end."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable
from typing import LiteralString

import psycopg
from procrastinate import PsycopgConnector
from procrastinate.connector import Notify
from procrastinate.exceptions import ConnectorException

log = logging.getLogger(__name__)

AGAIN_S = 1.0


class QueueConnector(PsycopgConnector):
    """procrastinate's own, where a lost connection is no reason to stop the whole worker.

    What stops it cancels every short in hand, and with them the calls they have paid for.
    """

    async def listen_notify(self, on_notification: Notify, channels: Iterable[str]) -> None:
        """Listen, and listen again; what comes in between is found by asking for jobs."""
        while True:
            try:
                await super().listen_notify(on_notification, channels)
            except ConnectorException as error:
                told = error.__cause__ or error
                log.warning("The queue's ear: %s", told, extra={"action": "queue_lost_database"})
            await asyncio.sleep(AGAIN_S)

    async def execute_query_async(self, query: LiteralString, **arguments: object) -> None:
        """Run it, and once more when the connection broke: ends of jobs and heartbeats.

        Done twice, an end is refused the second time, and a heartbeat does no harm; not done at
        all, the job would look busy, and keep its tenant's place, as long as this worker lives.
        """
        try:
            await super().execute_query_async(query, **arguments)
        except ConnectorException as error:
            if not isinstance(error.__cause__, psycopg.OperationalError):
                raise
            await super().execute_query_async(query, **arguments)
