"""A file is whole or absent: written under another name, flushed to disk, then renamed."""

from __future__ import annotations

import errno
import os
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path

from shortfactory.disk import flush
from shortfactory.errors import StorageError

DISK_FAULTS = frozenset(
    {
        errno.ENOSPC,
        errno.EDQUOT,
        errno.EFBIG,
        errno.EIO,
        errno.EROFS,
        errno.EACCES,
        errno.EPERM,
        errno.EEXIST,
        errno.ENOTDIR,
        errno.EISDIR,
        errno.ENAMETOOLONG,
    }
)


@contextmanager
def whole_file(path: Path) -> Generator[Path]:
    """Give a temporary name beside `path` and rename it when the block ends well.

    Raises:
        StorageError: the disk is full or the folder cannot be written; names the path.
    """
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with faults_named(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            yield part
            flush(part)
            part.replace(path)
            flush(path.parent)
    finally:
        with suppress(OSError):  # the folder itself may be what is wrong
            part.unlink(missing_ok=True)


@contextmanager
def faults_named(path: Path) -> Generator[None]:
    """Tell a person of a full or forbidden disk, by the name of what was to be written.

    Raises:
        StorageError: in place of the system's own error.
    """
    try:
        yield
    except OSError as error:
        if error.errno not in DISK_FAULTS:
            raise
        raise StorageError(
            f"{path} cannot be written: {error.strerror or error}.",
            cure="Free some space or choose another folder.",
        ) from error
