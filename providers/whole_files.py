"""Files that appear under their name whole and on disk, and whether there is room for more."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import shutil
import tempfile
from collections.abc import Generator
from pathlib import Path

from shortfactory.disk import flush

CHUNK_BYTES = 1024 * 1024
# What all calls on their way may bring before the next look: a hundred pictures of a megabyte.
ROOM_BYTES = 100_000_000


def check_room(folder: Path) -> None:
    """Raise what the system raises for a full disk (OSError with ENOSPC) before it is full."""
    existing = next(place for place in (folder, *folder.parents) if place.is_dir())
    free = shutil.disk_usage(existing).free
    if free < ROOM_BYTES:
        said = f"{free / 1e6:.0f} MB are free, of {ROOM_BYTES / 1e6:.0f} MB that calls may need"
        raise OSError(errno.ENOSPC, said, str(folder))


@contextlib.contextmanager
def whole_file(target: Path) -> Generator[Path]:
    """Give a temporary path beside the target; at the end it becomes the target, on disk.

    Temporary name, fsync, rename, fsync of the folder: a crash shows the whole file or none.
    """
    if not target.parent.is_dir():
        target.parent.mkdir(parents=True, exist_ok=True)
        flush(target.parent.parent)
    handle, name = tempfile.mkstemp(prefix=".new-", dir=target.parent)
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        flush(temporary)
        temporary.chmod(0o644)
        temporary.replace(target)
        flush(target.parent)
    finally:
        temporary.unlink(missing_ok=True)


def move(source: Path, target: Path) -> None:
    """Move a file, also to another disk."""
    try:
        source.replace(target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        with source.open("rb") as reading, target.open("wb") as writing:
            while chunk := reading.read(CHUNK_BYTES):
                writing.write(chunk)
        source.unlink()


def hash_of(path: Path) -> str:
    """The sha256 (hex) of a file of any size."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
