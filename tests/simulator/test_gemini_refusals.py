"""What Gemini refuses, and in which words."""

import json

import pytest


def error(response):
    return response.json()["error"]


@pytest.mark.parametrize(
    ("model", "image", "word"),
    [
        ("gemini-nano-banana-2.1", {"imageSize": "512"}, "image size"),
        ("gemini-nano-banana-2.1", {"imageSize": "1k"}, "image size"),
        ("gemini-3.1-flash-lite-image", {"imageSize": "2K"}, "image size"),
        ("gemini-nano-banana-2.1", {"aspectRatio": "9:17"}, "aspect ratio"),
        ("gemini-nano-banana-2.1", {"personGeneration": "x"}, "personGeneration"),
    ],
)
async def test_picture_settings_that_the_model_lacks_are_refused(play, model, image, word):
    response = await play().image(model=model, **image)
    assert response.status_code == 400
    assert word in error(response)["message"]


@pytest.mark.parametrize("keyword", ["maxLength", "minLength", "pattern", "const", "default"])
async def test_schema_keywords_that_gemini_lacks_are_refused(play, keyword):
    inner = {"type": "string", keyword: 3}
    schema = {"$defs": {"T": {"type": "object", "properties": {"a": inner}}}, "$ref": "#/$defs/T"}
    response = await play().text(responseJsonSchema=schema)
    assert response.status_code == 400
    assert f'Unknown name "{keyword}"' in error(response)["message"]


async def test_a_reference_with_a_description_beside_it_is_refused(play):
    inner = {"$ref": "#/$defs/T", "description": "a scene"}
    schema = {
        "type": "object",
        "properties": {"scene": inner},
        "$defs": {"T": {"type": "string"}},
    }
    response = await play().text(responseJsonSchema=schema)
    assert "$ref" in error(response)["message"]


@pytest.mark.parametrize(
    ("key", "status", "reason"),
    [("wrong", 400, "API_KEY_INVALID"), ("", 403, "unregistered callers")],
)
async def test_a_wrong_key_is_a_400_and_no_key_a_403(play, key, status, reason):
    played = play()
    played.http.headers["x-goog-api-key"] = key
    response = await played.text()
    assert response.status_code == status
    assert reason in response.text


@pytest.mark.parametrize("model", ["gemini-2.5-flash-image", "gemini-2.5-flash", "no-such-model"])
async def test_retired_and_unknown_models_are_gone(play, model):
    response = await play().generate(model, "hello", {})
    assert (response.status_code, error(response)["status"]) == (404, "NOT_FOUND")
    assert f"models/{model} is not found for API version v1beta" in error(response)["message"]


async def test_bad_bodies_are_refused_as_google_does(play):
    played = play()
    url = f"{played.url}/gemini/v1beta/models/gemini-3.1-flash-lite:generateContent"
    asked = {"contents": [{"parts": [{"text": "x"}]}]}
    for content in ("{", json.dumps({}), json.dumps({**asked, "nonsense": 1})):
        response = await played.http.post(url, content=content)
        assert (response.status_code, error(response)["status"]) == (400, "INVALID_ARGUMENT")
    role = await played.http.post(url, json={"contents": [{"role": "system", "parts": []}]})
    assert "valid role" in error(role)["message"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"contents": "x"},
        {"contents": [1]},
        {"contents": [{"parts": [{"text": 5}]}]},
        {"contents": [{"parts": [{"inlineData": "x"}]}]},
        {"generationConfig": []},
        {"generationConfig": {"maxOutputTokens": "many"}},
        {"generationConfig": {"thinkingConfig": "low"}},
        {"generationConfig": {"responseJsonSchema": "string"}},
        {"systemInstruction": "x"},
    ],
)
async def test_fields_of_the_wrong_type_are_a_400(play, wrong):
    response = await play().generate("gemini-3.1-flash-lite", "x", {}, **wrong)
    assert (response.status_code, error(response)["status"]) == (400, "INVALID_ARGUMENT")


async def test_null_is_unset(play):
    answer = await play().generate("gemini-3.1-flash-lite", "x", {}, systemInstruction=None)
    assert answer.status_code == 200


async def test_half_a_character_is_refused(play):
    played = play()
    url = f"{played.url}/gemini/v1beta/models/gemini-3.1-flash-lite:generateContent"
    body = json.dumps({"contents": [{"parts": [{"text": "x \ud83d"}]}]})
    assert (await played.http.post(url, content=body)).status_code == 400


async def test_thinking_levels_are_each_models_own(play):
    played = play()
    minimal = {"thinkingConfig": {"thinkingLevel": "MINIMAL"}}
    assert (await played.generate("gemini-3.1-flash-lite", "x", minimal)).status_code == 200
    assert (await played.generate("gemini-3.8-flash", "x", minimal)).status_code == 400
    low = {"thinkingConfig": {"thinking_level": "low"}}
    usage = (await played.generate("gemini-3.8-flash", "x", low)).json()["usageMetadata"]
    assert usage["thoughtsTokenCount"] > 0
