"""Messages to webhooks: signed, to nobody private, not along redirects."""

import asyncio
import hashlib
import hmac
import json
import socket
from base64 import b64decode, b64encode

import pytest

from server.jobs import ERRANDS
from server.webhooks import Courier, NotDelivered
from server.worker import Worker


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


async def test_a_name_that_cannot_be_one_is_not_reached(service, client, script, open_limits):
    run_id, _ = await ordered(service, client, script, "https://a..b/hook")
    with pytest.raises(NotDelivered, match="was not reached"):
        await Courier(service.database, open_limits).send(run_id, "done", "now")


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


WAITS = """
select status::text, extract(epoch from scheduled_at - (select max(at) from procrastinate_events
    where job_id = job.id and type = 'deferred_for_retry')) as again_s
from procrastinate_jobs as job where task_name = 'send_webhook'
"""


@pytest.fixture
def errands(service, open_limits):
    """A worker that does what is due; says what became of it, and after how many seconds again."""

    def begin(attempts=8):
        limits = open_limits.model_copy(update={"webhook_attempts": attempts})
        service.factory.settings = service.settings.model_copy(update={"service": limits})
        Worker(service.factory, service.jobs, 1)
        return run

    async def run():
        await service.jobs.app.run_worker_async(
            queues=[ERRANDS], wait=False, install_signal_handlers=False, delete_jobs="successful"
        )
        async with service.database.pool.connection() as connection:
            found = await (await connection.execute(WAITS)).fetchall()
            await connection.execute("update procrastinate_jobs set scheduled_at = now()")
            # A moment passes between the decision and its row: to the nearest five seconds.
            return [(row["status"], 5 * round(row["again_s"] / 5)) for row in found]

    return begin


def holds(secret, headers, body):
    """Whether a message proves who sent it."""
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    mac = hmac.digest(b64decode(secret.removeprefix("whsec_")), signed, hashlib.sha256)
    return headers["webhook-signature"] == "v1," + b64encode(mac).decode()


async def test_a_message_is_sent_until_it_is_taken_each_time_later(
    listener, service, client, script, errands
):
    async with listener(b"500 Oops", b"500 Oops", b"503 Later", b"204 No Content") as (url, got):
        run_id, secret = await ordered(service, client, script, url)
        await client.post(f"/v1/shorts/{run_id}/cancel")
        work = errands()
        seen = [await work() for _ in range(4)]
    assert seen == [[("todo", 5)], [("todo", 10)], [("todo", 20)], []]
    assert len(got) == 4
    assert {headers["webhook-id"] for headers, _ in got} == {got[0][0]["webhook-id"]}
    assert all(holds(secret, headers, body) for headers, body in got)
    assert {json.loads(body)["type"] for _, body in got} == {"short.cancelled"}


async def test_a_message_that_nobody_takes_is_given_up(listener, service, client, script, errands):
    async with listener(b"302 Found") as (url, got):
        run_id, _ = await ordered(service, client, script, url)
        await client.post(f"/v1/shorts/{run_id}/cancel")
        work = errands(attempts=2)
        seen = [await work() for _ in range(3)]
    assert [status for ((status, _),) in seen] == ["todo", "failed", "failed"]
    assert len(got) == 2


async def test_a_name_is_asked_for_once_and_every_address_must_be_public(
    listener, service, client, script, open_limits, monkeypatch
):
    asked, loop = [], asyncio.get_running_loop()
    resolve = loop.getaddrinfo

    async def rebinding(host, *rest, **named):
        asked.append(host)
        return await resolve("127.0.0.1", *rest, **named)

    async with listener() as (url, got):
        run_id, _ = await ordered(service, client, script, url.replace("localhost", "hook.example"))
        monkeypatch.setattr(loop, "getaddrinfo", rebinding)
        await Courier(service.database, open_limits).send(run_id, "done", "now")
        assert (len(got), asked) == (1, ["hook.example"])

        async def mixed(*_, **__):
            kind = (socket.AF_INET, socket.SOCK_STREAM, 6, "")
            return [(*kind, ("93.184.216.34", 443)), (*kind, ("10.0.0.1", 443))]

        monkeypatch.setattr(loop, "getaddrinfo", mixed)
        with pytest.raises(NotDelivered, match="private address"):
            await Courier(service.database, service.settings.service).send(run_id, "done", "now")
    assert len(got) == 1
