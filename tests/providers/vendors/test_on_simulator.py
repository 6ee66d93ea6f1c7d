"""The live adapters on the simulator: happy paths, and every scripted fault becomes one error.

Each case asserts the error, that one request was made, and that what the failure says it used is
what the simulator billed.
"""

import asyncio

import numpy as np
import pytest
from pydantic import SecretStr

from providers.access import Access
from providers.elevenlabs import ElevenLabsVoice
from providers.gemini import GeminiImage, GeminiText
from providers.gemini_speech import GeminiSpeech
from providers.http import open_http
from providers.ports import ImageRequest, TextRequest, VoiceRequest
from providers.word_times import word_times
from shortfactory.errors import (
    AccountProblem,
    ContentRefused,
    MalformedReply,
    ModelGone,
    ProviderDown,
    ProviderTimeout,
    RateLimited,
    RequestRejected,
    ShortFactoryError,
)
from simulator.server import Simulator
from simulator.speech import speak

VOICE = "SimAda0narrator00001"
STORY = (
    "A bee comes home and starts to dance. She is not happy, she is giving directions. "
    "The angle of her run is the angle between the flowers and the sun."
)
TEXT = TextRequest(
    task="story",
    system="You write shorts.",
    prompt="Topic: why bees dance",
    prompt_version="v1",
    inputs={},
    schema_={"type": "object", "properties": {"title": {"type": "string"}}, "required": ["title"]},
)
PATIENCE_S = {"stuck": 1.0, "stalled_body": 1.0}


@pytest.fixture(scope="module")
def simulator():
    sim = Simulator()
    sim.start()
    yield sim
    sim.stop()


@pytest.fixture
async def pool():
    async with open_http(largest_reply_bytes=8_000_000) as client:
        yield client


@pytest.fixture
def calls(simulator, pool):
    """One small request of each kind under a scenario."""

    def make(scenario, key=simulator.key):
        action = scenario.split("=")[0]
        gemini, eleven = f"{simulator.at(scenario)}/gemini", f"{simulator.at(scenario)}/elevenlabs"
        rest = SecretStr(key), gemini, PATIENCE_S.get(action, 20.0), pool
        voice = ElevenLabsVoice(Access("eleven_multilingual_v2", rest[0], eleven, *rest[2:]), VOICE)
        said = VoiceRequest(text=STORY)
        return {
            "text": lambda: GeminiText(Access("gemini-3.1-flash-lite", *rest)).write(TEXT),
            "image": lambda: GeminiImage(Access("gemini-nano-banana-2.1", *rest)).draw(
                ImageRequest(prompt="A bee on a flower"), ()
            ),
            "speech": lambda: GeminiSpeech(Access("gemini-3.8-flash-lite-tts", *rest)).speak(said),
            "voice": lambda: voice.speak(said),
        }

    return make


ALL, GENERATED = ("text", "image", "speech", "voice"), ("text", "image", "speech")
FAULTS = {
    "html_502": (ALL, ProviderDown),
    "html_200": (ALL, MalformedReply),
    "internal_error": (ALL, ProviderDown),
    "unavailable": (ALL, ProviderDown),
    "reset": (ALL, ProviderDown),
    "reset_after_work": (ALL, ProviderDown),
    "cut_body": (ALL, ProviderDown),
    "broken_json": (ALL, MalformedReply),
    "huge_body": (ALL, MalformedReply),
    "stuck": (ALL, ProviderTimeout),
    "stalled_body": (ALL, ProviderTimeout),
    "deadline_exceeded": (ALL, ProviderTimeout),
    "rate_limited": (ALL, RateLimited),
    "rate_limited_bare": (ALL, RateLimited),
    "quota_exceeded": (ALL, AccountProblem),
    "key_invalid": (ALL, AccountProblem),
    "key_revoked": (ALL, AccountProblem),
    "model_gone": (ALL, ModelGone),
    "bad_request": (ALL, RequestRejected),
    "unauthenticated": (GENERATED, AccountProblem),
    "region_blocked": (GENERATED, AccountProblem),
    "block": (GENERATED, ContentRefused),
    "refuse=SAFETY": (("text",), ContentRefused),
    "refuse=IMAGE_SAFETY": (("image",), ContentRefused),
    "refuse=IMAGE_RECITATION": (("image",), ContentRefused),
    "max_tokens": (("text",), MalformedReply),
    "empty_text": (("text",), MalformedReply),
    "continuation": (("text",), MalformedReply),
    "no_image": (("image",), MalformedReply),
    "text_only": (("image",), MalformedReply),
    "truncated_png": (("image",), MalformedReply),
    "wrong_shape": (("image",), MalformedReply),
    "no_audio": (("speech",), (MalformedReply, ContentRefused)),
    "short_audio": (("speech",), MalformedReply),
    "drift": (("voice",), MalformedReply),
    "drift=1.04": (("voice",), MalformedReply),
    "alignment_null": (("voice",), MalformedReply),
    "alignment_unequal": (("voice",), MalformedReply),
    "alignment_backwards": (("voice",), MalformedReply),
    "alignment_other_text": (("voice",), MalformedReply),
    "audio_missing": (("voice",), MalformedReply),
    "audio_silent": (("voice",), MalformedReply),
    "audio_not_base64": (("voice",), MalformedReply),
    "concurrent_limit_exceeded": (("voice",), RateLimited),
    "system_busy": (("voice",), RateLimited),
    "too_early": (("voice",), ProviderDown),
    "already_running": (("voice",), ProviderDown),
    "insufficient_credits": (("voice",), AccountProblem),
    "paid_plan_required": (("voice",), AccountProblem),
    "subscription_required": (("voice",), AccountProblem),
    "voice_gone": (("voice",), ModelGone),
    "validation": (("voice",), RequestRejected),
}
CASES = [(name, kind) for name, (kinds, _) in FAULTS.items() for kind in kinds]


@pytest.mark.parametrize(("scenario", "kind"), CASES)
async def test_a_fault_is_one_request_and_one_error(simulator, calls, scenario, kind):
    simulator.clear()
    with pytest.raises(ShortFactoryError) as caught:
        await calls(scenario)[kind]()
    assert isinstance(caught.value, FAULTS[scenario][1]), str(caught.value)
    rows = simulator.bill()
    assert [row.kind for row in rows] == [kind]
    assert caught.value.billed or rows[0].usd == 0
    told = {unit: count for unit, count in (caught.value.units or {}).items() if count}
    shared = told.keys() & rows[0].units.keys()
    assert {unit: told[unit] for unit in shared} == {unit: rows[0].units[unit] for unit in shared}


HARMLESS = [
    ("wrong_json", "text"),
    ("fenced_json", "text"),
    ("no_json", "text"),
    ("three_images", "image"),
    ("png_called_jpeg", "image"),
    ("thought_image", "image"),
    ("audio_odd", "voice"),
    *(
        (usage, kind)
        for usage in ("usage_missing", "usage_absurd", "usage_negative")
        for kind in ALL
    ),
]


@pytest.mark.parametrize(("scenario", "kind"), HARMLESS)
async def test_what_can_be_used_is_used(calls, scenario, kind):
    reply = await calls(scenario)[kind]()
    counts = [count for count in reply.usage.units.values() if count is not None]
    assert all(0 <= count <= 10_000_000 for count in counts)
    if scenario.startswith("usage_"):
        assert None in reply.usage.units.values()


@pytest.mark.parametrize("kind", ALL)
async def test_a_wrong_key_is_an_account_problem_and_costs_nothing(simulator, calls, kind):
    simulator.clear()
    with pytest.raises(AccountProblem, match="_API_KEY"):
        await calls("default", key="wrong-key")[kind]()
    assert simulator.spent_usd() == 0


async def test_the_bill_and_the_usage_agree(simulator, calls):
    simulator.clear()
    replies = {kind: await call() for kind, call in calls("default").items()}
    for row in simulator.bill():
        units = {unit: count for unit, count in replies[row.kind].usage.units.items() if count}
        if row.kind == "image":
            units["output_tokens"] = units.pop("text_tokens")
        assert row.units == units


async def test_references_reach_the_model(simulator, calls, pool):
    url = f"{simulator.at('default')}/gemini"
    model = GeminiImage(Access("gemini-nano-banana-2.1", SecretStr(simulator.key), url, 20, pool))
    request = ImageRequest(prompt="The same bee")
    first = await model.draw(request, ())
    second = await model.draw(request, (first.data, first.data))
    assert second.usage.units["input_tokens"] - first.usage.units["input_tokens"] == 2 * 1120


async def test_the_first_voice_is_chosen_from_the_simulators_account(simulator, pool):
    url = f"{simulator.at('default')}/elevenlabs"
    heard = []
    model = ElevenLabsVoice(
        Access("eleven_multilingual_v2", SecretStr(simulator.key), url, 20, pool),
        None,
        heard.append,
    )
    reply = await model.speak(VoiceRequest(text=STORY, tone="calm"))
    assert reply.words[0].text == "A"
    assert heard == [5]


async def test_v3_and_flash_are_asked_as_they_want_it(simulator, pool):
    url = f"{simulator.at('default')}/elevenlabs"
    request = VoiceRequest(text=STORY, previous_text="Before.", next_text="After.")
    for name in ("eleven_v3", "eleven_flash_v2_5", "eleven_v4", "eleven_v4_turbo"):
        model = ElevenLabsVoice(Access(name, SecretStr(simulator.key), url, 20, pool), VOICE)
        assert (await model.speak(request)).words


async def test_words_found_by_alignment_are_where_the_simulator_spoke_them(calls):
    found = (await calls("default")["speech"]()).words
    true = await speak(STORY, "", 1.0, "Charon", 24_000)
    times = true.alignment()
    truth = word_times(
        STORY,
        "en",
        times["characters"],
        times["character_start_times_seconds"],
        times["character_end_times_seconds"],
    )
    late_ms = [abs(a.start_ms - b.start_ms) for a, b in zip(found, truth, strict=True)]
    print(
        f"onset error ms: median {np.median(late_ms)}, p95 {np.percentile(late_ms, 95)}, "
        f"max {max(late_ms)}"
    )
    assert np.median(late_ms) <= 20
    assert np.percentile(late_ms, 95) <= 60


async def test_calls_run_side_by_side(simulator, calls):
    ask = calls("default")["voice"]
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(ask()) for _ in range(4)]
    assert all(task.result().words for task in tasks)
