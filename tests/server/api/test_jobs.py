"""The queue: fair between tenants, and nothing that a dead worker held is lost."""

import asyncio

import pytest

from graph.run import Run
from server.worker import Worker


async def queued(service):
    async with service.database.pool.connection() as connection:
        cursor = await connection.execute(
            "select id, lock, priority, status::text, args from procrastinate_jobs "
            "order by priority desc, id"
        )
        return await cursor.fetchall()


async def database_does(service, statement, *values):
    async with service.database.pool.connection() as connection:
        await connection.execute(statement, values)


async def test_a_tenant_with_many_shorts_does_not_keep_another_waiting(service, tenant, script):
    many, one = await tenant("many"), await tenant("one")
    for _ in range(6):
        await many.post("/v1/shorts", json=script)
    await one.post("/v1/shorts", json=script)
    order = [job["lock"].split("/")[0] for job in await queued(service)]
    assert order.index("one") == 1


async def test_a_tenant_may_have_so_many_running_at_once(service, tenant, script, settings):
    many = await tenant("many")
    for _ in range(6):
        await many.post("/v1/shorts", json=script)
    manager = service.jobs.app.job_manager
    worker_id = await manager.register_worker()
    taken = [await manager.fetch_job(queues=None, worker_id=worker_id) for _ in range(6)]
    assert sum(job is not None for job in taken) == settings.service.tenant_running


async def test_a_free_slot_takes_what_waits_behind_another(service, tenant, script, settings):
    many = await tenant("many")
    for _ in range(7):
        await many.post("/v1/shorts", json=script)
    await database_does(service, "update procrastinate_jobs set lock = 'many/slot1'")
    manager = service.jobs.app.job_manager
    worker_id = await manager.register_worker()
    assert await manager.fetch_job(queues=None, worker_id=worker_id)
    await service.jobs.even_out()
    taken = [await manager.fetch_job(queues=None, worker_id=worker_id) for _ in range(6)]
    assert sum(job is not None for job in taken) == settings.service.tenant_running - 1


async def test_a_job_that_ends_gives_its_slot_to_one_that_waits(service, tenant, script, settings):
    many = await tenant("many")
    for _ in range(settings.service.tenant_running + 2):
        await many.post("/v1/shorts", json=script)
    manager = service.jobs.app.job_manager
    worker_id = await manager.register_worker()
    first = await manager.fetch_job(queues=None, worker_id=worker_id)
    others = "update procrastinate_jobs set lock = 'many/slot9' where id <> %s"
    await database_does(service, others, first.id)
    await service.jobs.even_out(ending=first.id)
    assert [job["lock"] for job in await queued(service)].count(first.lock) == 2


async def test_a_short_is_put_into_the_queue_once(service, client, script):
    run_id = (await client.post("/v1/shorts", json=script)).json()["id"]
    run: Run = await service.database.runs.get(run_id)
    await service.jobs.run_short(run)
    assert len(await queued(service)) == 1


async def test_what_a_dead_worker_held_goes_back_into_the_queue(service, client, script):
    await client.post("/v1/shorts", json=script)
    manager = service.jobs.app.job_manager
    dead = await manager.register_worker()
    assert await manager.fetch_job(queues=None, worker_id=dead) is not None
    reaper = Worker(service.factory, service.jobs, 1)
    await reaper.reap()
    assert [job["status"] for job in await queued(service)] == ["doing"]
    async with service.database.pool.connection() as connection:
        await connection.execute(
            "update procrastinate_workers set last_heartbeat = now() - interval '1 hour'"
        )
    await reaper.reap()
    assert [job["status"] for job in await queued(service)] == ["todo"]


@pytest.mark.parametrize("status", ["queued", "running"])
async def test_a_run_that_no_job_is_about_gets_one(service, client, script, status):
    run_id = (await client.post("/v1/shorts", json=script)).json()["id"]
    async with service.database.pool.connection() as connection:
        await connection.execute("delete from procrastinate_jobs")
        await connection.execute(
            "update runs set updated_at = now() - interval '1 hour', status = %s", (status,)
        )
    await Worker(service.factory, service.jobs, 1).reap()
    assert [job["args"]["run_id"] for job in await queued(service)] == [run_id]


async def test_a_run_that_is_not_on_its_way_is_left_alone(service, client, script, worker):
    run_id = (await client.post("/v1/shorts", json=script)).json()["id"]
    await client.post(f"/v1/shorts/{run_id}/cancel")
    run: Run = await service.database.runs.get(run_id)
    await service.jobs.run_short(run)
    async with asyncio.timeout(60):
        # The worker may have had it in hand already; then it stops within a second.
        while (await client.get(f"/v1/shorts/{run_id}")).json()["status"] != "cancelled":  # noqa: ASYNC110
            await asyncio.sleep(0.05)
