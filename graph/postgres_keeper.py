"""A small process that stops the local PostgreSQL when the last process using it is gone.

Run by file path with the standard library alone. Users hold a shared lock on one file, which
the kernel drops however they end; this process waits for the exclusive one.
"""

import fcntl
import os
import shutil
import subprocess  # noqa: TID251 - stopping PostgreSQL is this process's one purpose
import sys


def _try_lock(fd: int) -> bool:
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _socket_folder(data: str) -> str | None:
    try:
        with open(f"{data}/postmaster.pid") as file:
            return file.read().splitlines()[4].strip()
    except (OSError, IndexError):
        return None


def _stop(pg_ctl: str, data: str, uid: int, gid: int) -> None:
    root = os.geteuid() == 0
    socket_folder = _socket_folder(data)
    subprocess.run(
        [pg_ctl, "stop", "-D", data, "-m", "fast", "-w", "-t", "60"],
        check=False,
        cwd="/",
        env={"LC_ALL": "C"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        user=uid if root else None,
        group=gid if root else None,
        extra_groups=[] if root else None,
    )
    if socket_folder:
        shutil.rmtree(socket_folder, ignore_errors=True)


def _stop_if_unused(users: int, starting: int, arguments: list[str]) -> bool:
    fcntl.flock(starting, fcntl.LOCK_EX)
    if not _try_lock(users):
        fcntl.flock(starting, fcntl.LOCK_UN)
        return False
    pg_ctl, data, uid, gid = arguments
    _stop(pg_ctl, data, int(uid), int(gid))
    return True


def main(lock_folder: str, *arguments: str) -> None:
    """Keep watch in the background: arguments are pg_ctl, data, uid and gid."""
    if os.fork():
        return
    os.setsid()
    names = ("keeper", "users", "starting")
    keeper, users, starting = (
        os.open(f"{lock_folder}/postgres.{name}.lock", os.O_RDWR | os.O_CREAT, 0o600)
        for name in names
    )
    if not _try_lock(keeper):
        return
    stopped = False
    while not stopped:
        fcntl.flock(users, fcntl.LOCK_EX)
        # Given back before `starting` is asked for: a newcomer takes them in that order.
        fcntl.flock(users, fcntl.LOCK_UN)
        stopped = _stop_if_unused(users, starting, list(arguments))
    # This order too: whoever starts next must find no keeper, and so bring a new one.
    for fd in (keeper, users, starting):
        os.close(fd)


if __name__ == "__main__":
    main(*sys.argv[1:])
