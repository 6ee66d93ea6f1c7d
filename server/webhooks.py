"""Telling a short's webhook where it stands: signed, retried, never to a private address."""

from __future__ import annotations

import asyncio
import ipaddress
import json
import socket
import time
from urllib.parse import SplitResult, urlsplit

import httpx

from graph.database import Database
from graph.run import Run
from server.jobs import Jobs
from server.signing import sign_webhook, signing_key, webhook_secret
from shortfactory.errors import InvalidInput, ShortFactoryError
from shortfactory.settings import ServiceSettings

TIMEOUT_S = 10.0
LONGEST_URL = 2_000
WHERE = b"""
select webhook_url, runs.tenant from submissions join runs on id = run_id
where run_id = %s and webhook_url is not null
"""


class NotDelivered(ShortFactoryError):
    """The webhook did not take the message."""


class Courier:
    """Carries messages to webhooks, after checking whose address it is."""

    def __init__(self, database: Database, limits: ServiceSettings) -> None:
        self._database, self._limits = database, limits

    async def announce(self, jobs: Jobs, run: Run) -> None:
        """Queue a message about where the run stands, if it has a webhook."""
        if await self._where(run.id) is not None:
            await jobs.send_webhook(run.id, run.status, run.updated_at.isoformat())

    async def send(self, run_id: str, status: str, at: str) -> None:
        """Send one message.

        Raises:
            NotDelivered: not reached, or not answered with 2xx; a redirect counts as that.
        """
        where = await self._where(run_id)
        if where is None:
            return
        url, tenant = where
        message = {"id": run_id, "status": status, "at": at}
        body = json.dumps({"type": f"short.{status}", "timestamp": at, "data": message}).encode()
        secret = webhook_secret(await signing_key(self._database), tenant)
        now = int(time.time())
        message_id = f"{run_id}.{at}"
        headers = {
            "content-type": "application/json",
            "webhook-id": message_id,
            "webhook-timestamp": str(now),
            "webhook-signature": sign_webhook(secret, message_id, now, body),
        }
        await self._post(urlsplit(url), body, headers)

    async def _where(self, run_id: str) -> tuple[str, str] | None:
        async with self._database.pool.connection() as connection:
            row = await (await connection.execute(WHERE, (run_id,))).fetchone()
            return (row["webhook_url"], row["tenant"]) if row else None

    async def _post(self, url: SplitResult, body: bytes, headers: dict[str, str]) -> None:
        host = url.hostname or ""
        try:
            # Sent to the address that was checked: asking for the name again could give another.
            address = await self._address(host, _port(url))
            there = httpx.URL(url.geturl()).copy_with(host=address)
            async with httpx.AsyncClient(timeout=TIMEOUT_S, trust_env=False) as client:
                answer = await client.post(
                    there,
                    content=body,
                    headers={**headers, "host": url.netloc},
                    extensions={"sni_hostname": host},
                )
        except (httpx.HTTPError, OSError) as error:
            raise NotDelivered(f"{host} was not reached ({type(error).__name__}).") from error
        if not answer.is_success:
            raise NotDelivered(f"{host} answered {answer.status_code}.")

    async def _address(self, host: str, port: int) -> str:
        loop = asyncio.get_running_loop()
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        addresses = [str(entry[4][0]) for entry in found]
        if not self._limits.webhook_private and not all(map(_public, addresses)):
            raise NotDelivered(f"{host} is a private address.")
        return addresses[0]


def check_webhook(url: str, limits: ServiceSettings) -> str:
    """Refuse an address that no message will ever be sent to.

    Raises:
        InvalidInput: not http(s), with a user or a fragment, or plainly private.
    """
    cure = "give an https address that can be reached from the internet"
    try:
        parts = urlsplit(url)
        port = _port(parts)
    except ValueError:
        raise InvalidInput("webhook_url", url, cure) from None
    plain = url.isascii() and url.isprintable() and " " not in url and len(url) <= LONGEST_URL
    if not plain or parts.scheme not in ("http", "https") or not parts.hostname or not port:
        raise InvalidInput("webhook_url", url, cure)
    private = parts.hostname == "localhost" or not _public(parts.hostname, unknown=True)
    if parts.username is not None or (private and not limits.webhook_private):
        raise InvalidInput("webhook_url", url, cure)
    return url


def _port(url: SplitResult) -> int:
    return url.port or (443 if url.scheme == "https" else 80)


def _public(address: str, *, unknown: bool = False) -> bool:
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return unknown
    mapped = getattr(found, "ipv4_mapped", None) or found
    return mapped.is_global and not mapped.is_multicast
