"""One PostgreSQL for the whole session, one clean database for each test that asks."""

import asyncio
import os
import shutil
import tempfile
import threading
import time
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo

from graph.database import connect
from graph.home import prepare_home
from graph.migrate import migrate
from graph.postgres import local_postgres
from shortfactory.settings import Settings

LEAKS = ("SHORTFACTORY_", "GOOGLE_", "GEMINI_", "ELEVENLABS_", "LANGSMITH_", "LANGCHAIN_")

TIDE = """---
description: Why the sea comes and goes.
hashtags: tide, moon
---

# Tide

## One
The sea breathes twice a day.

> A wide sea under a full moon

## Two
The moon pulls, and the water follows.

> The moon above a harbour at night
"""


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch, request):
    """No key or setting of the person who runs the tests reaches a test, unless it is live."""
    if request.node.get_closest_marker("live") is None:
        for name in [name for name in os.environ if name.startswith(LEAKS)]:
            monkeypatch.delenv(name)


@pytest.fixture(scope="session")
def tide():
    """A script of two scenes, with the description and hashtags that nobody has to write then."""
    return TIDE


@pytest.fixture(scope="session")
def postgres_server():
    """The address of a server of our own, in a folder that its account can reach."""
    home = prepare_home(Path(tempfile.mkdtemp(prefix="shortfactory-tests-")))
    home.chmod(0o711)
    loop = asyncio.new_event_loop()
    server = local_postgres(home)
    dsn = loop.run_until_complete(server.__aenter__())
    try:
        yield dsn
    finally:
        loop.run_until_complete(server.__aexit__(None, None, None))
        loop.close()
        wait_until(lambda: not (home / "postgres/18/postmaster.pid").exists())
        shutil.rmtree(home)


def wait_until(happened, deadline_s=20.0):
    """Poll for something that another process does; fail at the deadline."""
    end = time.monotonic() + deadline_s
    while not happened():
        assert time.monotonic() < end, "it did not happen in time"
        threading.Event().wait(0.02)


@pytest.fixture(scope="session")
def template_database(postgres_server):
    """The name of a migrated database that every test copies."""
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute("create database template_short")
    asyncio.run(migrate(make_conninfo(postgres_server, dbname="template_short")))
    return "template_short"


@pytest.fixture(scope="session")
def new_database(postgres_server, template_database):
    """Opens empty, migrated databases: gives the address of one, and drops it in the end."""

    @contextmanager
    def opened():
        name = f"test_{uuid4().hex}"
        with psycopg.connect(postgres_server, autocommit=True) as connection:
            connection.execute(
                sql.SQL("create database {} template {}").format(
                    sql.Identifier(name), sql.Identifier(template_database)
                )
            )
            yield make_conninfo(postgres_server, dbname=name)
            connection.execute(
                sql.SQL("drop database {} with (force)").format(sql.Identifier(name))
            )

    return opened


@pytest.fixture
def database_url(new_database):
    """The address of a database for this test alone."""
    with new_database() as url:
        yield url


@pytest.fixture(scope="module")
def module_database_url(new_database):
    """The address of a database for all tests of a module."""
    with new_database() as url:
        yield url


@pytest.fixture
async def database(database_url):
    """An open `graph.database.Database` on this test's own database."""
    async with connect(database_url) as opened:
        yield opened


@pytest.fixture
def settings(tmp_path, database_url, clean_environment):
    """Settings with an empty data home and this test's database; nothing from outside."""
    return Settings(_env_file=None, home=tmp_path / "home", database_url=database_url)
