"""Bring a database to this version's tables: every file of migrations/ once, in order."""

from __future__ import annotations

import asyncio
import hashlib
import importlib
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from importlib.metadata import version
from pathlib import Path

from psycopg import AsyncConnection
from psycopg.rows import DictRow, dict_row

from graph import jobs_schema
from shortfactory.errors import ConfigurationError, StorageError

FOLDER = Path(__file__).with_name("migrations")
LOCK = 7_362_904_115  # any number that nothing else in the database locks
LOCK_DEADLINE_S = 120.0
SAVER = "langgraph-checkpoint-postgres"

TABLE = """
create table if not exists migrations (
    name text primary key, sha256 text not null, applied_at timestamptz not null default now())
"""
RECORD = """
insert into migrations (name, sha256) values (%s, %s)
on conflict (name) do update set sha256 = excluded.sha256, applied_at = now()
"""


async def migrate(dsn: str, folder: Path = FOLDER) -> list[str]:
    """Apply what is missing and return the names applied; safe from many processes at once.

    Raises:
        ConfigurationError: the database was made by a newer or a changed version.
        StorageError: another process holds the migration lock for too long.
    """
    async with await _connect(dsn) as connection, _locked(connection):
        await connection.execute(TABLE)
        applied = await _applied(connection)
        missing = await asyncio.to_thread(_missing, applied, folder)
        for file in missing:
            await _apply(connection, file.name, file.read_bytes())
        names = [file.name for file in missing]
        if await _set_up_jobs(connection, applied):
            names.append(jobs_schema.JOBS)
        return [*names, SAVER] if await _set_up_saver(connection, applied) else names


async def _connect(dsn: str) -> AsyncConnection[DictRow]:
    # The saver's set-up needs autocommit: it builds indexes concurrently.
    return await AsyncConnection[DictRow].connect(
        dsn, autocommit=True, prepare_threshold=None, row_factory=dict_row
    )


@asynccontextmanager
async def _locked(connection: AsyncConnection[DictRow]) -> AsyncGenerator[None]:
    """Ask again and again: a waiting lock would hold a snapshot that index builds wait for."""
    try:
        async with asyncio.timeout(LOCK_DEADLINE_S):
            while not await _try_lock(connection):  # noqa: ASYNC110 - another process has it
                await asyncio.sleep(0.05)
    except TimeoutError:
        raise StorageError(
            f"Another process has been migrating the database for {LOCK_DEADLINE_S:.0f} seconds.",
            cure="Try again; if it stays so, end that process.",
        ) from None
    try:
        yield
    finally:
        await connection.execute("select pg_advisory_unlock(%s)", (LOCK,))


async def _try_lock(connection: AsyncConnection[DictRow]) -> bool:
    cursor = await connection.execute("select pg_try_advisory_lock(%s) as got", (LOCK,))
    row = await cursor.fetchone()
    return bool(row and row["got"])


async def _applied(connection: AsyncConnection[DictRow]) -> dict[str, str]:
    cursor = await connection.execute("select name, sha256 from migrations")
    return {row["name"]: row["sha256"] for row in await cursor.fetchall()}


def _missing(applied: dict[str, str], folder: Path) -> list[Path]:
    files = {file.name: file for file in sorted(folder.glob("[0-9]*.sql"))}
    if unknown := sorted(applied.keys() - files.keys() - {SAVER, jobs_schema.JOBS}):
        raise ConfigurationError(
            f"The database was made by a newer ShortFactory: it has {', '.join(unknown)}.",
            cure="Update ShortFactory, or use another database.",
        )
    for name, sha256 in applied.items():
        if name in files and sha256 != _sha256(files[name]):
            raise ConfigurationError(
                f"The migration {name} was changed after it was applied to this database.",
                cure="Install an unchanged ShortFactory, or use another database.",
            )
    return [file for name, file in files.items() if name not in applied]


async def _apply(connection: AsyncConnection[DictRow], name: str, statements: bytes) -> None:
    async with connection.transaction():
        await connection.execute(statements)
        await connection.execute(RECORD, (name, hashlib.sha256(statements).hexdigest()))


async def _set_up_jobs(connection: AsyncConnection[DictRow], applied: dict[str, str]) -> bool:
    installed = jobs_schema.installed()
    if applied.get(jobs_schema.JOBS) == installed:
        return False
    pending = await asyncio.to_thread(jobs_schema.statements, applied.get(jobs_schema.JOBS))
    async with connection.transaction():
        for statement in pending:
            await connection.execute(statement)
        await connection.execute(RECORD, (jobs_schema.JOBS, installed))
    return True


async def _set_up_saver(connection: AsyncConnection[DictRow], applied: dict[str, str]) -> bool:
    """Let LangGraph make its own tables; by name, so that quick commands need not load it."""
    installed = version(SAVER)
    if applied.get(SAVER) == installed:
        return False
    checkpoints = await asyncio.to_thread(importlib.import_module, "graph.checkpoints")
    await checkpoints.saver(connection).setup()
    await connection.execute(RECORD, (SAVER, installed))
    return True


def _sha256(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()
