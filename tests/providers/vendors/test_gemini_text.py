"""GeminiText against a server that speaks Gemini's wire format."""

import asyncio

import pytest
from pydantic import SecretStr

from providers.access import Access
from providers.gemini import GeminiText, text_thinking
from providers.ports import TextRequest
from shortfactory.errors import ConfigurationError, ContentRefused, MalformedReply, ProviderTimeout

SCHEMA = {"type": "object", "properties": {"title": {"type": "string"}}, "required": ["title"]}
REQUEST = TextRequest(
    task="story",
    system="You write shorts.",
    prompt="topic: bees",
    prompt_version="v1",
    inputs={},
    schema_=SCHEMA,
    max_output_tokens=4096,
)


async def test_the_raw_json_comes_back_with_its_usage(vendor, gemini, text_model):
    vendor.say(
        gemini.text('{"title": ', '"Bees"}', thoughtsTokenCount=3, cachedContentTokenCount=2)
    )
    reply = await text_model.write(REQUEST)
    assert reply.text == '{"title": "Bees"}'
    assert reply.usage.units == {"input_tokens": 17, "output_tokens": 43, "cached_tokens": 2}


async def test_what_is_sent(vendor, gemini, text_model, key):
    vendor.say(gemini.text("{}"))
    await text_model.write(REQUEST)
    asked = vendor.asked[0]
    assert asked.path == "/vendor/v1beta/models/gemini-3.1-flash-lite:generateContent"
    assert asked.headers["x-goog-api-key"] == key
    config = asked.body["generationConfig"]
    assert config["responseMimeType"] == "application/json"
    assert config["responseJsonSchema"] == SCHEMA
    assert config["maxOutputTokens"] == 4096
    assert config["thinkingConfig"] == {"thinking_level": "MINIMAL"}
    assert "temperature" not in config
    assert asked.body["systemInstruction"]["parts"] == [{"text": "You write shorts."}]


async def test_a_truncated_answer_is_not_repaired(vendor, gemini, text_model):
    vendor.say(gemini.text('{"title": "Bees and th', finish="MAX_TOKENS"))
    with pytest.raises(MalformedReply, match="cut off by the token limit") as caught:
        await text_model.write(REQUEST)
    assert caught.value.code == "MAX_TOKENS"
    assert caught.value.billed
    assert caught.value.units["output_tokens"] == 40


async def test_broken_json_is_handed_on_untouched_for_its_reader_to_judge(
    vendor, gemini, text_model
):
    vendor.say(gemini.text('{"title": "Bees'))
    assert (await text_model.write(REQUEST)).text == '{"title": "Bees'


@pytest.mark.parametrize("reason", ["SAFETY", "OTHER", "BLOCKLIST", "PROHIBITED_CONTENT"])
async def test_a_blocked_prompt_is_refused_content(vendor, gemini, text_model, reason):
    vendor.say(gemini.blocked(reason))
    with pytest.raises(ContentRefused) as caught:
        await text_model.write(REQUEST)
    assert caught.value.code == reason
    assert caught.value.units == {"input_tokens": 9, "output_tokens": 0, "cached_tokens": 0}
    assert len(vendor.asked) == 1


async def test_a_blocked_prompt_without_usage_has_none(vendor, gemini, text_model):
    vendor.say({"promptFeedback": {"blockReason": "SAFETY"}})
    with pytest.raises(ContentRefused) as caught:
        await text_model.write(REQUEST)
    assert caught.value.units == {"input_tokens": None, "output_tokens": 0, "cached_tokens": 0}


async def test_replies_side_by_side_keep_their_own_usage(vendor, gemini, text_model):
    for number in range(3):
        reply = gemini.blocked("SAFETY")
        vendor.say({**reply, "usageMetadata": {"promptTokenCount": 100 + number}})
    asked = [text_model.write(REQUEST) for _ in range(3)]
    refused = await asyncio.gather(*asked, return_exceptions=True)
    assert sorted(error.units["input_tokens"] for error in refused) == [100, 101, 102]


@pytest.mark.parametrize(
    ("reason", "random"), [("SAFETY", False), ("SPII", False), ("RECITATION", True)]
)
async def test_a_refused_answer_says_whether_chance_was_involved(
    vendor, gemini, text_model, reason, random
):
    vendor.say(gemini.refusal(reason))
    with pytest.raises(ContentRefused) as caught:
        await text_model.write(REQUEST)
    assert caught.value.random is random


async def test_a_continuation_is_not_followed(vendor, gemini, text_model):
    body = gemini.text('{"a":', finish="CONTINUATION")
    body["continuationToken"] = "abc"
    vendor.say(body)
    with pytest.raises(MalformedReply, match="CONTINUATION"):
        await text_model.write(REQUEST)
    assert len(vendor.asked) == 1


@pytest.mark.parametrize("text", ["", "   "])
async def test_an_empty_answer_is_malformed(vendor, gemini, text_model, text):
    vendor.say(gemini.text(text))
    with pytest.raises(MalformedReply, match="is empty"):
        await text_model.write(REQUEST)


@pytest.mark.filterwarnings("ignore:BRAND_NEW_REASON")
async def test_a_finish_reason_of_tomorrow_is_malformed_and_named(vendor, gemini, text_model):
    vendor.say(gemini.text("{}", finish="BRAND_NEW_REASON"))
    with pytest.raises(MalformedReply, match="BRAND_NEW_REASON"):
        await text_model.write(REQUEST)


@pytest.mark.parametrize("count", [-5, 10**12])
async def test_an_absurd_token_count_is_unknown_rather_than_billed(
    vendor, gemini, text_model, count
):
    vendor.say(gemini.text("{}", promptTokenCount=count))
    assert (await text_model.write(REQUEST)).usage.units["input_tokens"] is None


async def test_a_reply_without_usage_leaves_it_open(vendor, gemini, text_model):
    body = gemini.text("{}")
    del body["usageMetadata"]
    vendor.say(body)
    units = (await text_model.write(REQUEST)).usage.units
    assert units["input_tokens"] is None
    assert units["output_tokens"] is None


async def test_twenty_calls_share_one_pool(vendor, gemini, text_model):
    vendor.say(gemini.text("{}"))
    async with asyncio.TaskGroup() as group:
        for _ in range(20):
            group.create_task(text_model.write(REQUEST))
    assert len(vendor.asked) == 20


async def test_a_vendor_that_hangs_is_left_in_time(vendor, http, key):
    vendor.say(hang=True)
    model = GeminiText(Access("gemini-3.1-flash-lite", SecretStr(key), vendor.url, 1.5, http))
    with pytest.raises(ProviderTimeout, match="did not answer in time") as caught:
        await model.write(REQUEST)
    assert caught.value.billed
    assert len(vendor.asked) == 1


async def test_the_environment_cannot_turn_the_model_elsewhere(
    vendor, gemini, http, key, monkeypatch
):
    elsewhere = "http://127.0.0.1:9"
    for name, value in {
        "GOOGLE_GENAI_USE_VERTEXAI": "true",
        "GOOGLE_GENAI_USE_ENTERPRISE": "true",
        "GOOGLE_CLOUD_PROJECT": "somebody-elses",
        "GOOGLE_API_KEY": "somebody-elses",
        "GOOGLE_GEMINI_BASE_URL": elsewhere,
        "LANGSMITH_GATEWAY": elsewhere,
        "HTTP_PROXY": elsewhere,
        "HTTPS_PROXY": elsewhere,
        "ALL_PROXY": elsewhere,
    }.items():
        monkeypatch.setenv(name, value)
        monkeypatch.setenv(name.lower(), value)
    vendor.say(gemini.text("{}"))
    await GeminiText(Access("gemini-3.8-flash", SecretStr(key), vendor.url, 5, http)).write(REQUEST)
    assert vendor.asked[0].headers["x-goog-api-key"] == key


@pytest.mark.parametrize(
    ("model", "level"),
    [
        ("gemini-3.1-flash-lite", "minimal"),
        ("gemini-3.5-flash-lite", "low"),
        ("gemini-3.8-flash", "low"),
        ("gemini-flash-latest", "low"),
        ("gemini-2.5-flash", None),
        ("gemini-4-argon", None),
    ],
)
def test_thinking_is_as_low_as_the_model_takes(model, level):
    assert text_thinking(model) == level


def test_the_fingerprint_changes_with_what_is_sent_and_with_who_answers(text_model, http):
    first = text_model.fingerprint(REQUEST)
    assert first != text_model.fingerprint(REQUEST.model_copy(update={"prompt": "topic: ants"}))
    assert first != text_model.fingerprint(REQUEST.model_copy(update={"prompt_version": "v2"}))
    assert first == text_model.fingerprint(REQUEST.model_copy(update={"inputs": {"a": 1}}))
    real = GeminiText(
        Access("gemini-3.1-flash-lite", SecretStr("k"), "https://example.com", 5, http)
    )
    assert real.fingerprint(REQUEST) != first


@pytest.mark.parametrize("bad", ["", "abc\ndef", "abc ", "ключ"])
def test_a_key_that_cannot_be_sent_is_refused_without_showing_it(http, bad):
    with pytest.raises(ConfigurationError, match="GOOGLE_API_KEY") as caught:
        GeminiText(Access("m", SecretStr(bad), "https://example.com", 5, http))
    assert not bad or bad not in str(caught.value)


@pytest.mark.parametrize("url", ["ftp://example.com", "example.com", "https://", "file:///etc"])
def test_a_base_url_must_be_a_web_address(http, url):
    with pytest.raises(ConfigurationError, match="SHORTFACTORY_GEMINI__BASE_URL"):
        GeminiText(Access("m", SecretStr("k"), url, 5, http))
