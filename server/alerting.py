"""Telling the deployment's own webhook that a spending limit is half, nearly or wholly used."""

from __future__ import annotations

import asyncio
import json
import logging
from urllib.parse import urlsplit

from providers.alerts import Alert
from providers.outbox import Outbox
from providers.postgres import Pool
from server.webhooks import Letter, NotDelivered, post
from shortfactory.errors import StorageError
from shortfactory.settings import Settings

log = logging.getLogger("shortfactory.budget")


class AlertCourier:
    """Carries budget alerts to the address in the settings, which may be a private one."""

    def __init__(self, pool: Pool, settings: Settings) -> None:
        """Look through this pool; says nothing where the settings name no webhook."""
        self._budget = settings.budget
        self._every_s = settings.service.reap_every_s
        self._outbox = Outbox(pool, settings.service.webhook_attempts)

    async def run(self) -> None:
        """Deliver what is due, again and again, until cancelled."""
        while self._budget.alert_webhook is not None:
            try:
                await self.deliver()
            except StorageError:
                log.warning("alerts", extra={"action": "alerts_again"}, exc_info=True)
            await asyncio.sleep(self._every_s)

    async def deliver(self) -> int:
        """Try every alert that is due once; returns how many were delivered.

        Raises:
            StorageError: the database cannot be reached.
        """
        count = 0
        while (alert := await self._outbox.take()) is not None:
            try:
                await self._send(alert)
            except NotDelivered as failure:
                about = {"action": "alert_not_delivered", "alert": alert.id}
                log.warning("%s", failure, extra=about)
                continue
            await self._outbox.delivered(alert)
            count += 1
        return count

    async def _send(self, alert: Alert) -> None:
        url, secret = self._budget.alert_webhook, self._budget.alert_secret
        assert url is not None, "nothing is delivered without"
        assert secret is not None, "the settings refuse a webhook without"
        facts = alert.model_dump(mode="json")
        message = {"type": "budget.alert", "timestamp": facts["at"], "data": facts}
        body = json.dumps(message).encode()
        letter = Letter(urlsplit(str(url)), secret.get_secret_value(), f"alert.{alert.id}", body)
        await post(letter, private=True)
