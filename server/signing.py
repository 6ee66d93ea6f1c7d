"""What the service signs: links to files and webhooks. One key for all processes."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets

from graph.database import Database

KEY = b"insert into service_secrets (name, value) values ('signing', %s) on conflict do nothing"


async def signing_key(database: Database) -> bytes:
    """The key that all processes share; the first one makes it."""
    async with database.pool.connection() as connection:
        await connection.execute(KEY, (secrets.token_bytes(32),))
        cursor = await connection.execute("select value from service_secrets")
        row = await cursor.fetchone()
        assert row is not None, "it was just made"
        return bytes(row["value"])


def sign_link(key: bytes, run_id: str, name: str, expires: int) -> str:
    """The signature that lets anybody read one file until a second of Unix time."""
    return _mac(key, f"link\n{run_id}\n{name}\n{expires}").hex()


def link_holds(key: bytes, run_id: str, name: str, expires: int, given: str, now_s: float) -> bool:
    """Whether this signature is ours and has not expired."""
    true = sign_link(key, run_id, name, expires)
    return now_s < expires and hmac.compare_digest(true.encode(), given.encode())


def webhook_secret(key: bytes, tenant: str) -> str:
    """The secret with which a tenant verifies its webhooks (Standard Webhooks form)."""
    return "whsec_" + base64.b64encode(_mac(key, f"webhook\n{tenant}")).decode()


def sign_webhook(secret: str, message_id: str, timestamp: int, body: bytes) -> str:
    """The `webhook-signature` header of Standard Webhooks."""
    signing = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{message_id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.digest(signing, signed, hashlib.sha256)).decode()


def _mac(key: bytes, text: str) -> bytes:
    return hmac.digest(key, text.encode(), hashlib.sha256)
