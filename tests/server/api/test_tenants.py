"""Keys, scopes, tenants that cannot see each other, and forgetting one."""

import pytest

from graph.tenancy import tenant_pool


async def test_without_keys_only_this_machine_is_served(client, visit):
    assert (await client.get("/v1/shorts")).status_code == 200
    async with visit(host="203.0.113.9") as stranger:
        refused = await stranger.get("/v1/shorts")
    assert refused.status_code == 403
    assert "shortfactory keys create" in refused.json()["cure"]


@pytest.mark.parametrize("headers", [{"origin": "https://evil.example"}, {"host": "evil.example"}])
async def test_a_web_page_in_a_browser_here_is_not_served(client, headers):
    assert (await client.get("/v1/shorts", headers=headers)).status_code == 403


async def test_once_there_is_a_key_nobody_is_served_without(client, tenant):
    await tenant("acme")
    refused = await client.get("/v1/shorts")
    assert refused.status_code == 401
    assert refused.headers["www-authenticate"] == "Bearer"


async def test_an_unknown_key_is_refused(client):
    for key in ("sf_00000000_" + "a" * 43, "x", "sf_' or 1=1 --", "é"):
        shown = {"authorization": f"Bearer {key}".encode()}
        assert (await client.get("/v1/shorts", headers=shown)).status_code == 401


async def test_a_revoked_and_an_expired_key_are_refused(visit, keys, service):
    text, key = await keys.create("acme", ("read",), days=1)
    async with visit(text) as client:
        assert (await client.get("/v1/shorts")).status_code == 200
        async with service.database.pool.connection() as connection:
            await connection.execute("update api_keys set expires_at = now()")
        assert (await client.get("/v1/shorts")).status_code == 401
    text, key = await keys.create("acme", ("read",))
    await keys.revoke(key.prefix)
    async with visit(text) as client:
        assert (await client.get("/v1/shorts")).status_code == 401


async def test_a_rotated_key_and_its_successor_are_both_good_for_a_while(visit, keys):
    old, key = await keys.create("acme", ("read",))
    new, successor = await keys.rotate(key.prefix, hours=1)
    assert successor.tenant == "acme"
    for text in (old, new):
        async with visit(text) as client:
            assert (await client.get("/v1/shorts")).status_code == 200
    assert [key.last_used_at is not None for key in await keys.list("acme")] == [True, True]


async def test_a_key_is_kept_as_a_hash_only(keys, service):
    text, _ = await keys.create("acme", ("read",))
    async with service.database.pool.connection() as connection:
        row = await (
            await connection.execute("select api_keys::text as t from api_keys")
        ).fetchone()
    assert text[12:] not in row["t"]


async def test_scopes_are_kept(tenant, script):
    reader, writer = await tenant("acme", ("read",)), await tenant("acme", ("write",))
    assert (await reader.post("/v1/shorts", json=script)).status_code == 403
    assert (await reader.get("/metrics")).status_code == 403
    assert (await writer.get("/v1/shorts")).status_code == 403


async def test_another_tenants_short_is_unknown_on_every_route(app, tenant, script):
    acme, other = await tenant("acme"), await tenant("other")
    run_id = (await acme.post("/v1/shorts", json=script)).json()["id"]
    bodies = {
        "approval": {"decision": "reject", "script_version": 0},
        "budget": {"budget_usd": 1},
        "changes": {"voice": "f3"},
    }
    tried = 0
    for path, methods in app.openapi()["paths"].items():
        at = path.replace("{short_id}", run_id).replace("{scene}", "1").replace("{version}", "1")
        for method in methods if "{short_id}" in path else ():
            body = bodies.get(path.rsplit("/", 1)[1])
            answer = await other.request(method, at, json=body, params={"old": 1, "new": 1})
            assert answer.status_code == 404, (method, at, answer.text)
            tried += 1
    assert tried >= 21
    assert (await other.get("/v1/shorts")).json()["shorts"] == []
    assert (await other.get(f"/v1/shorts?cursor={run_id}")).status_code == 404
    assert (await acme.get(f"/v1/shorts/{run_id}")).status_code == 200


TABLES = ("runs", "submissions", "run_events", "ledger")


async def test_the_database_itself_keeps_tenants_apart(service, tenant, script):
    acme = await tenant("acme")
    run_id = (await acme.post("/v1/shorts", json=script)).json()["id"]
    async with tenant_pool(service.database.pool, "other").connection() as connection:
        for table in (*TABLES, "film_versions", "change_requests"):
            cursor = await connection.execute(f"select count(*) as n from {table}")
            assert (await cursor.fetchone())["n"] == 0
        changed = await connection.execute("update runs set title = 'mine'")
        assert changed.rowcount == 0
    assert (await service.database.runs.get(run_id)).title != "mine"


async def test_one_tenants_requests_do_not_use_up_anothers(service, tenant):
    busy, calm = await tenant("busy"), await tenant("calm")
    service.pace._per_minute = 3
    answers = [await busy.get("/v1/shorts") for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert int(answers[-1].headers["retry-after"]) >= 1
    assert (await calm.get("/v1/shorts")).status_code == 200
