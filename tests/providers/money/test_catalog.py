"""Which models may serve, what stands in the way, and how little it costs to know."""

import subprocess
import sys
from datetime import UTC, date, datetime

import pytest

from providers.catalog import Catalog, current, plan_for, usable, warnings
from providers.model_rows import MODEL_ROWS
from providers.prices import priced_for
from shortfactory.errors import ConfigurationError
from shortfactory.settings import Settings

TODAY = date(2026, 11, 22)
KEYS = {"GOOGLE_API_KEY": "g-key", "ELEVENLABS_API_KEY": "e-key"}


def configured(**given):
    return Settings(_env_file=None, **given)


def test_offline_needs_nothing():
    plan = plan_for(configured(), "offline", TODAY)
    assert (plan.text, plan.image, plan.voice) == (
        "offline:writer",
        "offline:illustrator",
        "offline:espeak",
    )
    assert plan.image_fallback != plan.image
    assert plan.voice_fallback != plan.voice


def test_live_plan_comes_from_the_settings():
    plan = plan_for(configured(**KEYS), "live", TODAY)
    assert plan.image == "gemini:gemini-3.1-flash-lite-image"
    assert plan.voice == "elevenlabs:eleven_flash_v2_5"
    assert plan.voice_fallback.startswith("gemini:")


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({}, "No key for Gemini. Set GOOGLE_API_KEY, or use --providers offline."),
        ({"GOOGLE_API_KEY": "  "}, "No key for Gemini"),
        ({"GOOGLE_API_KEY": "g"}, "No key for ElevenLabs. Set ELEVENLABS_API_KEY"),
        ({**KEYS, "GOOGLE_API_KEY": "secret-key\n"}, "line break"),
        ({**KEYS, "ELEVENLABS_API_KEY": "secret key"}, "space"),
    ],
)
def test_a_key_that_cannot_work_is_refused_at_start(keys, message):
    with pytest.raises(ConfigurationError, match=message) as caught:
        plan_for(configured(**keys), "live", TODAY)
    assert "secret" not in str(caught.value)


def test_the_simulator_needs_no_keys():
    assert plan_for(configured(), "simulator", TODAY).text.startswith("gemini:")


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ({"image_model": "gemini-2.5-flash-image"}, "successor gemini-nano-banana-2.1"),
        ({"image_model": "gemini-3.1-flash-image"}, "2026-10-29"),
        ({"text_model": "gemini-2.5-pro"}, "successor gemini-3.8-flash"),
        ({"text_model": "gemini-99"}, "not a known text model"),
        ({"text_model": "gemini-nano-banana-2.1"}, "not a known text model"),
        ({"speech_model": "gemini-3.8-flash"}, "not a known voice model"),
        ({"image_fallback_model": "gemini-3.1-flash-lite-image"}, "must be another model"),
    ],
)
def test_a_model_that_cannot_serve_is_refused_at_start(setting, message):
    with pytest.raises(ConfigurationError, match=message):
        plan_for(configured(**KEYS, gemini=setting), "live", TODAY)


def test_a_model_serves_until_the_day_before_its_sunset():
    last = usable("gemini:gemini-3.1-flash-lite", "text", date(2027, 5, 6))
    assert last.sunset == date(2027, 5, 7)
    with pytest.raises(ConfigurationError, match="switched off"):
        usable("gemini:gemini-3.1-flash-lite", "text", date(2027, 5, 7))


def test_a_sunset_is_announced_thirty_days_ahead():
    plan = plan_for(configured(**KEYS), "live", TODAY)
    assert warnings(plan, TODAY) == ()
    assert warnings(plan, date(2027, 4, 6)) == ()
    [said] = warnings(plan, date(2027, 4, 7))
    assert "2027-05-07" in said
    assert "gemini-3.8-flash" in said


def test_the_previous_fallback_voice_is_announced_and_then_refused_with_its_successor():
    earlier = configured(**KEYS, gemini={"speech_model": "gemini-3.1-flash-tts-preview"})
    [said] = warnings(plan_for(earlier, "live", TODAY), TODAY)
    assert "2026-12-18; its successor is gemini:gemini-3.8-flash-lite-tts" in said
    with pytest.raises(ConfigurationError, match=r"successor gemini-3\.8-flash-lite-tts"):
        plan_for(earlier, "live", date(2026, 12, 18))


def test_every_model_that_may_serve_has_a_price():
    now = datetime(2026, 11, 22, tzinfo=UTC)
    for kind in ("text", "image", "voice"):
        for row in current(kind, TODAY):
            priced_for(row.id, now)


def test_every_successor_and_cheaper_model_may_serve():
    kinds = {row.id: row.kind for row in MODEL_ROWS}
    for row in MODEL_ROWS:
        assert row.sunset is None or row.successor
        for other in filter(None, (row.successor, row.cheaper)):
            assert usable(other, row.kind, TODAY).id == other
            assert kinds[other] == row.kind
        assert not row.cheaper or row.loses


def test_limits_come_from_the_settings():
    catalog = Catalog(configured(gemini={"images_per_minute": 7}), "live")
    assert catalog.limits("gemini:gemini-nano-banana-2.1").per_minute == 7
    assert catalog.limits("elevenlabs:eleven_v4").name == "elevenlabs"
    assert catalog.limits("elevenlabs:eleven_v4").at_once == 3


def test_realms():
    assert Catalog(configured(), "live").realm("gemini:gemini-3.8-flash") == "live"
    assert Catalog(configured(), "simulator").realm("gemini:gemini-3.8-flash") == "simulator"
    assert Catalog(configured(), "live").realm("offline:writer") == "offline"


def test_capabilities():
    catalog = Catalog(configured(), "live")
    assert catalog.takes_references("gemini:gemini-nano-banana-2.1")
    assert not catalog.takes_references("offline:illustrator")
    assert catalog.words_per_second("elevenlabs:eleven_v4", "en-US") == 2.5
    assert 1 < catalog.words_per_second("offline:espeak", "en") < 5


def test_adapters_are_built_once_and_know_their_id():
    catalog = Catalog(configured(), "offline")
    assert catalog.image("offline:poster") is catalog.image("offline:poster")
    assert catalog.image("offline:poster").id == "offline:poster"
    assert catalog.voice("offline:espeak-klatt").id == "offline:espeak-klatt"


async def test_live_adapters_know_their_id():
    import httpx

    async with httpx.AsyncClient() as http:
        catalog = Catalog(configured(**KEYS), "live", http)
        for kind in ("text", "image", "voice"):
            for row in current(kind, TODAY):
                if row.provider != "offline":
                    assert getattr(catalog, kind)(row.id).id == row.id


def test_knowing_the_catalogue_loads_no_sdk():
    code = (
        "import sys, providers.catalog, providers.gateway;"
        "heavy = {'google.genai', 'elevenlabs', 'langchain_google_genai', 'genai_prices', 'cv2'};"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
