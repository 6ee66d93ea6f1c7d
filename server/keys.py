"""API keys: random, shown once, kept as hashes, bound to a tenant and to what they may do."""

from __future__ import annotations

import hashlib
import re
import secrets
from datetime import UTC, datetime, timedelta
from typing import Literal, get_args
from uuid import uuid4

from psycopg.rows import DictRow

from graph.runs import Pool
from shortfactory.errors import InvalidInput
from shortfactory.story import Plain

Scope = Literal["read", "write", "admin"]
SCOPES: tuple[Scope, ...] = get_args(Scope)
TENANT = re.compile(r"[a-z0-9][a-z0-9_.-]{0,62}")
FORM = re.compile(r"sf_[0-9a-f]{8}_[A-Za-z0-9_-]{43}")  # 32 random bytes

CREATE = b"""
insert into api_keys (id, tenant, name, prefix, sha256, scopes, expires_at)
values (%(id)s, %(tenant)s, %(name)s, %(prefix)s, %(sha256)s, %(scopes)s, %(expires_at)s)
returning *
"""
LIST = b"""
select * from api_keys where %(tenant)s::text is null or tenant = %(tenant)s
order by created_at, id
"""
# A key in heavy use writes its row once a minute.
USE = b"""
with found as (select id from api_keys where sha256 = %(sha256)s and revoked_at is null
    and (expires_at is null or expires_at > now())),
used as (update api_keys set last_used_at = now() from found where api_keys.id = found.id
    and (last_used_at is null or last_used_at < now() - interval '1 minute'))
select api_keys.* from api_keys join found using (id)
"""
REVOKE = b"""
update api_keys set revoked_at = coalesce(revoked_at, now()) where prefix = %s returning *
"""
# Only a good key is handed on: a revoked one must not come back to life.
EXPIRE = b"""
with good as (select id, expires_at - created_at as lifetime from api_keys
    where prefix = %(prefix)s and revoked_at is null and (expires_at is null or expires_at > now()))
update api_keys set expires_at = least(expires_at, %(at)s) from good where api_keys.id = good.id
returning api_keys.*, lifetime
"""


class ApiKey(Plain):
    """What may be known about a key; not the key."""

    id: str
    tenant: str
    name: str
    prefix: str
    scopes: tuple[Scope, ...]
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_at: datetime | None


class Keys:
    """The table of keys."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def create(
        self, tenant: str, scopes: tuple[Scope, ...], *, name: str = "", days: int | None = None
    ) -> tuple[str, ApiKey]:
        """Make a key; its text is given here and never again.

        Raises:
            InvalidInput: the tenant's name or the days cannot be used.
        """
        check_tenant(tenant)
        if days is not None and not 1 <= days <= 36_500:
            raise InvalidInput("days", days, "give 1 to 36,500 days")
        prefix = secrets.token_hex(4)
        text = f"sf_{prefix}_{secrets.token_urlsafe(32)}"
        row = await self._one(
            CREATE,
            id=uuid4(),
            tenant=tenant,
            name=name,
            prefix=prefix,
            sha256=_sha256(text),
            scopes=list(scopes),
            expires_at=datetime.now(UTC) + timedelta(days=days) if days else None,
        )
        assert row is not None, "insert returning gives a row"
        return text, _key(row)

    async def list(self, tenant: str | None = None) -> list[ApiKey]:
        """All keys, oldest first, the revoked ones too."""
        async with self._pool.connection() as connection:
            cursor = await connection.execute(LIST, {"tenant": tenant})
            return [_key(row) for row in await cursor.fetchall()]

    async def exist(self) -> bool:
        """Whether a key was ever made: from then on, nobody is served without one."""
        return await self._one(b"select from api_keys limit 1") is not None

    async def holder(self, text: str) -> ApiKey | None:
        """The key that somebody shows, if it is good now."""
        if not FORM.fullmatch(text):
            return None
        row = await self._one(USE, sha256=_sha256(text))
        return _key(row) if row else None

    async def revoke(self, prefix: str) -> ApiKey:
        """End a key now.

        Raises:
            InvalidInput: no key has this prefix.
        """
        async with self._pool.connection() as connection:
            row = await (await connection.execute(REVOKE, (prefix,))).fetchone()
        if row is None:
            raise InvalidInput("prefix", prefix, "give a key's prefix; see: shortfactory keys list")
        return _key(row)

    async def rotate(self, prefix: str, *, hours: int) -> tuple[str, ApiKey]:
        """Make a key like this one, good as long again; the old one stays good for some hours.

        Raises:
            InvalidInput: no good key has this prefix.
        """
        at = datetime.now(UTC) + timedelta(hours=hours)
        row = await self._one(EXPIRE, prefix=prefix, at=at)
        if row is None:
            cure = "name a key that is neither revoked nor expired (shortfactory keys list), or "
            raise InvalidInput("prefix", prefix, f"{cure}make one: shortfactory keys create")
        old, lifetime = _key(row), row["lifetime"]
        days = max(1, round(lifetime / timedelta(days=1))) if lifetime else None
        return await self.create(old.tenant, old.scopes, name=old.name, days=days)

    async def _one(self, statement: bytes, **facts: object) -> DictRow | None:
        async with self._pool.connection() as connection:
            return await (await connection.execute(statement, facts)).fetchone()


def check_tenant(tenant: str) -> str:
    """Refuse a name that would not be safe everywhere.

    Raises:
        InvalidInput: not 1 to 63 of a-z, 0-9, _, . and -.
    """
    if not TENANT.fullmatch(tenant):
        raise InvalidInput("tenant", tenant, "use 1 to 63 of a-z, 0-9, _, . and -")
    return tenant


def _key(row: DictRow) -> ApiKey:
    known = {name: row[name] for name in ApiKey.model_fields}
    return ApiKey.model_validate({**known, "id": str(row["id"])})


def _sha256(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()
