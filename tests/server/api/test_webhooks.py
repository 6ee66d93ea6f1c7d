"""Messages to webhooks: signed, to nobody private, not along redirects."""

import hashlib
import hmac
import json
from base64 import b64decode, b64encode

import pytest

from server.webhooks import Courier, NotDelivered


@pytest.fixture
def open_limits(settings):
    return settings.service.model_copy(update={"webhook_private": True})


async def ordered(service, client, script, url):
    """A short with a webhook, and the secret that its tenant was given."""
    answer = (await client.post("/v1/shorts", json=script)).json()
    async with service.database.pool.connection() as connection:
        await connection.execute(
            "update submissions set webhook_url = %s where run_id = %s", (url, answer["id"])
        )
    return answer["id"], answer["webhook_secret"]


async def test_a_message_says_where_the_short_stands_and_proves_who_sent_it(
    listener, service, client, script, open_limits
):
    async with listener() as (url, got):
        run_id, secret = await ordered(service, client, script, url)
        await Courier(service.database, open_limits).send(run_id, "done", "2026-11-22T10:00:00Z")
    headers, body = got[0]
    assert json.loads(body)["data"] == {
        "id": run_id,
        "status": "done",
        "at": "2026-11-22T10:00:00Z",
    }
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    mac = hmac.digest(b64decode(secret.removeprefix("whsec_")), signed, hashlib.sha256)
    assert headers["webhook-signature"] == "v1," + b64encode(mac).decode()
    assert headers["host"].startswith("localhost:")


@pytest.mark.parametrize("status", [b"302 Found", b"500 Oops", b"404 Not Found"])
async def test_only_a_success_counts_as_delivered(
    listener, service, client, script, open_limits, status
):
    async with listener(status) as (url, got):
        run_id, _ = await ordered(service, client, script, url)
        with pytest.raises(NotDelivered, match=f"answered {status[:3].decode()}"):
            await Courier(service.database, open_limits).send(run_id, "done", "now")
    assert len(got) == 1


async def test_a_name_that_leads_to_a_private_address_gets_nothing(
    listener, service, client, script
):
    async with listener() as (url, got):
        run_id, _ = await ordered(service, client, script, url)
        with pytest.raises(NotDelivered, match="private address"):
            await Courier(service.database, service.settings.service).send(run_id, "done", "now")
    assert got == []


async def test_a_message_is_queued_when_a_short_with_a_webhook_is_cancelled(
    service, client, script
):
    run_id, _ = await ordered(service, client, script, "https://example.com/hook")
    await client.post(f"/v1/shorts/{run_id}/cancel")
    async with service.database.pool.connection() as connection:
        cursor = await connection.execute(
            "select args from procrastinate_jobs where task_name = 'send_webhook'"
        )
        assert (await cursor.fetchone())["args"]["status"] == "cancelled"
