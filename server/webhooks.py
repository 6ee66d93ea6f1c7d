"""Telling a short's webhook where it stands: signed, retried, never to a private address."""

from __future__ import annotations

import asyncio
import ipaddress
import json
import re
import socket
import time
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

import httpx

from graph.database import Database
from graph.run import Run
from server.jobs import Jobs
from server.signing import sign_webhook, signing_key, webhook_secret
from shortfactory.errors import InvalidInput, ShortFactoryError
from shortfactory.settings import ServiceSettings

TIMEOUT_S = 10.0
LONGEST_TRY_S = 20.0  # connecting, sending and reading together
LONGEST_URL = 2_000
NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
WHERE = b"""
select webhook_url, runs.tenant from submissions join runs on id = run_id
where run_id = %s and webhook_url is not null
"""


class NotDelivered(ShortFactoryError):
    """The webhook did not take the message."""


@dataclass(frozen=True)
class Letter:
    """One message: where to, in whose name it is signed, its id for whoever gets it twice."""

    url: SplitResult
    secret: str
    id: str
    body: bytes


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
        letter = Letter(urlsplit(url), secret, f"{run_id}.{at}", body)
        await post(letter, private=self._limits.webhook_private)

    async def _where(self, run_id: str) -> tuple[str, str] | None:
        async with self._database.pool.connection() as connection:
            row = await (await connection.execute(WHERE, (run_id,))).fetchone()
            return (row["webhook_url"], row["tenant"]) if row else None


async def post(letter: Letter, *, private: bool) -> None:
    """Sign and send one message; to an address inside the own network only where `private`.

    Raises:
        NotDelivered: not reached, or not answered with 2xx; a redirect counts as that.
    """
    url, host = letter.url, letter.url.hostname or ""
    try:
        async with (
            asyncio.timeout(LONGEST_TRY_S),
            httpx.AsyncClient(timeout=TIMEOUT_S, trust_env=False) as client,
        ):
            # Sent to the address that was checked: asking for the name again could give another.
            address = await _address(host, _port(url), private=private)
            answer = await client.post(
                httpx.URL(url.geturl()).copy_with(host=address),
                content=letter.body,
                headers={**_signed(letter), "host": url.netloc.rpartition("@")[2]},
                extensions={"sni_hostname": host},
            )
    except (httpx.HTTPError, OSError, UnicodeError) as error:  # no name is like "a..b"
        raise NotDelivered(f"{host} was not reached ({type(error).__name__}).") from error
    if not answer.is_success:
        raise NotDelivered(f"{host} answered {answer.status_code}.")


def _signed(letter: Letter) -> dict[str, str]:
    now = int(time.time())
    return {
        "content-type": "application/json",
        "webhook-id": letter.id,
        "webhook-timestamp": str(now),
        "webhook-signature": sign_webhook(letter.secret, letter.id, now, letter.body),
    }


async def _address(host: str, port: int, *, private: bool) -> str:
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = [str(entry[4][0]) for entry in found]
    if not private and not all(map(_public, addresses)):
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
    private = _own_name(parts.hostname) or not _public(parts.hostname, unknown=True)
    if parts.username is not None or (private and not limits.webhook_private):
        raise InvalidInput("webhook_url", url, cure)
    return url


def _port(url: SplitResult) -> int:
    return url.port or (443 if url.scheme == "https" else 80)


def _own_name(host: str) -> bool:
    """A name of this machine, or an address in a spelling that only resolvers understand."""
    *_, last = host.rstrip(".").split(".")
    return last == "localhost" or (NUMBER.fullmatch(last) is not None and not _is_address(host))


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _public(address: str, *, unknown: bool = False) -> bool:
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return unknown
    inner = _inside(found) if isinstance(found, ipaddress.IPv6Address) else found
    return inner.is_global and not inner.is_multicast


def _inside(found: ipaddress.IPv6Address) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    """The IPv4 address that an IPv6 address leads to: mapped, by 6to4, or by NAT64."""
    if found in NAT64:
        return ipaddress.IPv4Address(int(found) & 0xFFFF_FFFF)
    return found.ipv4_mapped or found.sixtofour or found
