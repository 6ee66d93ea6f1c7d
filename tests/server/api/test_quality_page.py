"""The quality page over HTTP: of a film that failed, before anything is handed over."""

import pytest

from bench.unfilmed import Unfilmed
from media.report import Finding, Report

LOUD = Finding(check="loudness", severity="fail", message="Too loud.", measured=-9, limit=-14)


class Loud(Unfilmed):
    """A render door whose every film is too loud."""

    async def report(self, *_given, **_named):
        return Report(passed=False, findings=(LOUD,), measurements={})


@pytest.fixture(autouse=True)
def too_loud(monkeypatch):
    """Everything is real but the frames, and no film passes."""
    monkeypatch.setattr("graph.line.RenderDoor", lambda *_: Loud(1))


async def test_a_parked_film_s_page_is_served_to_its_tenant_alone(service, script, tenant):
    ada, bob = await tenant("ada"), await tenant("bob")
    order = {**script, "approve": "auto"}
    run_id = (await ada.post("/v1/shorts", json=order)).json()["id"]
    assert (await service.factory.work(run_id)).status == "parked"

    short = (await ada.get(f"/v1/shorts/{run_id}")).json()
    assert (short["quality"]["passed"], list(short["files"])) == (False, ["quality"])
    page = await ada.get(f"/v1/shorts/{run_id}/quality")
    assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert "Why bees dance" in page.text
    assert page.headers["content-security-policy"].startswith("default-src 'none'")
    again = {"if-none-match": page.headers["etag"]}
    assert (await ada.get(f"/v1/shorts/{run_id}/quality", headers=again)).status_code == 304
    assert (await ada.get(f"/v1/shorts/{run_id}/film")).status_code == 404
    assert (await bob.get(f"/v1/shorts/{run_id}/quality")).status_code == 404


async def test_there_is_no_page_before_a_film(client, script):
    run_id = (await client.post("/v1/shorts", json={**script, "approve": "ask"})).json()["id"]
    answer = await client.get(f"/v1/shorts/{run_id}/quality")
    assert answer.status_code == 404
    assert "has no quality yet" in answer.json()["detail"]
