"""Postgres goes away under a running service and comes back: nothing breaks, nothing is lost."""

import asyncio
from contextlib import asynccontextmanager
from decimal import Decimal

import httpx
import pytest

from bench.fleet import open_postgres
from bench.place import open_place
from graph.factory import Factory
from server.app import make_app
from server.desk import Desk
from server.jobs import open_jobs
from server.worker import Worker
from shortfactory.order import Order
from shortfactory.settings import Settings
from shortfactory.story import Topic
from simulator.scenarios import Scenario
from simulator.server import Simulator

SCRIPT = "# Why bees dance\n\n## Hook\n\nA bee dances.\n\n> A bee\n"
ORDER = {"script": SCRIPT, "seconds": 5, "scenes": 1, "providers": "offline"}


@pytest.fixture
async def postgres():
    """A server of this test alone, whose stop nobody else notices."""
    with open_place("away") as place:
        async with open_postgres(place) as opened:
            yield opened


@pytest.fixture
def settings(tmp_path, postgres, clean_environment):
    return Settings(_env_file=None, home=tmp_path / "home", database_url=postgres.dsn)


@pytest.fixture
async def app(settings):
    made = make_app(settings)
    async with made.router.lifespan_context(made):
        yield made


@pytest.fixture
async def client(app):
    transport = httpx.ASGITransport(app, raise_app_exceptions=False, client=("127.0.0.1", 1234))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as opened:
        yield opened


@pytest.fixture
def away(postgres, app):
    """Takes the database away for a while, in which nobody waits long for it."""

    @asynccontextmanager
    async def gone():
        pool = app.state.service.database.pool
        patient_s, pool.timeout = pool.timeout, 0.5
        await postgres.stop()
        yield
        await postgres.start()
        pool.timeout = patient_s

    return gone


async def again(client, path):
    """Ask until it is answered, as a client does that is told to come back."""
    async with asyncio.timeout(60):
        while (answer := await client.get(path)).status_code == 503:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    return answer


async def test_requests_are_told_when_to_come_back(away, client):
    short = (await client.post("/v1/shorts", json=ORDER)).json()
    asked = [("GET", "/v1/shorts"), ("GET", f"/v1/shorts/{short['id']}"), ("GET", "/readyz")]
    asked += [("POST", f"/v1/shorts/{short['id']}/cancel"), ("GET", "/v1/costs")]
    async with away():
        for method, path in asked:
            answer = await client.request(method, path)
            assert answer.status_code == 503, path
            assert answer.headers["content-type"] == "application/problem+json"
            assert int(answer.headers["retry-after"]) > 0
            assert answer.json()["type"] == "urn:shortfactory:problem:database-lost"
        assert (await client.post("/v1/shorts", json=ORDER)).status_code == 503
    assert (await again(client, f"/v1/shorts/{short['id']}")).json()["status"] == "queued"


async def test_who_follows_gets_what_is_told_afterwards(away, app, client):
    short_id = (await client.post("/v1/shorts", json=ORDER)).json()["id"]
    service, seen = app.state.service, []

    async def follow():
        async with Desk(service, "local").following(short_id) as told:
            async for batch in told:
                seen.extend(kept.data["text"] for kept in batch)

    following = asyncio.create_task(follow())
    while not seen and not following.done():  # noqa: ASYNC110 - from Postgres
        await asyncio.sleep(0.01)
    async with away():
        service.bell._ring(short_id)  # it looks, and finds nobody there
        assert (await client.get("/readyz")).status_code == 503
    await again(client, "/readyz")
    assert (await client.post(f"/v1/shorts/{short_id}/cancel")).status_code == 202
    async with asyncio.timeout(60):
        await following
    assert seen == ["queued", "cancelled"]


@pytest.fixture
async def vendors():
    """Vendors who take seconds to answer."""
    async with Simulator(Scenario(latency="usual", pictures=1)) as simulator:
        yield simulator


@pytest.fixture
async def worker(settings, vendors):
    """A worker that goes to them."""
    to = settings.simulator.model_copy(update={"base_url": vendors.base_url})
    settings, stop = settings.model_copy(update={"simulator": to}), asyncio.Event()
    async with (
        Factory.open(settings) as factory,
        open_jobs(factory.database, settings.service) as jobs,
    ):
        made = Worker(factory, jobs, 1)
        working = asyncio.create_task(made.run(stop))
        yield made
        stop.set()
        await working


@pytest.mark.slow
async def test_a_worker_goes_on_with_what_it_has_in_hand(postgres, vendors, worker):
    factory, topic = worker._factory, Topic(text="Why bees dance", seconds=6, scenes=1)
    order = Order(topic=topic, providers="simulator", budget_usd=Decimal("0.25"))
    run = await factory.start(order)
    await worker._jobs.run_short(run)
    while not [c for c in await factory._ledger.open(run.id) if c.sent_at]:  # noqa: ASYNC110
        await asyncio.sleep(0.02)
    await postgres.stop()
    await asyncio.sleep(1)  # the lease, the listeners and the call's end find no database
    await postgres.start()
    async with asyncio.timeout(60):
        while (await factory.show(run.id)).run.status in ("queued", "running"):  # noqa: ASYNC110
            await asyncio.sleep(0.1)
    short = await factory.show(run.id)
    assert short.run.status == "waiting_approval", short.run.reason
    # Away for long, a step may be done again: with what it had bought, which is not bought again.
    assert {call.status for call in short.calls} - {"cached"} == {"settled"}
    assert short.spent_usd >= vendors.spent_usd() > short.spent_usd - Decimal("0.0001")
