"""Every route and every string of the document, with what an attacker writes there."""

from urllib.parse import quote

UUID = "00000000-0000-4000-8000-000000000000"
IN_PATHS = [
    "../../etc/passwd",
    "..%2f..%2fetc%2fpasswd",
    "....//film.mp4",
    "'; drop table runs; --",
    "\r\nX-Evil: 1",
    "\0",
    "%00",
    "💥" * 50,
    "-1",
    "9" * 40,
    "0197f3d2",
]
SQL = "'); drop table runs; -- \" $$ %s %(id)s {0} \\"
HEADERS = [
    ("if-match", '"v1"\r\nX-Evil: 1'),
    ("if-none-match", "\0"),
    ("last-event-id", "1; drop table run_events"),
    ("idempotency-key", "a\r\nX-Evil: 1"),
    ("range", "bytes=0-1\r\nX-Evil: 1"),
    ("x-api-key", "sf_' or 1=1 --"),
    ("authorization", "Bearer \xff\xfe"),
    ("origin", "null"),
    ("origin", "http://[::1"),
    ("origin", ""),
    ("host", "[::1"),
    ("host", "127.0.0.1:evil"),
    ("host", "evil.example/127.0.0.1"),
    ("content-type", "text/plain"),
    ("content-length", "-5"),
]


def is_refused(answer, *statuses):
    assert answer.status_code in statuses, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert "x-evil" not in answer.headers
    assert "Traceback" not in answer.text


def addresses(document):
    """Every method and path with something in braces, once for each part in braces."""
    for path, methods in document["paths"].items():
        names = [part.strip("{}") for part in path.split("/") if part.startswith("{")]
        for name in names:
            rest = {"short_id": UUID, "scene": "1", "version": "1"}
            for method in methods:
                yield method, path, name, {key: rest[key] for key in names}


async def test_no_part_of_an_address_leads_anywhere_else(app, client):
    tried = 0
    for method, path, name, good in addresses(app.openapi()):
        for text in IN_PATHS:
            at = path.format(**{**good, name: quote(text, safe="")})
            is_refused(await client.request(method, at, json={}), 404, 405, 409, 422)
            tried += 1
    assert tried >= 275


async def test_no_string_of_a_body_is_run_as_sql(app, client, script, service):
    forms = app.openapi()["components"]["schemas"]
    run_id = (await client.post("/v1/shorts", json=script)).json()["id"]
    bodies = {
        "ShortForm": ("/v1/shorts", script),
        "TopicForm": ("/v1/estimates", script),
        "DecisionForm": (f"/v1/shorts/{run_id}/approval", {"script_version": 0}),
        "RerollForm": (f"/v1/shorts/{run_id}/scenes/1/reroll", {}),
        "ChangeForm": (f"/v1/shorts/{run_id}/changes", {}),
        "BudgetForm": (f"/v1/shorts/{run_id}/budget", {}),
    }
    for form, (at, good) in bodies.items():
        for field in forms[form]["properties"]:
            for text in (SQL, "\0", "../../etc/passwd"):
                answer = await client.post(at, json={**good, field: text})
                assert answer.status_code in (200, 202, 409, 422), (form, field, answer.text)
    assert (await client.get(f"/v1/shorts/{run_id}")).status_code == 200


async def test_no_header_is_taken_for_more_than_it_is(client, script):
    run_id = (await client.post("/v1/shorts", json=script)).json()["id"]
    for name, value in HEADERS:
        sent = {name: value.encode("latin-1")}
        for method, at in (
            ("GET", f"/v1/shorts/{run_id}/script"),
            ("GET", f"/v1/shorts/{run_id}/film"),
            ("POST", f"/v1/shorts/{run_id}/approval"),
            ("POST", f"/v1/shorts/{run_id}/scenes/1/reroll"),
        ):
            answer = await client.request(method, at, headers=sent)
            is_refused(answer, 400, 401, 403, 404, 409, 422)


BODIES = (
    (b"x" * 50_000_000, 413),
    (b"[" * 100_000, 400),
    (b'{"a":' * 200 + b"1" + b"}" * 200, 400),
)


async def test_bodies_are_bounded_wherever_they_are_read(client):
    headers = {"content-type": "application/json", "accept": "application/json, text/event-stream"}
    for path in ("/v1/shorts", "/langserve/shorts/invoke", "/mcp"):
        for body, status in BODIES:
            is_refused(await client.post(path, content=body, headers=headers), status)


async def test_langserve_refuses_what_is_not_an_action(client):
    for given in (
        {"input": 5},
        {"input": {"action": "drop"}},
        {"input": {"action": "status", "short_id": SQL}},
        {},
    ):
        is_refused(await client.post("/langserve/shorts/invoke", json=given), 422)


async def test_a_client_that_leaves_while_it_sends_changes_nothing(app, client):
    async def receive():
        return messages.pop(0)

    async def send(message):
        sent.append(message)

    sent: list = []
    begun = {"type": "http.request", "body": b'{"topic": "Be', "more_body": True}
    messages = [begun, {"type": "http.disconnect"}]
    scope = {
        "type": "http",
        "method": "POST",
        "path": "/v1/shorts",
        "raw_path": b"/v1/shorts",
        "query_string": b"",
        "headers": [(b"host", b"127.0.0.1"), (b"content-type", b"application/json")],
        "client": ("127.0.0.1", 1234),
        "server": ("127.0.0.1", 80),
        "scheme": "http",
        "http_version": "1.1",
    }
    await app(scope, receive, send)
    assert sent == []
    assert (await client.get("/v1/shorts")).json()["shorts"] == []


FULL = (
    "create or replace function no_room() returns trigger language plpgsql as $$ "
    "begin raise 'could not extend file: No space left on device' using errcode = '53100'; end $$",
    "create trigger no_room before insert on {table} for each row execute function no_room()",
)


async def test_a_database_without_room_refuses_orders_until_it_has_some(client, service, script):
    async with service.database.pool.connection() as connection:
        for table in ("submissions", "runs", "run_events", "procrastinate_jobs"):
            key = {"idempotency-key": table}
            for statement in FULL:
                await connection.execute(statement.format(table=table).encode())
            refused = await client.post("/v1/shorts", json=script, headers=key)
            is_refused(refused, 503)
            assert "No space" not in refused.text
            assert (await client.get("/v1/shorts")).status_code == 200
            await connection.execute(f"drop trigger no_room on {table}".encode())
            taken = await client.post("/v1/shorts", json=script, headers=key)
            assert taken.status_code == 202, (table, taken.text)
    assert len((await client.get("/v1/shorts")).json()["shorts"]) == 4
