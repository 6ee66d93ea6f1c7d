"""The data home: one folder that holds everything a machine keeps, and the format it is in."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from shortfactory.errors import ConfigurationError

FORMAT = 1


def prepare_home(home: Path) -> Path:
    """Create the data home if missing and check that this version can use it.

    Raises:
        ConfigurationError: it is a file, cannot be written, or was made by a newer version.
    """
    try:
        home.mkdir(parents=True, exist_ok=True)
        _check_format(home)
        with tempfile.TemporaryFile(dir=home):
            pass
    except OSError as error:
        raise ConfigurationError(
            f"The data home {home} cannot be used ({error.strerror}).",
            cure="Set SHORTFACTORY_HOME to a folder that you can write.",
        ) from error
    return home


def _check_format(home: Path) -> None:
    file = home / "format"
    try:
        found = file.read_text().strip()
    except FileNotFoundError:
        return _write_format(file)
    except UnicodeDecodeError:
        found = "unreadable"
    if found.isdecimal() and int(found) <= FORMAT:
        return None
    raise ConfigurationError(
        f"The data home {home} has format {found!r}, and this version knows up to {FORMAT}.",
        cure="Update ShortFactory, or set SHORTFACTORY_HOME to another folder.",
    )


def _write_format(file: Path) -> None:
    handle, temporary = tempfile.mkstemp(dir=file.parent, prefix=".format-")
    with os.fdopen(handle, "w") as out:
        out.write(f"{FORMAT}\n")
    os.chmod(temporary, 0o644)
    Path(temporary).replace(file)
