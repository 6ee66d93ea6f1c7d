"""A small process that stops the local PostgreSQL when the last process using it is gone.

Run by file path with the standard library alone. Users hold a shared lock on one file, which
the kernel drops however they end; this process waits for the exclusive one.
"""

import fcntl
import os
import shutil
import subprocess  # noqa: TID251 - stopping PostgreSQL is this process's one purpose
import sys
from typing import TextIO


def _try_lock(file: TextIO) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _stop(pg_ctl: str, data: str, socket_dir: str, uid: int, gid: int) -> None:
    account = {"user": uid, "group": gid, "extra_groups": []} if os.geteuid() == 0 else {}
    subprocess.run(
        [pg_ctl, "stop", "-D", data, "-m", "fast", "-w", "-t", "60"],
        check=False,
        env={"LC_ALL": "C"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        **account,
    )
    shutil.rmtree(socket_dir, ignore_errors=True)


def _stop_if_unused(users: TextIO, starting: TextIO, arguments: list[str]) -> bool:
    fcntl.flock(starting, fcntl.LOCK_EX)
    try:
        if not _try_lock(users):
            return False
        pg_ctl, data, socket_dir, uid, gid = arguments
        _stop(pg_ctl, data, socket_dir, int(uid), int(gid))
        return True
    finally:
        fcntl.flock(users, fcntl.LOCK_UN)


def main(lock_folder: str, *arguments: str) -> None:
    """Keep watch in the background: arguments are pg_ctl, data, socket folder, uid and gid."""
    if os.fork():
        return
    os.setsid()
    names = ("keeper", "users", "starting")
    keeper, users, starting = (open(f"{lock_folder}/postgres.{name}.lock", "a") for name in names)
    if not _try_lock(keeper):
        return
    while True:
        fcntl.flock(users, fcntl.LOCK_EX)
        # Given back before `starting` is asked for: a newcomer takes them in that order.
        fcntl.flock(users, fcntl.LOCK_UN)
        if _stop_if_unused(users, starting, list(arguments)):
            fcntl.flock(keeper, fcntl.LOCK_UN)
            return
        fcntl.flock(starting, fcntl.LOCK_UN)


if __name__ == "__main__":
    main(*sys.argv[1:])
