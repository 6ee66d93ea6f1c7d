"""Every action once: what arrives at a client that speaks plain HTTP, and what was charged."""

import base64
import json

import cv2
import httpx
import numpy as np
import pytest

from simulator.faults import Fault
from simulator.scenarios import ACTIONS

ORDER = ("text", "image", "speech", "voice", "alignment")


def candidate(response):
    return response.json()["candidates"][0]


def parts(response):
    return candidate(response)["content"]["parts"]


def picture(response):
    inline = parts(response)[-1]["inlineData"]
    data = base64.b64decode(inline["data"])
    return inline["mimeType"], data, cv2.imdecode(np.frombuffer(data, np.uint8), 1)


def times(response, edge="end"):
    return response.json()["alignment"][f"character_{edge}_times_seconds"]


def sound(response):
    return base64.b64decode(response.json()["audio_base64"])


def google(response, status):
    return response.json()["error"]["status"] == status


def code(response, name):
    return response.json()["detail"]["code"] == name


def details(response, kind):
    found = response.json()["error"].get("details", [])
    return next(d for d in found if d["@type"].endswith(kind))


# action → (HTTP status, what must be true of the answer), for faults that are never charged
UNPAID = {
    "internal_error": (500, lambda r: google(r, "INTERNAL")),
    "unavailable": (503, lambda r: google(r, "UNAVAILABLE")),
    "deadline_exceeded": (504, lambda r: google(r, "DEADLINE_EXCEEDED")),
    "html_502": (502, lambda r: r.text.startswith("<!DOCTYPE html>")),
    "html_200": (200, lambda r: "text/html" in r.headers["content-type"]),
    "rate_limited": (429, lambda r: details(r, "RetryInfo")["retryDelay"] == "1s"),
    "rate_limited_bare": (429, lambda r: "details" not in r.json()["error"]),
    "quota_exceeded": (
        429,
        lambda r: "PerDay" in details(r, "QuotaFailure")["violations"][0]["quotaId"],
    ),
    "key_invalid": (400, lambda r: details(r, "ErrorInfo")["reason"] == "API_KEY_INVALID"),
    "key_revoked": (403, lambda r: "leaked" in r.text),
    "unauthenticated": (401, lambda r: google(r, "UNAUTHENTICATED")),
    "region_blocked": (400, lambda r: google(r, "FAILED_PRECONDITION")),
    "bad_request": (400, lambda r: google(r, "INVALID_ARGUMENT")),
    "model_gone": (404, lambda r: google(r, "NOT_FOUND")),
    "voice_gone": (404, lambda r: code(r, "voice_not_found")),
    "insufficient_credits": (402, lambda r: code(r, "insufficient_credits")),
    "paid_plan_required": (402, lambda r: code(r, "paid_plan_required")),
    "subscription_required": (403, lambda r: code(r, "subscription_required")),
    "concurrent_limit_exceeded": (
        429,
        lambda r: (
            code(r, "concurrent_limit_exceeded")
            and r.json()["detail"]["status"] == "too_many_concurrent_requests"
        ),
    ),
    "system_busy": (429, lambda r: code(r, "system_busy")),
    "already_running": (409, lambda r: code(r, "already_running")),
    "too_early": (425, lambda r: code(r, "too_early")),
    "validation": (422, lambda r: r.json()["detail"][0]["loc"] == ["body", "text"]),
}
# action → what must be true of the answer, HTTP 200 and charged
DAMAGED = {
    "refuse": lambda r: candidate(r)["finishReason"] == "SAFETY" and "finishMessage" in r.text,
    "block": lambda r: r.json()["promptFeedback"]["blockReason"] == "SAFETY",
    "max_tokens": lambda r: candidate(r)["finishReason"] == "MAX_TOKENS",
    "wrong_json": lambda r: "title" not in json.loads(parts(r)[0]["text"]),
    "no_json": lambda r: parts(r)[0]["text"].startswith("Sure!"),
    "fenced_json": lambda r: parts(r)[0]["text"].startswith("```json"),
    "empty_text": lambda r: parts(r)[0]["text"] == "",
    "continuation": lambda r: candidate(r)["finishReason"] == "CONTINUATION",
    "no_image": lambda r: parts(r) == [],
    "text_only": lambda r: [list(part) for part in parts(r)] == [["text"]],
    "three_images": lambda r: len(parts(r)) == 3,
    "thought_image": lambda r: [part.get("thought", False) for part in parts(r)] == [True, False],
    "png_called_jpeg": lambda r: picture(r)[0] == "image/jpeg" and picture(r)[1][:4] == b"\x89PNG",
    "truncated_png": lambda r: picture(r)[1][-8:-4] != b"IEND",
    "wrong_shape": lambda r: picture(r)[2].shape == (1024, 1024, 3),
    "blurred": lambda r: cv2.Laplacian(picture(r)[2], cv2.CV_32F).std() < 3,
    "same_picture": lambda r: (abs(picture(r)[2].astype(int) - 90) < 4).all(axis=2).mean() > 0.05,
    "no_audio": lambda r: parts(r) == [] and candidate(r)["finishReason"] == "OTHER",
    "short_audio": lambda r: len(base64.b64decode(parts(r)[0]["inlineData"]["data"])) < 24_000,
    "usage_missing": lambda r: "usageMetadata" not in r.json(),
    "usage_negative": lambda r: r.json()["usageMetadata"]["candidatesTokenCount"] < 0,
    "usage_absurd": lambda r: r.json()["usageMetadata"]["candidatesTokenCount"] > 10**9,
    "drift": lambda r: times(r)[-1] == pytest.approx(len(sound(r)) / 48_000 * 1.08, abs=0.01),
    "alignment_null": lambda r: r.json()["alignment"] is None,
    "alignment_unequal": lambda r: len(times(r)) == len(times(r, "start")) - 3,
    "alignment_backwards": lambda r: times(r)[0] > times(r)[-1],
    "alignment_other_text": lambda r: "BEES#DANCE#" in "".join(r.json()["alignment"]["characters"]),
    "audio_missing": lambda r: r.json() == {"foo": 1},
    "audio_silent": lambda r: len(sound(r)) > 9_000 and not any(sound(r)),
    "audio_odd": lambda r: len(sound(r)) % 2 == 1,
    "audio_not_base64": lambda r: r.json()["audio_base64"].startswith("*"),
}
# action → the exception of the HTTP client, and whether the work was done and charged
BROKEN = {
    "reset": (httpx.ReadError, False),
    "stuck": (httpx.ReadTimeout, False),
    "cut_body": (httpx.RemoteProtocolError, True),
    "stalled_body": (httpx.ReadTimeout, True),
    "reset_after_work": (httpx.ReadError, True),
}
ELSEWHERE = {"huge_body", "broken_json", "poor_script", "all_face", "no_boxes"}


def first_kind(action):
    return next(kind for kind in ORDER if kind in ACTIONS[action].kinds)


def test_every_action_has_its_test():
    assert {*UNPAID, *DAMAGED, *BROKEN, *ELSEWHERE} == set(ACTIONS)


@pytest.mark.parametrize("action", UNPAID)
async def test_answers_instead_of_the_vendors_are_free(play, action):
    played = play(Fault(action=action))
    response = await played.ask(first_kind(action))
    status, holds = UNPAID[action]
    assert response.status_code == status
    assert holds(response), response.text
    assert (played.bill[0].usd, played.bill[0].fault) == (0, action)


@pytest.mark.parametrize("action", DAMAGED)
async def test_damaged_answers_are_charged(play, action):
    played = play(Fault(action=action))
    response = await played.ask(first_kind(action))
    assert response.status_code == 200
    assert DAMAGED[action](response), response.text[:500]
    assert played.bill[0].usd > 0
    assert played.bill[0].outcome != "ok"


@pytest.mark.parametrize("action", BROKEN)
async def test_broken_connections(play, action):
    played = play(Fault(action=action))
    failure, charged = BROKEN[action]
    played.http.timeout = 0.4
    with pytest.raises(failure):
        await played.text()
    assert (played.bill[0].usd > 0) is charged


async def test_broken_json_is_complete_http(play):
    response = await play(Fault(action="broken_json")).text()
    with pytest.raises(json.JSONDecodeError):
        response.json()


async def test_a_huge_body_is_made_while_it_is_sent(play):
    played = play(Fault(action="huge_body"))
    url = f"{played.url}/gemini/v1beta/models/gemini-3.1-flash-lite:generateContent"
    body = {"contents": [{"parts": [{"text": "x"}]}]}
    taken = 0
    async with played.http.stream("POST", url, json=body) as response:
        async for chunk in response.aiter_raw():
            taken += len(chunk)
            if taken > 20_000_000:
                break
    assert 20_000_000 < taken < 30_000_000


@pytest.mark.parametrize("action", ["internal_error", "unavailable", "deadline_exceeded"])
@pytest.mark.parametrize("kind", ["image", "speech", "voice"])
async def test_both_vendors_go_down(play, action, kind):
    response = await play(Fault(action=action)).ask(kind)
    assert response.status_code == UNPAID[action][0]
    assert response.json().keys() & {"error", "detail"}


@pytest.mark.parametrize(
    ("action", "status", "name"),
    [
        ("rate_limited", 429, "rate_limit_exceeded"),
        ("quota_exceeded", 401, "quota_exceeded"),
        ("key_invalid", 401, "invalid_api_key"),
        ("model_gone", 404, "model_not_found"),
        ("bad_request", 400, "invalid_parameters"),
    ],
)
async def test_elevenlabs_says_the_same_in_its_own_way(play, action, status, name):
    response = await play(Fault(action=action, value=3)).voice()
    found = response.json()["detail"]
    assert (response.status_code, found["status"]) == (status, name)
    assert response.headers.get("retry-after") == ("3" if action == "rate_limited" else None)


@pytest.mark.parametrize(
    "reason", ["IMAGE_SAFETY", "IMAGE_RECITATION", "IMAGE_OTHER", "NO_IMAGE", "PROHIBITED_CONTENT"]
)
async def test_a_refused_picture_costs_the_prompt_and_the_thoughts_only(play, reason):
    played = play(Fault(action="refuse", value=reason))
    response = await played.image()
    assert candidate(response)["finishReason"] == reason
    assert "parts" not in candidate(response)["content"]
    assert "candidatesTokenCount" not in response.json()["usageMetadata"]
    assert 0 < played.bill[0].usd < 0.002


async def test_false_usage_does_not_change_the_bill(play):
    honest, missing, absurd = (
        play(),
        play(Fault(action="usage_missing")),
        play(Fault(action="usage_absurd")),
    )
    for played in (honest, missing, absurd):
        await played.voice()
        await played.text()
    assert "character-cost" not in (await missing.voice()).headers
    assert [row.usd for row in honest.bill] == [row.usd for row in absurd.bill]


async def test_three_pictures_are_charged_three_times(play):
    one, three = play(), play(Fault(action="three_images"))
    await one.image()
    await three.image()
    assert three.bill[0].units["image_tokens"] == 3 * one.bill[0].units["image_tokens"]
