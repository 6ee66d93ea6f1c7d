"""The OpenAPI document is complete, and what the service answers conforms to it."""

import json
import re
from pathlib import Path

import jsonschema_rs

DOCS = Path(__file__).parents[3] / "docs"


def pointer(document, path, method, status, kind="application/json"):
    """The schema of one answer, with the document's other schemas at hand."""
    found = document["paths"][path][method]["responses"][str(status)]["content"][kind]["schema"]
    return {**found, "components": document["components"]}


async def test_every_route_documents_its_errors_and_is_named(app):
    document = app.openapi()
    own = {path: at for path, at in document["paths"].items() if path.startswith("/v1")}
    assert len(own) >= 24
    for path, methods in own.items():
        for method, operation in methods.items():
            assert {"401", "403", "429", "503"} <= operation["responses"].keys(), (path, method)
            assert operation["summary"]
    assert document["components"]["securitySchemes"].keys() >= {"HTTPBearer", "APIKeyHeader"}


async def test_the_document_refers_to_nothing_it_lacks(app):
    document = app.openapi()
    named = re.findall(r'"#/components/schemas/([^"]+)"', json.dumps(document))
    assert set(named) <= document["components"]["schemas"].keys()
    operations = [each for at in document["paths"].values() for each in at.values()]
    names = [operation["operationId"] for operation in operations]
    assert len(set(names)) == len(names)
    assert {"order_short", "reroll_scene", "read_film"} <= set(names)


async def test_the_pages_for_people_name_only_routes_that_exist(app):
    real = {
        (method.upper(), re.sub(r"{.*?}", "{}", path))
        for path, methods in app.openapi()["paths"].items()
        for method in methods
    }
    for page in ("service.md", "changing.md"):
        text = (DOCS / page).read_text("utf-8")
        named = re.findall(r"(GET|POST) (/v1/[a-z{}/]+)", text)
        assert len(named) >= 5
        assert {(method, re.sub(r"{.*?}", "{}", path)) for method, path in named} <= real


async def test_answers_conform_to_the_document(app, client, script):
    document = app.openapi()
    ordered = await client.post("/v1/shorts", json=script)
    run_id = ordered.json()["id"]
    at = "/v1/shorts/{short_id}"
    answers = [
        ("/v1/shorts", "post", ordered),
        ("/v1/shorts", "get", await client.get("/v1/shorts")),
        (at, "get", await client.get(f"/v1/shorts/{run_id}")),
        (f"{at}/script", "get", await client.get(f"/v1/shorts/{run_id}/script")),
        (f"{at}/links", "get", await client.get(f"/v1/shorts/{run_id}/links")),
        (f"{at}/film", "get", await client.get(f"/v1/shorts/{run_id}/film")),
        (f"{at}/approval", "post", await client.post(f"/v1/shorts/{run_id}/approval", json={})),
        (f"{at}/cancel", "post", await client.post(f"/v1/shorts/{run_id}/cancel")),
        (f"{at}/resume", "post", await client.post(f"/v1/shorts/{run_id}/resume")),
        ("/v1/estimates", "post", await client.post("/v1/estimates", json=script)),
        ("/v1/costs", "get", await client.get("/v1/costs?by=model")),
    ]
    for path, method, answer in answers:
        kind = answer.headers["content-type"]
        schema = pointer(document, path, method, answer.status_code, kind)
        jsonschema_rs.validator_for(schema).validate(answer.json())


async def test_the_examples_in_the_document_are_taken(app, client):
    forms = app.openapi()["components"]["schemas"]
    example = next(e for e in forms["ShortForm"]["examples"] if "script" in e)
    assert (await client.post("/v1/shorts", json=example)).status_code == 202
