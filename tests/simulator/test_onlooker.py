"""Gemini's answer to a picture: boxes in its own form, by the picture's bytes."""

import base64
import json

import cv2
import numpy as np
import pytest

from simulator.faults import Fault

BOX = {"type": "array", "items": {"type": "integer"}, "minItems": 4, "maxItems": 4}
FOUND = {"type": "object", "properties": {"box_2d": BOX}, "required": ["box_2d"]}
SCHEMA = {
    "type": "object",
    "properties": {
        "faces": {"type": "array", "items": FOUND},
        "subject": {"type": "array", "items": FOUND, "maxItems": 1},
    },
    "required": ["faces", "subject"],
}
LITE = "/gemini/v1beta/models/gemini-3.1-flash-lite:generateContent"


async def seen(played, shade=90, schema=SCHEMA):
    data = cv2.imencode(".png", np.full((64, 36, 3), shade, np.uint8))[1].tobytes()
    inline = {"mimeType": "image/png", "data": base64.b64encode(data).decode()}
    config = {"responseMimeType": "application/json", "responseJsonSchema": schema}
    parts = [{"inlineData": inline}, {"text": "Where are faces?"}]
    body = {"contents": [{"parts": parts}], "generationConfig": config if schema else {}}
    response = await played.http.post(f"{played.url}{LITE}", json=body)
    return response, response.json()["candidates"][0]["content"]["parts"][0]["text"]


async def test_half_of_the_pictures_have_a_face_and_the_same_one_always_has(play):
    played = play()
    answers = [json.loads((await seen(played, shade))[1]) for shade in range(0, 240, 8)]
    faces = [len(answer["faces"]) for answer in answers]
    assert {0, 1} == set(faces)
    assert 6 <= sum(faces) <= 24
    assert json.loads((await seen(played, 8))[1]) == answers[1]


async def test_boxes_are_ymin_xmin_ymax_xmax_of_a_thousand(play):
    played = play()
    for shade in range(0, 240, 16):
        answer = json.loads((await seen(played, shade))[1])
        for ymin, xmin, ymax, xmax in (
            each["box_2d"] for group in answer.values() for each in group
        ):
            assert 0 <= ymin < ymax <= 1000
            assert 0 <= xmin < xmax <= 1000


async def test_a_picture_costs_its_tokens_and_is_a_kind_of_its_own_on_the_bill(play):
    played = play()
    usage = (await seen(played))[0].json()["usageMetadata"]
    assert {"modality": "IMAGE", "tokenCount": 1120} in usage["promptTokensDetails"]
    (row,) = played.bill
    assert (row.kind, row.units["input_tokens"]) == ("sight", usage["promptTokenCount"])


async def test_without_a_form_it_answers_in_prose(play):
    assert len((await seen(play(), schema=None))[1].split()) > 20


@pytest.mark.parametrize(
    ("action", "faces"), [("all_face", [{"box_2d": [0, 0, 1000, 1000]}]), ("no_boxes", "a woman")]
)
async def test_answers_that_are_of_no_use(play, action, faces):
    response, text = await seen(play(Fault(action=action)))
    said = json.loads(text)["faces"]
    assert said == faces or faces in said
    assert response.status_code == 200
