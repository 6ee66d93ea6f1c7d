"""What is forgotten: by the nightly job of a running worker, and everything of one tenant."""

import asyncio
from contextlib import suppress

import pytest

from bench.unfilmed import Unfilmed
from graph.farewell import Farewell
from graph.policies import Policies
from server.jobs import ERRANDS, RETENTION
from shortfactory.errors import RunBusy, StorageError, WrongStatus

TABLES = """
select table_name as name from information_schema.tables
where table_schema = 'public' and table_type = 'BASE TABLE' order by 1
"""


@pytest.fixture(autouse=True)
def no_frames(monkeypatch):
    """Everything is real but the frames."""
    monkeypatch.setattr("graph.line.RenderDoor", lambda *_: Unfilmed(1))


@pytest.fixture
def sql(service):
    """One statement to the database, as its owner."""

    async def run(statement, facts=()):
        async with service.database.pool.connection() as connection:
            cursor = await connection.execute(statement, facts)
            return await cursor.fetchall() if cursor.description else []

    return run


@pytest.fixture
def film(service, script, rest):
    """Make a film for a tenant's client, unless a worker is quicker; gives its run's id."""

    async def make(client, **more):
        order = {**script, "approve": "auto", **more}
        run_id = (await client.post("/v1/shorts", json=order)).json()["id"]
        with suppress(RunBusy, WrongStatus):
            await service.factory.work(run_id)
        await rest(run_id, "done", by=client)
        return run_id

    return make


async def mentions(sql, *words):
    """Every table in which a word stands, in any column."""
    found = []
    for table in await sql(TABLES):
        name = table["name"]
        for word in words:
            rows = await sql(
                f'select 1 from "{name}" as t where t::text like %s limit 1', (f"%{word}%",)
            )
            found += [(name, word)] if rows else []
    return found


@pytest.mark.slow
async def test_nothing_of_a_deleted_tenant_is_found_anywhere(service, tenant, film, sql):
    acme, other = await tenant("acme.inc"), await tenant("other")
    hook = {"webhook_url": "https://acme.example/hook"}
    gone, kept = await film(acme, **hook), await film(other)
    changed = await acme.post(
        f"/v1/shorts/{gone}/scenes/1/reroll", headers={"idempotency-key": "acme-key"}
    )
    assert changed.status_code == 202, changed.text
    await service.factory.work(gone)
    await service.jobs.send_webhook(gone, "done", "now")
    await Policies(service.database.pool).keep_for("acme.inc", 7)
    mine = (await acme.get(f"/v1/shorts/{gone}/versions")).json()["versions"][1]["files"]
    theirs = (await other.get(f"/v1/shorts/{kept}")).json()["files"]
    assert len(await mentions(sql, gone)) >= 11

    forgotten = await Farewell(service.factory).forget("acme.inc")
    assert not any(forgotten.left.values()), forgotten.left
    empty = {name for name, number in forgotten.deleted.items() if not number}
    assert empty == {"batches", "alerts"}
    assert await mentions(sql, "acme", gone) == []
    with pytest.raises(StorageError):
        await service.factory.store.read(mine["receipt"]["sha256"])
    assert await service.factory.store.read(theirs["film"]["sha256"])
    assert (await acme.get("/v1/shorts")).status_code == 401
    assert (await other.get(f"/v1/shorts/{kept}/film")).status_code == 200
    held = await sql("select sum(held_usd) as n from ledger_day where tenant = 'deleted'")
    assert held[0]["n"] == 0


@pytest.mark.slow
async def test_the_nightly_job_keeps_each_tenants_policy(service, tenant, film, sql, worker):
    brief, long = await tenant("brief"), await tenant("long")
    old = [await film(client) for client in (brief, brief, long)]
    new = await film(brief)
    await Policies(service.database.pool).keep_for("brief", 7)
    await sql("update runs set updated_at = now() - interval '8 days' where id <> %s", (new,))
    await sql("update runs set status = 'parked' where id = %s", (old[1],))
    files = {
        run_id: (await client.get(f"/v1/shorts/{run_id}")).json()["files"]
        for client, run_id in ((brief, old[0]), (long, old[2]))
    }
    job = service.jobs.app.configure_task(RETENTION, queue=ERRANDS)
    await job.defer_async(timestamp=0)
    async with asyncio.timeout(60):
        while await sql("select 1 from runs where id = %s", (old[0],)):  # noqa: ASYNC110
            await asyncio.sleep(0.05)
        while await sql("select 1 from procrastinate_jobs where task_name = 'retention'"):  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    left = {str(row["id"]) for row in await sql("select id from runs")}
    assert left == {old[1], old[2], new}
    pruned = "select count(*) as n from checkpoints where thread_id = %s and checkpoint_ns = ''"
    assert [(await sql(pruned, (run,)))[0]["n"] for run in (old[0], old[2])] == [0, 1]
    assert (await sql(pruned, (new,)))[0]["n"] > 1
    with pytest.raises(StorageError):
        await service.factory.store.read(files[old[0]]["receipt"]["sha256"])
    assert await service.factory.store.read(files[old[2]]["film"]["sha256"])


async def test_what_another_tenant_needs_too_stays(service, tenant, script, sql):
    acme, other = await tenant("acme"), await tenant("other")
    gone = (await acme.post("/v1/shorts", json=script)).json()["id"]
    kept = (await other.post("/v1/shorts", json=script)).json()["id"]
    own = await service.factory.store.put(b"of acme alone", ".txt")
    shared = await service.factory.store.put(b"of both", ".txt")
    for run_id, sha256 in ((gone, own), (gone, shared), (kept, shared)):
        await sql("insert into artifact_refs values (%s, %s)", (run_id, sha256))
    forgotten = await Farewell(service.factory).forget("acme")
    assert (forgotten.deleted["files"], forgotten.deleted["runs"]) == (1, 1)
    assert await service.factory.store.read(shared) == b"of both"
    with pytest.raises(StorageError, match="missing"):
        await service.factory.store.read(own)
    assert (await other.get(f"/v1/shorts/{kept}")).status_code == 200
