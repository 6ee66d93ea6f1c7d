"""The queue's connection: broken, it is made again, and what had to be written is written."""

import asyncio

import psycopg
import pytest
from procrastinate.exceptions import ConnectorException

from graph.ending import end
from server import queue as queue_module
from server.queue import QueueConnector

CUT = """
select pg_terminate_backend(pid) from pg_stat_activity
where datname = current_database() and pid <> pg_backend_pid()
"""
DIE_ONCE = "select pg_terminate_backend(pg_backend_pid()) where nextval('times') = 1"


@pytest.fixture
async def connector(database_url):
    opened = QueueConnector(conninfo=database_url, min_size=1, max_size=2)
    await opened.open_async()
    yield opened
    await opened.close_async()


async def test_what_broke_off_is_written_again(connector):
    await connector.execute_query_async("create sequence times")
    await connector.execute_query_async(DIE_ONCE)
    row = await connector.execute_query_one_async("select last_value from times")
    assert row == {"last_value": 2}


async def test_what_postgres_refuses_is_not_asked_again(connector):
    await connector.execute_query_async("create sequence times")
    with pytest.raises(ConnectorException):
        await connector.execute_query_async("select 1 / (nextval('times') - 1)")
    row = await connector.execute_query_one_async("select last_value from times")
    assert row == {"last_value": 1}


async def test_a_cut_listener_listens_again(connector, database_url, monkeypatch):
    monkeypatch.setattr(queue_module, "AGAIN_S", 0.05)
    heard = asyncio.Event()

    async def hear(*, channel, payload):
        heard.set()

    listening = asyncio.create_task(connector.listen_notify(hear, ["work"]))
    async with await psycopg.AsyncConnection.connect(database_url, autocommit=True) as other:
        await _told(other, heard)
        await other.execute(CUT)
        heard.clear()
        await _told(other, heard)
    await end(listening)


async def _told(connection, heard):
    async with asyncio.timeout(20):
        while not heard.is_set():
            await connection.execute("notify work, '{}'")
            await asyncio.sleep(0.02)
