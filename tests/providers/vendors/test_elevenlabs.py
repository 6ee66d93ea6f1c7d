"""ElevenLabsVoice against a server that speaks ElevenLabs' wire format."""

import asyncio

import pytest
from pydantic import SecretStr

from providers.access import Access
from providers.elevenlabs import ElevenLabsVoice
from providers.ports import VoiceRequest
from shortfactory.errors import MalformedReply, ProviderTimeout, RequestRejected

TEXT = "Bees dance — at 9 o'clock!"
REQUEST = VoiceRequest(
    text=TEXT, language="en", previous_text="Before.", next_text="After.", variation=3
)


@pytest.fixture
def voice(vendor, http, key):
    def make(model="eleven_multilingual_v2", voice_id="voice-1", timeout_s=5, **more):
        return ElevenLabsVoice(
            Access(model, SecretStr(key), vendor.url, timeout_s, http), voice_id, **more
        )

    return make


async def test_words_come_back_as_the_script_spells_them_when_they_sound(vendor, eleven, voice):
    vendor.say(eleven.speech(TEXT, seconds=2.6), headers=eleven.headers)
    reply = await voice().speak(REQUEST)
    assert [word.text for word in reply.words] == ["Bees", "dance —", "at", "9", "o'clock!"]
    assert [(word.start_ms, word.end_ms) for word in reply.words[:2]] == [(0, 400), (500, 1000)]
    assert len(reply.pcm) == 2 * 2.6 * 24_000
    assert reply.rate_hz == 24_000


async def test_times_are_those_of_the_script_not_of_what_was_spoken_for_it(vendor, eleven, voice):
    body = eleven.speech(TEXT, seconds=2.6)
    spoken = TEXT.replace("9", "nine")
    vendor.say(body | {"normalized_alignment": eleven.speech(spoken, 2.6)["alignment"]})
    reply = await voice().speak(REQUEST)
    assert [word.text for word in reply.words] == ["Bees", "dance —", "at", "9", "o'clock!"]


async def test_usage_is_read_from_the_headers(vendor, eleven, voice):
    vendor.say(eleven.speech(TEXT), headers=eleven.headers)
    usage = (await voice().speak(REQUEST)).usage
    assert usage.units == {"characters": len(TEXT), "credits": 12}
    assert usage.request_id == "req-1"


@pytest.mark.parametrize("cost", ["", "many", "-4", "nan", "1e300"])
async def test_an_unreadable_cost_is_unknown(vendor, eleven, voice, cost):
    vendor.say(eleven.speech(TEXT), headers=eleven.headers | {"character-cost": cost})
    assert (await voice().speak(REQUEST)).usage.units["credits"] is None


async def test_what_is_sent(vendor, eleven, voice, key):
    vendor.say(eleven.speech(TEXT))
    await voice().speak(REQUEST)
    asked = vendor.asked[0]
    assert asked.path == "/vendor/v1/text-to-speech/voice-1/with-timestamps?output_format=pcm_24000"
    assert asked.headers["xi-api-key"] == key
    assert asked.body == {
        "text": TEXT,
        "model_id": "eleven_multilingual_v2",
        "seed": 3,
        "previous_text": "Before.",
        "next_text": "After.",
    }


async def test_v3_gets_no_neighbours_which_it_answers_with_400(vendor, eleven, voice):
    vendor.say(eleven.speech(TEXT))
    await voice("eleven_v3").speak(REQUEST)
    assert not {"previous_text", "next_text"} & set(vendor.last)


@pytest.mark.parametrize(
    ("model", "sent"),
    [
        ("eleven_multilingual_v2", None),
        ("eleven_flash_v2_5", "pt"),
        ("eleven_v4", "pt"),
        ("eleven_of_tomorrow", None),
    ],
)
async def test_the_language_is_sent_where_it_is_taken(vendor, eleven, voice, model, sent):
    vendor.say(eleven.speech(TEXT))
    await voice(model).speak(REQUEST.model_copy(update={"language": "pt-BR"}))
    assert vendor.last.get("language_code") == sent


async def test_line_breaks_are_not_sent_and_do_not_break_the_times(vendor, eleven, voice):
    vendor.say(eleven.speech("Bees dance. Why?"))
    reply = await voice().speak(VoiceRequest(text=" Bees\n\ndance.\tWhy? "))
    assert vendor.last["text"] == "Bees dance. Why?"
    assert [word.text for word in reply.words] == ["Bees", "dance.", "Why?"]


def shifted(values, change):
    return [change(index, value) for index, value in enumerate(values)]


BROKEN = {
    "no times": ({"alignment": False}, "without the times"),
    "unequal lengths": ({"characters": list(TEXT[:-1])}, "25 characters have 26 start times"),
    "another text": ({"characters": list(TEXT.upper())}, "do not spell the text"),
    "no starts": ({"character_start_times_seconds": []}, "0 start times"),
    "negative": ({"character_start_times_seconds": [-0.1] + [0.1] * 25}, "negative"),
    "backwards": (
        {"character_start_times_seconds": [2.0 - i * 0.05 for i in range(26)]},
        "run backwards",
    ),
    "null in between": ({"character_start_times_seconds": [None] * 26}, "cannot be used"),
    "null list": ({"character_end_times_seconds": None}, "cannot be used"),
}


@pytest.mark.parametrize("case", BROKEN)
async def test_times_that_cannot_be_used_are_malformed(vendor, eleven, voice, case):
    changes, words = BROKEN[case]
    vendor.say(eleven.speech(TEXT, **changes), headers=eleven.headers)
    with pytest.raises(MalformedReply, match=words) as caught:
        await voice().speak(REQUEST)
    assert caught.value.billed
    assert caught.value.units == {"characters": len(TEXT), "credits": 12}
    assert len(vendor.asked) == 1


@pytest.mark.parametrize("scale", [0.90, 0.96, 1.04, 1.12])
async def test_drift_is_measured_and_told(vendor, eleven, voice, scale):
    seconds, step = 8.0, 8.0 / len(TEXT) * scale
    vendor.say(
        eleven.speech(
            TEXT,
            seconds,
            character_start_times_seconds=[i * step for i in range(len(TEXT))],
            character_end_times_seconds=[(i + 1) * step for i in range(len(TEXT))],
        )
    )
    percent = 100 * (scale - 1)
    with pytest.raises(MalformedReply, match="drift") as caught:
        await voice().speak(REQUEST)
    assert f"({percent:+.1f} %)" in str(caught.value)


async def test_closing_silence_is_not_drift(vendor, eleven, voice):
    body = eleven.speech(TEXT, 2.0)
    silent = eleven.speech(TEXT, 2.0)
    body["audio_base64"] = eleven.base64(eleven.pcm(2.0) + bytes(24_000 * 2))
    vendor.say(body)
    assert (await voice().speak(REQUEST)).words
    silent["audio_base64"] = eleven.base64(bytes(96_000))
    vendor.say(silent)
    await voice().speak(REQUEST)
    with pytest.raises(MalformedReply, match="silent"):
        await voice().speak(REQUEST)


@pytest.mark.parametrize("audio", ["", "%%%", None])
async def test_sound_that_is_missing_or_garbled_is_malformed(vendor, eleven, voice, audio):
    vendor.say(eleven.speech(TEXT) | {"audio_base64": audio})
    with pytest.raises(MalformedReply):
        await voice().speak(REQUEST)


async def test_the_allowed_concurrency_is_told_on_success_and_on_429(vendor, eleven, voice):
    heard = []
    model = voice(on_concurrency=heard.append)
    vendor.say(eleven.speech(TEXT), headers=eleven.headers)
    limit = {"maximum-concurrent-requests": "2"}
    vendor.say(eleven.error("concurrent_limit_exceeded"), 429, limit)
    await model.speak(REQUEST)
    with pytest.raises(Exception, match="429"):
        await model.speak(REQUEST)
    assert heard == [3, 2]


async def test_a_voice_is_listed_once_and_chosen_by_language_and_tone(vendor, eleven, voice):
    listed = [
        eleven.voice("calm-en", ["en"], descriptive="calm", language="en"),
        eleven.voice("calm-de", ["de"], descriptive="calm", language="de"),
        eleven.voice("wild-de", ["de"], descriptive="upbeat", language="de"),
    ]
    vendor.say({"voices": listed, "has_more": False, "total_count": 3, "next_page_token": None})
    vendor.say(eleven.speech(TEXT))
    model = voice(voice_id=None)
    async with asyncio.TaskGroup() as group:
        for tone in ("calm", "energetic"):
            request = VoiceRequest(text=TEXT, language="de", tone=tone)
            group.create_task(model.speak(request))
    paths = sorted(asked.path.split("?")[0] for asked in vendor.asked)
    assert paths == [
        "/vendor/v1/text-to-speech/calm-de/with-timestamps",
        "/vendor/v1/text-to-speech/wild-de/with-timestamps",
        "/vendor/v2/voices",
    ]


async def test_a_language_that_no_voice_is_at_home_in_is_spoken_by_a_stranger(
    vendor, eleven, voice
):
    listed = [eleven.voice("ada", ["de"], language="de"), eleven.voice("zoe", ["it"])]
    vendor.say({"voices": listed, "has_more": False, "total_count": 2})
    vendor.say(eleven.speech(TEXT))
    model = voice("eleven_flash_v2_5", voice_id=None)
    await model.speak(REQUEST.model_copy(update={"language": "fr"}))
    assert "/ada/" in vendor.asked[-1].path
    assert vendor.last["language_code"] == "fr"


async def test_all_pages_of_voices_are_read(vendor, eleven, voice):
    first = {"voices": [eleven.voice("zz")], "has_more": True, "next_page_token": "t"}
    second = {"voices": [eleven.voice("aa", ["en"])], "has_more": False, "next_page_token": None}
    vendor.say(first | {"total_count": 2})
    vendor.say(second | {"total_count": 2})
    vendor.say(eleven.speech(TEXT))
    await voice(voice_id=None).speak(REQUEST)
    assert "next_page_token=t" in vendor.asked[1].path
    assert "/aa/" in vendor.asked[2].path


async def test_a_premade_voice_comes_last_because_it_expires(vendor, eleven, voice):
    listed = [eleven.voice("a-old", ["en"], "premade"), eleven.voice("b-new", ["en"])]
    vendor.say({"voices": listed, "has_more": False, "total_count": 2})
    vendor.say(eleven.speech(TEXT))
    await voice(voice_id=None).speak(REQUEST)
    assert "/b-new/" in vendor.asked[-1].path


async def test_an_account_without_voices_says_what_to_set(vendor, voice):
    vendor.say({"voices": [], "has_more": False, "total_count": 0})
    with pytest.raises(RequestRejected, match="SHORTFACTORY_ELEVENLABS__VOICE_ID"):
        await voice(voice_id=None).speak(REQUEST)


@pytest.mark.parametrize(
    ("model", "change", "words"),
    [
        ("eleven_multilingual_v2", {"language": "th"}, "does not speak the language 'th'"),
        ("eleven_v3", {"text": "a " * 3000}, "5999 characters are more than its 5000"),
        ("eleven_v4", {"text": " \n "}, "nothing to speak"),
        ("eleven_v4", {"text": "— … 🎉"}, "nothing to speak"),
    ],
)
async def test_what_cannot_work_is_not_sent(vendor, voice, model, change, words):
    with pytest.raises(RequestRejected, match=words):
        await voice(model).speak(REQUEST.model_copy(update=change))
    assert vendor.asked == []


async def test_a_vendor_that_hangs_is_left_in_time(vendor, voice):
    vendor.say(hang=True)
    model = voice(timeout_s=0.3)
    with pytest.raises(ProviderTimeout):
        await model.speak(REQUEST)
    assert len(vendor.asked) == 1


async def test_the_environment_cannot_turn_the_voice_elsewhere(
    vendor, eleven, voice, key, monkeypatch
):
    for name in ("ELEVENLABS_API_KEY", "HTTP_PROXY", "ALL_PROXY", "http_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    vendor.say(eleven.speech(TEXT))
    await voice().speak(REQUEST)
    assert vendor.asked[0].headers["xi-api-key"] == key


def test_the_fingerprint_knows_what_is_sent_and_nothing_else(voice):
    plain = REQUEST.model_copy(update={"tone": "calm"})
    assert voice().fingerprint(plain) == voice().fingerprint(REQUEST)
    assert voice(voice_id=None).fingerprint(plain) != voice(voice_id=None).fingerprint(REQUEST)
    other = REQUEST.model_copy(update={"previous_text": "Else."})
    assert voice().fingerprint(other) != voice().fingerprint(REQUEST)
    assert voice("eleven_v3").fingerprint(other) == voice("eleven_v3").fingerprint(REQUEST)


@pytest.mark.parametrize(
    ("text", "language", "words"),
    [
        ("— so it  goes …", "en", ["— so", "it", "goes …"]),
        ("¿Qué?\x00 ¡Sí!", "es", ["¿Qué?", "¡Sí!"]),
        ("蜜蜂回家，开始跳舞。", "zh", ["蜜蜂回家，", "开始跳舞。"]),
    ],
)
async def test_words_are_cut_as_other_voices_cut_them(vendor, eleven, voice, text, language, words):
    sent = " ".join(text.replace("\x00", " ").split())
    vendor.say(eleven.speech(sent))
    reply = await voice().speak(VoiceRequest(text=text, language=language))
    assert [word.text for word in reply.words] == words
    assert vendor.last["text"] == sent
