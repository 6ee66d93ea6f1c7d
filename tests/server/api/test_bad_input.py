"""Whatever a client sends, it gets a problem document and the service goes on."""

import json

UUID = "00000000-0000-4000-8000-000000000000"
HOSTILE = ["'; drop table runs; --", "\r\nX-Evil: 1", "../../etc/passwd", "%00", "💥" * 50]

BODIES = {
    "malformed JSON": (b'{"topic": ', 422),
    "not an object": (b"[1, 2]", 422),
    "not text": (b"\xff\xfe\x00", 400),
    "deep nesting": (b"[" * 5_000, 400),
    "an unknown field": (b'{"topic": "Bees", "evil": 1}', 422),
    "a wrong type": (b'{"topic": 7}', 422),
    "a truth for a number": (b'{"topic": "Bees", "scenes": true}', 422),
    "a word for a truth": (b'{"topic": "Bees", "made_for_kids": "yes"}', 422),
    "effects that are none": (b'{"topic": "Bees", "effects": "loud"}', 422),
    "infinite seconds": (b'{"topic": "Bees", "seconds": Infinity}', 422),
    "no seconds": (b'{"topic": "Bees", "seconds": NaN}', 422),
    "a lone surrogate": (b'{"topic": "\\ud800 bees"}', 422),
    "a NUL in a script": (b'{"script": "# A\\n\\n## B\\nwords\\u0000here"}', 422),
    "an empty order": (b"{}", 422),
    "script and source": (b'{"script": "# A", "source": "words"}', 422),
    "an unknown style": (b'{"script": "# A\\n\\n## B\\nwords", "style": "../x"}', 422),
    "an unknown language": (b'{"script": "# A\\n\\n## B\\nwords", "language": "xx-yy"}', 422),
    "no money": (b'{"topic": "Bees", "budget_usd": "0"}', 422),
    "money finer than a millionth": (b'{"topic": "Bees", "budget_usd": "0.0000001"}', 422),
    "money that is no number": (b'{"topic": "Bees", "budget_usd": "NaN"}', 422),
}


def is_problem(answer):
    """Assert the form of RFC 9457 and return the document."""
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    problem = answer.json()
    assert problem["status"] == answer.status_code
    assert problem["title"]
    assert problem["detail"]
    return problem


async def test_a_body_that_cannot_be_used_is_refused(client):
    headers = {"content-type": "application/json"}
    for name, (body, status) in BODIES.items():
        sent = await client.post("/v1/shorts", content=body, headers=headers)
        assert sent.status_code == status, (name, sent.text)
        is_problem(sent)
    assert (await client.get("/v1/shorts")).json()["shorts"] == []


async def test_fifty_megabytes_are_refused_before_they_are_read(client):
    async def flood():
        for _ in range(50):
            yield b"x" * 1_000_000

    announced = await client.post("/v1/shorts", content=b"x" * 50_000_000)
    streamed = await client.post("/v1/shorts", content=flood())
    for answer in (announced, streamed):
        assert answer.status_code == 413
        is_problem(answer)


async def test_hostile_text_in_a_path_names_no_short(client):
    for text in HOSTILE:
        for path in ("/v1/shorts/{}", "/v1/shorts/{}/film", "/v1/shorts/{}/script"):
            answer = await client.get(
                path.format(text.replace("/", "%2F").replace("\r\n", "%0D%0A"))
            )
            assert answer.status_code in (404, 422)
            is_problem(answer)


async def test_hostile_text_in_a_query_is_refused(client):
    for text in HOSTILE:
        for name in ("status", "cursor", "limit"):
            answer = await client.get("/v1/shorts", params={name: text})
            assert answer.status_code == 422
            is_problem(answer)


async def test_a_day_is_written_as_a_day(client):
    for day in ("0", "1764000000", "2026-13-01", "yesterday", "2026-11-22T00:00:00"):
        is_problem(await client.get("/v1/costs", params={"since": day}))
    assert (await client.get("/v1/costs?since=2026-11-22&until=2026-11-23")).status_code == 200


async def test_sql_in_a_topic_is_a_topic(client, script):
    sql = "'; drop table runs; -- " + json.dumps({"a": "$$ %s %(id)s"})
    sent = await client.post("/v1/shorts", json={**script, "topic": sql})
    assert sent.status_code == 202
    assert (await client.get(f"/v1/shorts/{sent.json()['id']}")).json()["title"] == sql[:80]


async def test_an_idempotency_key_is_plain(client, script):
    for key in ("a\nb", "é", "", "x" * 201):
        headers = {"idempotency-key": key.encode()}
        sent = await client.post("/v1/shorts", json=script, headers=headers)
        assert sent.status_code == 422
        is_problem(sent)


PRIVATE = [
    "http://127.0.0.1/x",
    "http://localhost/x",
    "http://[::1]/x",
    "http://[::ffff:10.0.0.1]/x",
    "http://169.254.169.254/latest/meta-data",
    "http://10.1.2.3/x",
    "http://2130706433/x",
    "http://0x7f000001/x",
    "http://0177.0.0.1/x",
    "http://127.1/x",
    "http://localhost./x",
    "http://app.localhost/x",
    "http://0.0.0.0/x",
    "http://[::ffff:169.254.169.254]/x",
    "http://[2002:7f00:1::]/x",
    "http://[64:ff9b::7f00:1]/x",
    "http://[fd00::1]/x",
    "http://224.0.0.1/x",
    "https://example.com/\r\nX-Evil: 1",
    "file:///etc/passwd",
    "https://user@example.com/",
    "https://example.com:99999/",
    "https:///x",
]


async def test_a_webhook_that_could_not_be_reached_from_outside_is_refused(client, script):
    for url in PRIVATE:
        sent = await client.post("/v1/shorts", json={**script, "webhook_url": url})
        assert sent.status_code == 422, url
        assert "webhook_url" in is_problem(sent)["detail"]


async def test_unknown_ids_paths_and_methods_are_problems(client):
    assert is_problem(await client.get(f"/v1/shorts/{UUID}"))["type"].endswith("unknown-run")
    assert is_problem(await client.get("/v1/nothing"))["status"] == 404
    deleted = await client.delete("/v1/shorts")
    assert is_problem(deleted)["status"] == 405
    assert deleted.headers["allow"] == "GET, POST"
    assert is_problem(await client.post(f"/v1/shorts/{UUID}/resume"))["status"] == 404


async def test_a_changed_or_old_link_reads_nothing(client):
    for query in (f"expires=1&signature={'0' * 64}", f"expires=9999999999&signature={'0' * 64}"):
        answer = await client.get(f"/v1/shorts/{UUID}/film?{query}")
        assert answer.status_code == 404


async def test_an_unexpected_error_tells_nothing_of_itself(client, service, monkeypatch):
    async def broken(*_, **__):
        raise RuntimeError("a secret of the house")

    monkeypatch.setattr(type(service.database.runs), "list", broken)
    answer = await client.get("/v1/shorts")
    assert answer.status_code == 500
    is_problem(answer)
    assert "secret" not in answer.text


async def test_cross_origin_is_off_unless_configured(client):
    asked = {"origin": "https://app.example", "access-control-request-method": "GET"}
    assert (
        "access-control-allow-origin"
        not in (await client.options("/v1/shorts", headers=asked)).headers
    )
