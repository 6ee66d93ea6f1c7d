"""ElevenLabs' wire format, driven by plain HTTP."""

import base64
import io
import json
import wave
from itertools import pairwise

import httpx
import pytest

from simulator.faults import Fault


def detail(response):
    return response.json()["detail"]


async def test_sound_and_alignment_belong_together(play):
    text = "In nineteen seventy-three, a man named Karl — yes, Karl! — won."
    reply = (await play().voice(text)).json()
    times = reply["alignment"]
    starts, ends = (times[f"character_{edge}_times_seconds"] for edge in ("start", "end"))
    seconds = len(base64.b64decode(reply["audio_base64"])) / 2 / 24_000
    assert "".join(times["characters"]) == text
    assert len(starts) == len(ends) == len(text)
    assert all(a <= b for a, b in pairwise(starts))
    assert all(start <= end for start, end in zip(starts, ends, strict=True))
    assert ends[-1] == pytest.approx(seconds, abs=0.002)


async def test_headers_tell_the_cost_and_the_places(play):
    response = await play(concurrency=3).voice("Ten chars.")
    headers = response.headers
    assert headers["character-cost"] == "5"
    assert headers["maximum-concurrent-requests"] == "3"
    assert headers["current-concurrent-requests"] == "1"
    assert headers["request-id"]


async def test_the_quick_models_have_twice_the_places_and_half_the_price(play):
    played = play(concurrency=3)
    response = await played.voice("x" * 50, model_id="eleven_flash_v2_5")
    assert response.headers["maximum-concurrent-requests"] == "6"
    await played.voice("x" * 50)
    quick, slow = played.bill
    assert slow.usd == 2 * quick.usd


@pytest.mark.parametrize("rate_hz", [8_000, 22_050, 24_000, 44_100])
async def test_the_sound_has_the_asked_rate(play, rate_hz):
    played = play()
    pcm = base64.b64decode((await played.voice(sound=f"pcm_{rate_hz}")).json()["audio_base64"])
    packed = (await played.voice(sound=f"wav_{rate_hz}")).json()["audio_base64"]
    with wave.open(io.BytesIO(base64.b64decode(packed))) as file:
        assert (file.getframerate(), file.getnframes()) == (rate_hz, len(pcm) // 2)
    assert len(pcm) / 2 / rate_hz == pytest.approx(1, abs=0.5)


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"model_id": "eleven_v3", "previous_text": "Before."}, 400, "unsupported_model"),
        ({"model_id": "eleven_v3", "previous_request_ids": ["a"]}, 400, "unsupported_model"),
        ({"model_id": "eleven_v3", "text": "x" * 5_001}, 400, "text_too_long"),
        ({"model_id": "eleven_monolingual_v1"}, 404, "model_not_found"),
        ({"voice": "nobody"}, 404, "voice_not_found"),
        ({"text": "  "}, 400, "invalid_parameters"),
        ({"language_code": "de"}, 400, "invalid_parameters"),
        ({"model_id": "eleven_v4", "language_code": "xx"}, 400, "invalid_parameters"),
        ({"voice_settings": {"speed": 1.5}}, 400, "invalid_voice_settings"),
        ({"voice_settings": {"stability": 2}}, 400, "invalid_voice_settings"),
        ({"seed": -1}, 400, "invalid_parameters"),
        ({"sound": "mp3_44100_128"}, 400, "invalid_output_format"),
        ({"previous_request_ids": ["a"] * 4}, 400, "invalid_parameters"),
    ],
)
async def test_what_the_vendor_refuses_is_refused_and_free(play, body, status, code):
    played = play()
    response = await played.voice(**{"text": "Hello.", **body})
    assert (response.status_code, detail(response)["code"]) == (status, code)
    assert played.bill[0].usd == 0


async def test_neighbours_are_taken_and_not_charged(play):
    played = play()
    response = await played.voice("Hello.", previous_text="Long before." * 9, next_text="After.")
    assert response.status_code == 200
    assert played.bill[0].units["characters"] == len("Hello.")


@pytest.mark.parametrize(("key", "code"), [("wrong", "invalid_api_key"), ("", "missing_api_key")])
async def test_keys_are_checked(play, key, code):
    played = play()
    played.http.headers["xi-api-key"] = key
    response = await played.voice()
    assert (response.status_code, detail(response)["code"]) == (401, code)


async def test_missing_text_is_fastapis_422(play):
    played = play()
    url = f"{played.url}/elevenlabs/v1/text-to-speech/x/with-timestamps"
    for content in ("{", "[]", "{}", '{"text": "\\ud83d"}'):
        response = await played.http.post(url, content=content)
        assert response.status_code == 422
        assert detail(response)[0]["loc"][0] == "body"


@pytest.mark.parametrize(
    "wrong",
    [{"text": 5}, {"seed": "x"}, {"voice_settings": {"speed": "fast"}}, {"previous_text": [1]}],
)
async def test_fields_of_the_wrong_type_are_a_422_that_names_them(play, wrong):
    response = await play().voice(**{"text": "Hello.", **wrong})
    assert response.status_code == 422
    assert detail(response)[0]["loc"][-1] in ("text", "seed", "speed", "previous_text")


async def test_voices_come_in_pages(play):
    played = play()
    url = f"{played.url}/elevenlabs/v2/voices"
    found, token = [], "0"
    while token:
        params = {"page_size": 4, "next_page_token": token}
        page = (await played.http.get(url, params=params)).json()
        found += [voice["voice_id"] for voice in page["voices"]]
        token = page["next_page_token"]
        assert page["has_more"] == bool(token)
    assert len(set(found)) == len(found) == page["total_count"]
    assert (await played.http.get(url, params={"page_size": 101})).status_code == 422


async def test_models_and_subscription_are_listed(play):
    played = play(credits=100)
    await played.voice("Ten chars.")
    models = (await played.http.get(f"{played.url}/elevenlabs/v1/models")).json()
    assert {row["model_id"] for row in models} >= {"eleven_multilingual_v2", "eleven_v4"}
    account = (await played.http.get(f"{played.url}/elevenlabs/v1/user/subscription")).json()
    assert (account["character_count"], account["character_limit"]) == (5, 100)


async def test_spent_credits_are_a_401_in_the_old_shape(play):
    played = play(credits=8)
    assert (await played.voice("Ten chars.")).status_code == 200
    response = await played.voice("Ten chars.")
    assert response.status_code == 401
    assert detail(response)["status"] == "quota_exceeded"
    assert "3 credits remaining" in detail(response)["message"]


async def test_forced_alignment_finds_the_words_in_a_file(play):
    played = play()
    text = "Bees dance in the dark."
    spoken = (await played.voice(text, sound="wav_22050")).json()
    files = {"file": ("a.wav", base64.b64decode(spoken["audio_base64"]))}
    url = f"{played.url}/elevenlabs/v1/forced-alignment"
    reply = (await played.http.post(url, files=files, data={"text": text})).json()
    starts = spoken["alignment"]["character_start_times_seconds"]
    assert [word["text"] for word in reply["words"]] == text.split()
    assert reply["words"][4]["start"] == pytest.approx(starts[text.index("dark")], abs=0.1)
    assert played.bill[-1].usd > 0


async def test_forced_alignment_wants_a_file_a_text_and_a_wav(play):
    played = play()
    url = f"{played.url}/elevenlabs/v1/forced-alignment"
    assert (await played.http.post(url, data={"text": "x"})).status_code == 422
    files = {"file": ("a.mp3", b"ID3 not a wav")}
    response = await played.http.post(url, files=files, data={"text": "x"})
    assert (response.status_code, detail(response)["code"]) == (400, "invalid_audio")


async def test_unknown_scenarios_say_which_there_are(play):
    played = play()
    played.name = "no-such-scenario"
    response = await played.voice()
    assert response.status_code == 404
    assert "html_502" in json.dumps(response.json())


async def history(played, **query):
    response = await played.http.get(f"{played.url}/elevenlabs/v1/history", params=query)
    return response.json()


async def test_the_history_shows_what_was_spoken(play):
    played = play(Fault(action="reset_after_work", skip=1, times=1))
    first = await played.voice("Bees dance.")
    with pytest.raises(httpx.HTTPError):
        await played.voice("The answer was lost. " * 20)
    lost, kept = (await history(played))["history"]
    assert kept["request_id"] == first.headers["request-id"]
    assert kept["history_item_id"] == first.headers["history-item-id"]
    assert lost["text"] == ("The answer was lost. " * 20)
    used = [
        item["character_count_change_to"] - item["character_count_change_from"]
        for item in (kept, lost)
    ]
    assert used == [row.units["credits"] for row in played.bill[:2]]


async def test_the_history_is_read_by_pages_and_narrowed(play):
    played = play()
    for number in range(3):
        await played.voice(f"Number {number}.")
    page = await history(played, page_size=2)
    rest = await history(played, start_after_history_item_id=page["last_history_item_id"])
    texts = [item["text"] for item in (*page["history"], *rest["history"])]
    assert texts == ["Number 2.", "Number 1.", "Number 0."]
    assert (page["has_more"], rest["has_more"]) == (True, False)
    assert not (await history(played, voice_id="nobody"))["history"]
    assert not (await history(played, date_before_unix=page["history"][0]["date_unix"] - 60))[
        "history"
    ]
    assert (await history(played, page_size="many"))["detail"][0]["loc"] == ["body", "page_size"]
