"""Opening, migrating and leasing: what two processes at once, newer data and lost servers do."""

import asyncio
import os
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from graph.database import open_database
from graph.home import FORMAT, prepare_home
from graph.jobs_schema import JOBS
from graph.migrate import FOLDER, SAVER, migrate
from graph.run import Holder
from shortfactory.errors import (
    ConfigurationError,
    DatabaseLost,
    RunBusy,
    StorageError,
    UnknownRun,
)
from shortfactory.order import Order
from shortfactory.settings import Settings
from shortfactory.story import Topic

ROOT = Path(__file__).parents[2]
ORDER = Order(topic=Topic(text="Bees"), providers="offline", budget_usd=Decimal("0.25"))
HOLD = """
import asyncio, sys
from pathlib import Path
from graph.database import open_database
from shortfactory.settings import Settings

async def main():
    settings = Settings(_env_file=None, home=Path(sys.argv[1]), database_url=sys.argv[2])
    async with open_database(settings) as database, database.lease(sys.argv[3]):
        print("held", flush=True)
        await asyncio.to_thread(sys.stdin.read)

asyncio.run(main())
"""


@pytest.fixture
def empty_database(postgres_server, request):
    name = f"empty_{os.getpid()}_{abs(hash(request.node.name))}"
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute(f"create database {name}")
        yield make_conninfo(postgres_server, dbname=name)
        connection.execute(f"drop database {name} with (force)")


async def test_an_empty_database_is_migrated_once_by_many_at_once(empty_database):
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(migrate(empty_database)) for _ in range(4)]
    names = [*sorted(file.name for file in FOLDER.glob("*.sql")), JOBS, SAVER]
    assert sorted(task.result() for task in tasks) == [[], [], [], names]


async def test_migrations_are_applied_in_order_and_only_the_missing_ones(empty_database, tmp_path):
    (tmp_path / "0001_a.sql").write_text("create table a (x int);")
    assert (await migrate(empty_database, tmp_path))[0] == "0001_a.sql"
    (tmp_path / "0003_c.sql").write_text("insert into a select y from b;")
    (tmp_path / "0002_b.sql").write_text("create table b (y int); insert into b values (7);")
    assert await migrate(empty_database, tmp_path) == ["0002_b.sql", "0003_c.sql"]


async def test_a_migration_that_fails_leaves_nothing(empty_database, tmp_path):
    (tmp_path / "0001_a.sql").write_text("create table a (x int); select nonsense;")
    with pytest.raises(psycopg.errors.UndefinedColumn):
        await migrate(empty_database, tmp_path)
    (tmp_path / "0001_a.sql").write_text("create table a (x int);")
    assert (await migrate(empty_database, tmp_path))[0] == "0001_a.sql"


async def test_a_database_of_a_newer_version_is_left_alone(database_url, tmp_path):
    with pytest.raises(ConfigurationError, match=r"newer ShortFactory: it has 0001_runs\.sql"):
        await migrate(database_url, tmp_path)


async def test_a_changed_migration_is_refused(database_url, tmp_path):
    for file in FOLDER.glob("*.sql"):
        (tmp_path / file.name).write_text(file.read_text() + "\n-- changed")
    with pytest.raises(ConfigurationError, match=r"0001_runs\.sql was changed"):
        await migrate(database_url, tmp_path)


async def test_settings_open_a_database_with_every_table(settings):
    async with open_database(settings) as database:
        assert (await database.version()).startswith("18.")
        assert await database.runs.list() == []
    assert (settings.home / "format").read_text() == f"{FORMAT}\n"


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("postgresql://me:hunter2@127.0.0.1:1/x", "does not answer"),
        ("host=localhost password=hunter2 nonsense", "is not an address"),
    ],
)
async def test_an_unusable_address_is_named_without_its_password(tmp_path, url, message):
    settings = Settings(_env_file=None, home=tmp_path, database_url=url)
    with pytest.raises((StorageError, ConfigurationError), match=message) as caught:
        async with open_database(settings):
            pass
    assert "hunter2" not in str(caught.value)
    assert "SHORTFACTORY_DATABASE_URL" in str(caught.value)


def test_a_home_of_a_newer_version_is_left_alone(tmp_path):
    (tmp_path / "format").write_text("7\n")
    with pytest.raises(ConfigurationError, match="has format '7', and this version knows up to"):
        prepare_home(tmp_path)


def test_a_home_that_is_a_file_is_refused(tmp_path):
    (tmp_path / "home").write_text("")
    with pytest.raises(ConfigurationError, match="SHORTFACTORY_HOME"):
        prepare_home(tmp_path / "home")


def test_a_home_that_cannot_be_made_is_refused():
    with pytest.raises(ConfigurationError, match="cannot be used"):
        prepare_home(Path("/proc/shortfactory"))


async def test_a_run_is_leased_to_one_and_the_other_is_told_whom(database):
    run = await database.runs.create(ORDER)
    async with database.lease(run.id):
        with pytest.raises(RunBusy, match=f"process {os.getpid()} on .*, since 20"):
            async with database.lease(run.id):
                pass
    assert (await database.runs.get(run.id)).holder is None
    async with database.lease(run.id):
        pass


async def test_a_lease_on_an_unknown_run_is_refused(database):
    with pytest.raises(UnknownRun):
        async with database.lease("7"):
            pass


def hold_in_another_process(*arguments):
    return subprocess.Popen(
        [sys.executable, "-c", HOLD, *map(str, arguments)],
        env={"PATH": os.defpath, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )


async def test_a_killed_holder_gives_the_run_free(database, database_url, tmp_path):
    run = await database.runs.create(ORDER)
    holder = hold_in_another_process(tmp_path, database_url, run.id)
    assert holder.stdout.readline() == b"held\n"
    with pytest.raises(RunBusy, match=f"process {holder.pid} "):
        async with database.lease(run.id):
            pass
    assert (await database.runs.get(run.id)).holder.pid == holder.pid
    holder.kill()
    holder.communicate()
    await eventually_unheld(database, run.id)
    async with asyncio.timeout(10):
        await eventually_leased(database, run.id)


async def eventually_unheld(database, run_id):
    async with asyncio.timeout(10):
        while True:
            if (await database.runs.get(run_id)).holder is None:
                return
            await asyncio.sleep(0.02)


async def eventually_leased(database, run_id):
    while True:
        try:
            async with database.lease(run_id):
                return
        except RunBusy:
            await asyncio.sleep(0.02)


CUT = """
select pg_terminate_backend(pid) from pg_stat_activity
where datname = current_database() and pid <> pg_backend_pid()
"""


async def locker(database):
    """The backend that holds a lease."""
    async with database.pool.connection() as connection:
        cursor = await connection.execute(
            "select pid from pg_locks where locktype = 'advisory' and objsubid = 1 and granted"
        )
        return ((await cursor.fetchone()) or {"pid": None})["pid"]


async def test_a_lease_outlives_its_connection(database, database_url):
    run = await database.runs.create(ORDER)
    async with database.lease(run.id):
        first = await locker(database)
        async with await psycopg.AsyncConnection.connect(database_url) as other:
            await other.execute(CUT)
        async with asyncio.timeout(10):
            while await locker(database) in (first, None):  # noqa: ASYNC110 - in Postgres
                await asyncio.sleep(0.02)
        with pytest.raises(RunBusy):
            async with database.lease(run.id):
                pass
    assert (await database.runs.get(run.id)).holder is None


async def test_a_lost_lease_stops_the_work_when_somebody_else_has_the_run(database, database_url):
    run = await database.runs.create(ORDER)
    other = Holder.here().model_copy(update={"pid": 1})

    async def work():
        async with database.lease(run.id):
            async with await psycopg.AsyncConnection.connect(database_url) as cutter:
                await database.runs.hold(run.id, other)
                await cutter.execute(CUT)
            await asyncio.sleep(60)

    with pytest.raises(DatabaseLost, match=f"Go on with: shortfactory resume {run.id}"):
        await work()
    assert (await database.runs.get(run.id)).id == run.id


async def test_a_cancelled_holder_gives_the_run_free(database):
    run = await database.runs.create(ORDER)

    held = asyncio.Event()

    async def hold():
        async with database.lease(run.id):
            held.set()
            await asyncio.sleep(60)

    holding = asyncio.create_task(hold())
    await held.wait()
    holding.cancel()
    with pytest.raises(asyncio.CancelledError):
        await holding
    async with database.lease(run.id):
        pass
