"""Handing over a finished package: files appear in a person's folder whole or not at all."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from shortfactory.errors import InvalidInput, StorageError

SPARE_BYTES = 1_000_000


def check_folder(out: Path) -> None:
    """Refuse a folder that could not take a package, before anything is made.

    Raises:
        InvalidInput: a file, or a place that cannot be written.
    """
    if out.exists() and not out.is_dir():
        raise InvalidInput("out", str(out), "it is a file; name a folder")
    existing = next(place for place in (out, *out.absolute().parents) if place.exists())
    try:
        with tempfile.TemporaryFile(dir=existing):
            pass
    except OSError as error:
        cure = f"{existing} cannot be written ({error.strerror}); name another folder"
        raise InvalidInput("out", str(out), cure) from error


def hand_over(files: Mapping[str, Path], out: Path) -> Path:
    """Copy each file under its name; a copy that fails leaves no half file.

    Raises:
        StorageError: the folder cannot be written or the disk is full; the package stays kept.
    """
    try:
        out.mkdir(parents=True, exist_ok=True)
        _check_room(files, out)
        for name, source in files.items():
            _copy(source, out / name)
    except OSError as error:
        raise StorageError(
            f"The package cannot be written to {out} ({error.strerror}).",
            cure="Make room or name another folder with --out; nothing has to be made again.",
        ) from error
    return out


def _check_room(files: Mapping[str, Path], out: Path) -> None:
    needed = sum(path.stat().st_size for path in files.values()) + SPARE_BYTES
    if shutil.disk_usage(out).free < needed:
        raise OSError(28, f"no room for {needed / 1e6:.0f} MB")


def _copy(source: Path, target: Path) -> None:
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    fresh = Path(name)
    try:
        with os.fdopen(handle, "wb") as sink, source.open("rb") as content:
            shutil.copyfileobj(content, sink)
            sink.flush()
            os.fsync(sink.fileno())
        fresh.chmod(0o644)
        fresh.replace(target)
    finally:
        fresh.unlink(missing_ok=True)
