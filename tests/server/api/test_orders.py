"""Ordering and looking: idempotency, pages, decisions, conditions."""

import asyncio

from graph.run import Run


async def order(client, script, **headers):
    return await client.post("/v1/shorts", json=script, headers=headers)


async def waiting(service, client, script, version=1):
    """A short that waits for its approval, without a worker."""
    run_id = (await order(client, script)).json()["id"]
    runs = service.database.runs
    await runs.set_facts(run_id, script_version=version)
    await runs.set_status(run_id, "waiting_approval", only_from=["queued"])
    return run_id


def decision(version=1, **more):
    return {"decision": "approve", "script_version": version, **more}


async def test_the_same_key_and_body_are_one_short(client, script):
    first = await order(client, script, **{"idempotency-key": "a"})
    again = await order(client, script, **{"idempotency-key": "a"})
    assert first.status_code == again.status_code == 202
    assert first.json()["id"] == again.json()["id"]
    assert first.headers["location"] == f"/v1/shorts/{first.json()['id']}"


async def test_the_same_key_with_another_body_is_refused(client, script):
    await order(client, script, **{"idempotency-key": "a"})
    other = await order(client, {**script, "seconds": 6}, **{"idempotency-key": "a"})
    assert other.status_code == 422
    assert other.headers["content-type"] == "application/problem+json"
    assert other.json()["type"] == "urn:shortfactory:problem:key-reused"


async def test_ten_of_the_same_at_once_are_one_short(client, script):
    async with asyncio.TaskGroup() as group:
        sent = [
            group.create_task(order(client, script, **{"idempotency-key": "a"})) for _ in range(10)
        ]
    assert len({task.result().json()["id"] for task in sent}) == 1


async def test_a_refused_order_does_not_use_up_its_key(client, script):
    refused = await order(client, {"topic": "Bees"}, **{"idempotency-key": "a"})
    assert refused.status_code == 422, refused.text
    assert (await order(client, script, **{"idempotency-key": "a"})).status_code == 202


async def test_pages_hold_every_short_once(client, script):
    made = [(await order(client, script)).json()["id"] for _ in range(5)]
    seen, cursor = [], None
    while True:
        page = (
            await client.get(
                "/v1/shorts", params={"limit": 2} | ({"cursor": cursor} if cursor else {})
            )
        ).json()
        seen += [short["id"] for short in page["shorts"]]
        if not (cursor := page["next_cursor"]):
            break
    assert seen == made[::-1]


async def test_a_list_can_be_of_one_status(client, script):
    kept = (await order(client, script)).json()["id"]
    gone = (await order(client, script)).json()["id"]
    assert (await client.post(f"/v1/shorts/{gone}/cancel")).json()["status"] == "cancelled"
    found = (await client.get("/v1/shorts?status=queued")).json()["shorts"]
    assert [short["id"] for short in found] == [kept]


async def test_of_two_decisions_at_once_one_is_taken(service, client, script):
    run_id = await waiting(service, client, script)
    async with asyncio.TaskGroup() as group:
        sent = [
            group.create_task(client.post(f"/v1/shorts/{run_id}/approval", json=decision()))
            for _ in range(2)
        ]
    assert sorted(task.result().status_code for task in sent) == [202, 409]


async def test_an_approval_of_an_old_version_is_refused(service, client, script):
    run_id = await waiting(service, client, script, version=2)
    old = await client.post(f"/v1/shorts/{run_id}/approval", json=decision())
    assert old.status_code == 409
    assert "version 2" in old.json()["detail"]


async def test_an_approval_must_match_the_etag_it_names(service, client, script):
    run_id = await waiting(service, client, script)
    sent = await client.post(
        f"/v1/shorts/{run_id}/approval", json=decision(), headers={"if-match": '"v7"'}
    )
    assert sent.status_code == 412


async def test_an_edited_script_is_checked_before_it_is_kept(service, client, script):
    run_id = await waiting(service, client, script)
    sent = await client.post(
        f"/v1/shorts/{run_id}/approval", json=decision(script="no title, no scenes")
    )
    assert sent.status_code == 422
    run: Run = await service.database.runs.get(run_id)
    assert run.status == "waiting_approval"


async def test_cancelling_twice_is_refused_the_second_time(client, script):
    run_id = (await order(client, script)).json()["id"]
    assert (await client.post(f"/v1/shorts/{run_id}/cancel")).status_code == 202
    assert (await client.post(f"/v1/shorts/{run_id}/cancel")).status_code == 409


async def test_a_larger_budget_lets_a_short_that_waits_for_it_go_on(service, client, script):
    run_id = (await order(client, script)).json()["id"]
    await service.database.runs.set_status(run_id, "waiting_budget", only_from=["queued"])
    sent = await client.post(f"/v1/shorts/{run_id}/budget", json={"budget_usd": "1.50"})
    assert (sent.json()["status"], sent.json()["budget_usd"]) == ("queued", "1.500000")


async def test_an_estimate_costs_nothing_offline(client, script):
    found = (await client.post("/v1/estimates", json=script)).json()
    assert float(found["estimate"]["worst_usd"]) == 0
    assert (await client.get("/v1/costs")).json() == {"by": "day", "totals": []}


async def test_a_file_is_unknown_until_it_is_made(client, script):
    run_id = (await order(client, script)).json()["id"]
    for path in ("film", "cover", "captions", "metadata", "receipt"):
        missing = await client.get(f"/v1/shorts/{run_id}/{path}")
        assert missing.status_code == 404
        assert missing.json()["type"] == "urn:shortfactory:problem:unknown-file"


async def test_health_and_numbers(client, script):
    await order(client, script)
    assert (await client.get("/healthz")).json() == {"status": "ok"}
    assert (await client.get("/readyz")).status_code == 200
    assert 'shortfactory_shorts{status="queued"} 1.0' in (await client.get("/metrics")).text


async def test_who_can_wait_orders_pictures_at_half_the_price(service, client):
    asked = {"topic": "Why bees dance", "providers": "simulator"}
    patient = {**asked, "patience": "24h"}
    at_once, later = [
        (await client.post("/v1/estimates", json=body)).json()["estimate"]
        for body in (asked, patient)
    ]
    assert float(later["expected_usd"]) < 0.6 * float(at_once["expected_usd"])
    run = await service.database.runs.get((await order(client, patient)).json()["id"])
    assert run.plan["batch"]
    assert run.plan["patience_s"] == 86_400


async def test_a_patience_that_helps_nobody_is_refused(client, script):
    live = {"topic": "Why bees dance", "providers": "simulator"}
    for body in (
        {**live, "patience": "1m"},
        {**live, "patience": "soon"},
        {**script, "patience": "1d"},
    ):
        for path in ("/v1/shorts", "/v1/estimates"):
            refused = await client.post(path, json=body)
            assert refused.status_code == 422
            assert "patience" in refused.json()["detail"]


async def test_effects_are_as_ordered_and_else_left_to_the_style(service, client, script):
    for given, kept in (({}, "auto"), ({"effects": "off"}, "off"), ({"effects": "on"}, "on")):
        run_id = (await order(client, {**script, **given})).json()["id"]
        assert (await service.database.runs.get(run_id)).topic["effects"] == kept
