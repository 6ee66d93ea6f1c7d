"""The PostgreSQL that needs no installation: any folder, many processes, killed processes."""

import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from graph.home import prepare_home
from graph.postgres import local_postgres
from graph.postgres_place import PREFIX
from shortfactory.errors import StorageError

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.slow
USER = """
import asyncio, sys
from pathlib import Path
import psycopg
from graph.home import prepare_home
from graph.postgres import local_postgres

async def main():
    async with local_postgres(prepare_home(Path(sys.argv[1]))) as dsn:
        async with await psycopg.AsyncConnection.connect(dsn) as connection:
            await connection.execute("create table if not exists visits (pid int)")
            await connection.execute("insert into visits select pg_backend_pid()")
        print("ready", flush=True)
        await asyncio.to_thread(sys.stdin.read)

asyncio.run(main())
"""


def use(home, **options):
    """A process that opens the home's server, says so, and stays until its input ends."""
    return subprocess.Popen(
        [sys.executable, "-c", USER, str(home)],
        env={"PATH": os.defpath, "PYTHONPATH": str(ROOT), "LC_ALL": "C.UTF-8"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        **options,
    )


def ready(process):
    assert process.stdout.readline() == "ready\n"
    return process


def finish(process):
    process.communicate(timeout=60)
    assert process.returncode == 0


def server_pid(home):
    return int((home / "postgres/18/postmaster.pid").read_text().split()[0])


def runs(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def wait_until(happened, deadline_s=20.0):
    end = time.monotonic() + deadline_s
    while not happened():
        assert time.monotonic() < end, "it did not happen in time"
        threading.Event().wait(0.02)


@pytest.fixture
def home():
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o711)
        home = Path(folder) / "data home"
        yield home
        wait_until(lambda: stopped(home))


def stopped(home):
    return not (home / "postgres/18/postmaster.pid").exists()


async def answer(home):
    async with (
        local_postgres(prepare_home(home)) as dsn,
        await psycopg.AsyncConnection.connect(dsn) as connection,
    ):
        row = await (await connection.execute("show server_version")).fetchone()
        return row[0]


@pytest.mark.parametrize(
    "name", ["with space", "Ünï 東京 'quoted' $HOME", "l" * 120 + "/" + "g" * 90]
)
async def test_any_folder_name_will_do(home, name):
    assert (await answer(home / name)).startswith("18.")
    wait_until(lambda: stopped(home / name))


@pytest.mark.skipif(os.geteuid() != 0, reason="only root hides folders from its own server")
async def test_a_folder_closed_to_the_server_is_linked_and_swept_later(tmp_path):
    tmp_path.chmod(0o700)
    for name in ("first", "second"):
        home = tmp_path / name
        assert (await answer(home)).startswith("18.")
        wait_until(lambda home=home: stopped(home))
        cluster = (home / "postgres").readlink()
        assert cluster.exists()
        shutil.rmtree(home)
    assert not any(name == "first" for name in links(cluster.parent))
    shutil.rmtree(cluster)


def links(parent):
    return [Path(file.read_text()).parent.name for file in parent.glob(f"{PREFIX}*/home")]


async def test_it_listens_on_a_private_socket_only(home):
    async with local_postgres(prepare_home(home)) as dsn:
        assert os.stat(conninfo_to_dict(dsn)["host"]).st_mode & 0o077 == 0
        async with await psycopg.AsyncConnection.connect(dsn) as connection:
            row = await (await connection.execute("show listen_addresses")).fetchone()
            assert row == ("",)


def test_many_processes_at_once_share_one_server_and_leave_none(home):
    prepare_home(home)
    users = [use(home) for _ in range(4)]
    for user in users:
        ready(user)
    pid = server_pid(home)
    for user in users[:-1]:
        finish(user)
    assert runs(pid)
    finish(users[-1])
    wait_until(lambda: not runs(pid))


def test_a_killed_user_leaves_no_server_behind(home):
    prepare_home(home)
    user = ready(use(home))
    pid = server_pid(home)
    user.kill()
    user.communicate()
    wait_until(lambda: not runs(pid))


async def test_a_killed_server_comes_back_with_its_data(home):
    prepare_home(home)
    user = ready(use(home))
    os.kill(server_pid(home), signal.SIGKILL)
    async with (
        local_postgres(home) as dsn,
        await psycopg.AsyncConnection.connect(dsn) as connection,
    ):
        row = await (await connection.execute("select count(*) from visits")).fetchone()
        assert row == (1,)
        finish(user)


async def test_a_number_reused_by_another_program_is_no_server(home):
    await answer(home)
    data = home / "postgres/18"
    wait_until(lambda: stopped(home))
    lines = [str(os.getppid()), str(data), "1", "5432", "/nowhere", "", "", "ready"]
    (data / "postmaster.pid").write_text("\n".join(lines) + "\n")
    assert (await answer(home)).startswith("18.")


async def test_an_unfinished_cluster_is_made_anew(home):
    prepare_home(home)
    await answer(home)
    wait_until(lambda: stopped(home))
    (home / "postgres/18").rename(home / "postgres/new")
    (home / "postgres/new/PG_VERSION").unlink()
    assert (await answer(home)).startswith("18.")


async def test_a_server_that_cannot_start_says_why(home):
    await answer(home)
    wait_until(lambda: stopped(home))
    (home / "postgres/18/postgresql.conf").write_text("nonsense\n")
    with pytest.raises(StorageError, match="does not start"):
        await answer(home)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_a_normal_user_needs_nothing_from_root(tmp_path_factory):
    account = pwd.getpwnam("daemon")
    try:
        subprocess.run([sys.executable, "-c", "import psycopg"], user=account.pw_uid, check=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("this account cannot run this Python")
    with tempfile.TemporaryDirectory() as folder:
        os.chown(folder, account.pw_uid, account.pw_gid)
        user = use(folder, user=account.pw_uid, group=account.pw_gid, extra_groups=[], cwd="/")
        ready(user)
        pid = server_pid(Path(folder))
        assert Path(f"/proc/{pid}").stat().st_uid == account.pw_uid
        finish(user)
        wait_until(lambda: not runs(pid))
