"""Changing a finished film over HTTP: what it takes, what is kept, what comes back."""

import asyncio
from unittest import mock

import httpx
import pytest
import pytest_asyncio

from bench.unfilmed import Unfilmed
from graph.checkpoints import saver
from server.app import make_app
from shortfactory.settings import RenderSettings, Settings

pytestmark = pytest.mark.asyncio(loop_scope="module")

GERMAN = """# Gezeiten

## Eins
Das Meer atmet zweimal am Tag.

## Zwei
Der Mond zieht, und das Wasser folgt.
"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def app(postgres_server, module_database_url, tmp_path_factory):
    """One API for all tests of this module: everything is real but the frames."""
    settings = Settings(
        _env_file=None,
        home=tmp_path_factory.mktemp("home"),
        database_url=module_database_url,
        providers="offline",
        render=RenderSettings(workers=1),
    )
    with mock.patch("graph.line.RenderDoor", return_value=Unfilmed(1)):
        made = make_app(settings)
        async with made.router.lifespan_context(made):
            yield made


@pytest.fixture
def from_elsewhere(app):
    """Clients of another machine, without a key."""

    def make():
        transport = httpx.ASGITransport(app, client=("203.0.113.9", 1234))
        return httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1")

    return make


@pytest_asyncio.fixture(loop_scope="module")
async def client(app):
    """This machine, while no key was made."""
    transport = httpx.ASGITransport(app, client=("127.0.0.1", 1234))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as opened:
        yield opened


@pytest_asyncio.fixture(loop_scope="module")
async def film(client, app, tide):
    """The address of a finished short of two scenes."""
    order = {"script": tide, "seconds": 5, "scenes": 2, "approve": "auto"}
    run_id = (await client.post("/v1/shorts", json=order)).json()["id"]
    assert (await app.state.service.factory.work(run_id)).status == "done"
    return f"/v1/shorts/{run_id}"


@pytest.fixture
def made(app):
    """Does what was queued."""

    async def work(answer):
        assert answer.status_code == 202, answer.text
        run = await app.state.service.factory.work(answer.json()["id"])
        assert run.status == "done", run.reason
        return answer.json()

    return work


def paid(version):
    """What was called for to make this film; the cover's drawing is another thing."""
    return [
        (call["node"], call["scene"])
        for call in version["calls"]
        if call["status"] != "cached" and call["node"] != "package"
    ]


async def test_another_picture_says_what_it_takes_and_takes_that(client, film, made):
    taken = await made(await client.post(f"{film}/scenes/2/reroll"))
    assert taken["takes"] | {"expected_usd": 0, "needed_usd": 0} == {
        "pictures": [2],
        "narrations": [],
        "translation": False,
        "kept_pictures": [1],
        "kept_narrations": [1, 2],
        "expected_usd": 0,
        "needed_usd": 0,
    }
    old, new = (await client.get(f"{film}/versions")).json()["versions"]
    assert paid(new) == [("illustrate", 2), ("inspect_image", 2)]
    assert (old["current"], new["current"], new["based_on"]) == (False, True, 1)
    assert (new["by"], new["change"]["scene"]) == ("local", 2)


async def test_other_words_and_another_language_over_the_same_pictures(client, film, made):
    body = {"narration": "Gravity pulls at the oceans."}
    await made(await client.post(f"{film}/scenes/2/reroll", json=body))
    spoken = await made(
        await client.post(f"{film}/changes", json={"language": "de", "script": GERMAN})
    )
    assert spoken["takes"]["narrations"] == spoken["takes"]["kept_pictures"] == [1, 2]
    third = (await client.get(f"{film}/versions/3")).json()
    assert (third["language"], third["script"]["title"]) == ("de", "Gezeiten")
    assert paid(third) == [("narrate", 1), ("narrate", 2)]
    compared = (await client.get(f"{film}/compare?old=1&new=2")).json()
    assert compared["scenes"] == [{"number": 2, "halves": ["voice"], "segment": True}]
    assert "+Gravity pulls at the oceans." in compared["script_diff"]


async def test_an_earlier_film_is_read_and_restored_byte_for_byte(
    client, film, made, from_elsewhere
):
    first = (await client.get(f"{film}/film")).content
    await made(await client.post(f"{film}/scenes/1/reroll"))
    assert (await client.get(f"{film}/film")).content != first
    assert (await client.get(f"{film}/film?version=1")).content == first
    link = (await client.get(f"{film}/versions/1")).json()["files"]["film"]["href"]
    async with from_elsewhere() as stranger:
        assert (await stranger.get(link)).content == first
        assert (await stranger.get(link.replace("version=1", "version=2"))).status_code == 404
    restored = await client.post(f"{film}/versions/1/restore")
    assert (restored.status_code, restored.json()["status"]) == (200, "done")
    assert (await client.get(f"{film}/film")).content == first


async def test_the_same_key_is_one_change_even_when_the_film_is_done(client, film, made):
    async def ask(body=None, key="a", at="scenes/1/reroll"):
        return await client.post(f"{film}/{at}", json=body, headers={"idempotency-key": key})

    refused = await ask({"narration": "See www.sea.example"})
    assert refused.status_code == 422
    async with asyncio.TaskGroup() as group:
        sent = [group.create_task(ask()) for _ in range(5)]
    answers = {task.result().status_code for task in sent}
    assert 202 in answers
    assert answers <= {202, 409}
    await made(await ask())
    again = await ask()
    assert (again.status_code, again.json()["status"]) == (202, "done")
    assert len((await client.get(f"{film}/versions")).json()["versions"]) == 2
    other = await ask(at="scenes/2/reroll")
    assert other.json()["type"] == "urn:shortfactory:problem:key-reused"


REFUSED = [
    ("scenes/9/reroll", {}, 404, "the film has the scenes 1 to 2"),
    ("scenes/0/reroll", {}, 422, "scene"),
    ("scenes/1/reroll", {"prompt": ""}, 422, "at least 2 characters"),
    ("scenes/1/reroll", {"again": ["film"]}, 422, "again"),
    ("scenes/1/reroll", {"again": ["voice"]}, 422, "the same way every time"),
    ("scenes/1/reroll", {"voice": "f3"}, 422, "voice"),
    ("changes", {}, 422, "nothing to change"),
    ("changes", {"voice": "../../x"}, 422, "voice"),
    ("changes", {"language": "de"}, 422, "translat"),
    ("changes", {"script": GERMAN}, 422, "language"),
    ("changes", {"language": "de", "script": "# x"}, 422, "script"),
    ("versions/9/restore", None, 404, "version"),
]


async def test_what_cannot_be_changed_is_said_before_anything_is_recorded(client, film):
    for path, body, status, says in REFUSED:
        answer = await client.post(f"{film}/{path}", json=body)
        assert (answer.status_code, says in answer.text) == (status, True), (path, answer.text)
        assert answer.headers["content-type"] == "application/problem+json"
    for path in ("versions/9", "compare?old=1&new=9", "film?version=9"):
        assert (await client.get(f"{film}/{path}")).status_code == 404
    assert (await client.get(film)).json()["status"] == "done"


async def test_a_short_without_a_film_is_not_changed(client, script):
    run_id = (await client.post("/v1/shorts", json=script)).json()["id"]
    at = f"/v1/shorts/{run_id}"
    for path in ("scenes/1/reroll", "changes", "versions/1/restore"):
        refused = await client.post(f"{at}/{path}", json={"voice": "f3"} if path[0] == "c" else {})
        assert refused.status_code == 409, refused.text
    assert (await client.get(f"{at}/versions")).json() == {"versions": []}


async def test_a_film_is_read_in_parts_and_only_when_it_has_changed(client, film):
    async def get(method="GET", **headers):
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return await client.request(method, f"{film}/film", headers=named)

    whole = await get()
    etag, size = whole.headers["etag"], len(whole.content)
    part = await get(range="bytes=2-5", if_range=etag)
    assert (part.status_code, part.content) == (206, whole.content[2:6])
    assert part.headers["content-range"] == f"bytes 2-5/{size}"
    assert (await get(range="bytes=-3")).content == whole.content[-3:]
    assert (await get(range="bytes=2-5", if_range='"other"')).content == whole.content
    for unusable in ("bytes=x", "bytes=5-2", "lines=1-2", "bytes=", "bytes=1-2;drop"):
        assert (await get(range=unusable)).status_code == 200, unusable
    longer = await get(range=f"bytes={size}-", if_range='"other"')  # of another film
    assert (longer.status_code, longer.content) == (200, whole.content)
    beyond = await get(range=f"bytes={size}-")
    assert (beyond.status_code, beyond.headers["content-range"]) == (416, f"bytes */{size}")
    assert beyond.json()["type"] == "urn:shortfactory:problem:no-such-range"
    for held in (etag, f"W/{etag}", f'"a", {etag}', "*"):
        assert (await get(if_none_match=held)).status_code == 304
    assert (await get(if_none_match='"a"')).status_code == 200
    assert "default-src 'none'" in whole.headers["content-security-policy"]
    head = await get("HEAD")
    assert (head.headers["content-length"], head.content) == (str(size), b"")


async def test_a_script_has_versions_that_outlive_their_checkpoints(client, film, made, app):
    body = {"narration": "Gravity pulls at the oceans."}
    await made(await client.post(f"{film}/scenes/2/reroll", json=body))
    newest = await client.get(f"{film}/script")
    assert (newest.json()["version"], newest.headers["etag"]) == (2, '"v2"')
    held = await client.get(f"{film}/script", headers={"if-none-match": 'W/"v2"'})
    assert (held.status_code, held.content) == (304, b"")
    await saver(app.state.service.database.pool).aprune([film.rpartition("/")[2]])
    older = (await client.get(f"{film}/script?version=1")).json()
    assert older["script"]["scenes"][1]["narration"].startswith("The moon pulls")
    assert (await client.get(f"{film}/script?version=9")).status_code == 404
