"""Gemini's wire format, driven by plain HTTP."""

import base64
import json

import cv2
import numpy as np
import pytest


def parts(response):
    return response.json()["candidates"][0]["content"]["parts"]


def error(response):
    return response.json()["error"]


def pixels(response):
    inline = parts(response)[-1]["inlineData"]
    data = base64.b64decode(inline["data"])
    picture = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    return inline["mimeType"], data[:4], (picture.shape[1], picture.shape[0])


async def test_text_is_json_of_the_schema_with_usage(play):
    response = await play().text()
    reply = response.json()
    story = json.loads(parts(response)[0]["text"])
    assert "bees" in story["title"].lower()
    assert 2 <= len(story["beats"]) <= 4
    assert reply["candidates"][0]["finishReason"] == "STOP"
    usage = reply["usageMetadata"]
    assert usage["totalTokenCount"] == usage["promptTokenCount"] + usage["candidatesTokenCount"]


async def test_both_casings_and_the_models_prefix_are_understood(play):
    played = play()
    body = {
        "contents": [{"parts": [{"text": "A bee"}], "role": "user"}],
        "safetySettings": [],
        "generation_config": {
            "response_modalities": ["IMAGE"],
            "image_config": {"aspect_ratio": "1:1"},
            "thinkingConfig": {"thinking_level": "MINIMAL"},
        },
    }
    url = f"{played.url}/gemini/v1beta/models/models/gemini-nano-banana-2.1:generateContent"
    response = await played.http.post(url, json=body)
    assert pixels(response)[2] == (1024, 1024)


async def test_picture_is_a_jpeg_of_the_real_size_with_more_tokens_than_pixels(play):
    response = await play().image()
    kind, magic, size_px = pixels(response)
    assert (kind, magic[:3], size_px) == ("image/jpeg", b"\xff\xd8\xff", (768, 1376))
    usage = response.json()["usageMetadata"]
    assert usage["candidatesTokensDetails"] == [{"modality": "IMAGE", "tokenCount": 1120}]
    assert usage["candidatesTokenCount"] > 1120
    assert parts(response)[-1]["thoughtSignature"]


async def test_the_lite_model_draws_png(play):
    response = await play().image(model="gemini-3.1-flash-lite-image")
    assert pixels(response) == ("image/png", b"\x89PNG", (768, 1376))


async def test_two_prompts_are_two_pictures_and_one_prompt_is_one(play):
    played = play(pictures=0)
    first, again, other = [
        parts(await played.image(text))[-1]["inlineData"]["data"]
        for text in ("A red boat at sea", "A red boat at sea", "A snowy mountain at night")
    ]
    assert first == again
    assert first != other


async def test_a_pool_of_drawings_still_gives_every_prompt_its_own_picture(play):
    played = play(pictures=1)
    answers = [await played.image(f"Scene {number}") for number in (1, 2, 3, 1)]
    drawn = [parts(answer)[-1]["inlineData"]["data"] for answer in answers]
    assert len(set(drawn)) == 3
    assert drawn[0] == drawn[3]
    assert {pixels(answer)[2] for answer in answers} == {(768, 1376)}


async def test_a_reference_must_be_a_picture_and_is_charged(play):
    played = play()
    drawn = parts(await played.image("A bee", aspectRatio="1:1"))[-1]["inlineData"]
    config = {"responseModalities": ["IMAGE"], "imageConfig": {"aspectRatio": "1:1"}}
    url = f"{played.url}/gemini/v1beta/models/gemini-nano-banana-2.1:generateContent"

    async def ask(inline):
        content = {"parts": [{"inlineData": inline}, {"text": "A bee"}]}
        body = {"contents": [content], "generationConfig": config}
        return await played.http.post(url, json=body)

    usage = (await ask(drawn)).json()["usageMetadata"]
    assert {"modality": "IMAGE", "tokenCount": 1120} in usage["promptTokensDetails"]
    broken = await ask({"mimeType": "image/png", "data": "bm90IGEgcGljdHVyZQ=="})
    assert (broken.status_code, error(broken)["status"]) == (400, "INVALID_ARGUMENT")
    assert (await ask({"mimeType": "image/png", "data": "a"})).status_code == 400
    other_alphabet = drawn["data"].replace("+", "-").replace("/", "_").rstrip("=")
    assert (await ask({"mimeType": "image/jpeg", "data": other_alphabet})).status_code == 200


async def test_too_few_tokens_cut_the_json_in_the_middle(play):
    response = await play().text(maxOutputTokens=12)
    assert response.json()["candidates"][0]["finishReason"] == "MAX_TOKENS"
    text = parts(response)[0]["text"]
    assert len(text) == 48
    with pytest.raises(ValueError, match=r"Unterminated|Expecting"):
        json.loads(text)


@pytest.mark.parametrize(
    ("model", "mime", "header_bytes"),
    [
        ("gemini-3.8-flash-lite-tts", "audio/wav", 44),
        ("gemini-3.1-flash-tts-preview", "audio/L16;codec=pcm;rate=24000", 0),
    ],
)
async def test_speech_is_pcm_with_audio_tokens(play, model, mime, header_bytes):
    response = await play().speech("Bees dance in the dark.", model)
    inline = parts(response)[0]["inlineData"]
    seconds = (len(base64.b64decode(inline["data"])) - header_bytes) / 2 / 24_000
    assert inline["mimeType"] == mime
    assert 0.8 < seconds < 4
    detail = response.json()["usageMetadata"]["candidatesTokensDetails"][0]
    assert detail["modality"] == "AUDIO"
    assert detail["tokenCount"] == pytest.approx(seconds * 25, abs=1)


async def test_speech_needs_the_audio_modality_and_a_known_voice(play):
    played = play()
    model = "gemini-3.1-flash-tts-preview"
    assert (await played.generate(model, "hello", {})).status_code == 400
    voice = {"voiceConfig": {"prebuiltVoiceConfig": {"voiceName": "Nobody"}}}
    config = {"responseModalities": ["AUDIO"], "speechConfig": voice}
    assert "Nobody" in error(await played.generate(model, "hello", config))["message"]


@pytest.mark.parametrize("field", ["temperature", "topP", "topK"])
async def test_the_3_8_voices_refuse_sampling_parameters(play, field):
    refused = await play().speech(**{field: 1})
    assert (refused.status_code, error(refused)["status"]) == (400, "INVALID_ARGUMENT")
    earlier = await play().speech(model="gemini-3.1-flash-tts-preview", **{field: 1})
    assert earlier.status_code == 200


async def test_too_few_tokens_cut_the_speech(play):
    config = {"responseModalities": ["AUDIO"], "maxOutputTokens": 10}
    response = await play().generate("gemini-3.1-flash-tts-preview", "Bees dance here.", config)
    assert response.json()["candidates"][0]["finishReason"] == "MAX_TOKENS"
    data = base64.b64decode(parts(response)[0]["inlineData"]["data"])
    assert len(data) / 48_000 == pytest.approx(10 / 25)


async def test_models_are_listed(play):
    played = play()
    url = f"{played.url}/gemini/v1beta/models"
    names = [row["name"] for row in (await played.http.get(url)).json()["models"]]
    assert "models/gemini-nano-banana-2.1" in names
    one = await played.http.get(f"{url}/gemini-3.1-flash-lite")
    assert one.json()["outputTokenLimit"] == 65_536
    assert (await played.http.get(f"{url}/gemini-2.5-pro")).status_code == 404


async def test_flex_costs_half(play):
    played = play()
    await played.text()
    flex = await played.generate(
        "gemini-3.1-flash-lite",
        "Topic: why bees dance",
        {"responseJsonSchema": {"type": "object", "properties": {"title": {"type": "string"}}}},
        serviceTier="flex",
    )
    assert flex.json()["usageMetadata"]["serviceTier"] == "flex"
    row = played.bill[-1]
    full = (row.units["input_tokens"] * 0.25 + row.units["output_tokens"] * 1.5) / 1e6
    assert float(row.usd) == pytest.approx(full / 2)


@pytest.mark.parametrize(("room", "reason"), [(1_200, "MAX_TOKENS"), (2_520, "STOP")])
async def test_a_picture_that_does_not_fit_its_tokens_is_none(play, room, reason):
    asked = {"responseModalities": ["IMAGE"], "maxOutputTokens": room}
    asked |= {"thinkingConfig": {"thinkingLevel": "MINIMAL"}}
    answer = await play().generate("gemini-nano-banana-2.1", "A bee", asked)
    [candidate] = answer.json()["candidates"]
    assert candidate["finishReason"] == reason
    assert len(candidate["content"]["parts"]) == (reason == "STOP")
