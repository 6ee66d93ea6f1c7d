"""Four adapters, one HTTP client: one connection, and it outlives them all."""

import gc

import pytest
from google.genai import _api_client
from pydantic import SecretStr

from providers.access import Access
from providers.elevenlabs import ElevenLabsVoice
from providers.gemini import GeminiImage, GeminiText
from providers.gemini_speech import GeminiSpeech
from providers.ports import ImageRequest, TextRequest, VoiceRequest
from shortfactory.errors import ConfigurationError, ProviderError

TEXT = TextRequest(
    task="story", system="s", prompt="p", prompt_version="v", inputs={}, schema_={"type": "object"}
)
SPEECH = VoiceRequest(text="Bees dance.")


async def test_three_sdks_share_one_connection(
    vendor, gemini, eleven, pictures, text_model, image_model, voice_model
):
    for _ in range(2):
        vendor.say(gemini.text("{}"))
        vendor.say(gemini.picture(pictures.jpeg()))
        vendor.say(eleven.speech(SPEECH.text))
    for _ in range(2):
        await text_model.write(TEXT)
        await image_model.draw(ImageRequest(prompt="p"), ())
        await voice_model.speak(SPEECH)
    assert len(vendor.asked) == 6
    assert len({asked.client for asked in vendor.asked}) == 1


async def test_the_pool_stays_open_when_adapters_are_collected(vendor, gemini, http, key):
    vendor.say(gemini.text("{}"))
    for _ in range(3):
        await GeminiText(Access("gemini-3.8-flash", SecretStr(key), vendor.url, 5, http)).write(
            TEXT
        )
        gc.collect()
    assert not http.is_closed
    assert len(vendor.asked) == 3


async def test_a_model_keeps_its_client_alive(vendor, gemini, pictures, image_model):
    vendor.say(gemini.picture(pictures.jpeg()))
    await image_model.draw(ImageRequest(prompt="p"), ())
    gc.collect()
    await image_model.draw(ImageRequest(prompt="p"), ())
    assert len(vendor.asked) == 2


async def test_aiohttp_is_not_used_where_something_else_installed_it(
    vendor, gemini, image_model, monkeypatch
):
    monkeypatch.setattr(_api_client, "has_aiohttp", True)
    vendor.say(reset=True)
    with pytest.raises(ProviderError, match="broke the connection"):
        await image_model.draw(ImageRequest(prompt="p"), ())
    assert len(vendor.asked) == 1


async def test_the_environment_cannot_turn_a_picture_elsewhere(
    vendor, gemini, pictures, http, key, monkeypatch
):
    elsewhere = "http://127.0.0.1:9"
    names = ("GOOGLE_API_KEY", "GEMINI_API_KEY", "GOOGLE_GEMINI_BASE_URL", "HTTPS_PROXY")
    for name in (*names, "GOOGLE_CLOUD_PROJECT", "GOOGLE_CLOUD_LOCATION", "HTTP_PROXY"):
        monkeypatch.setenv(name, elsewhere)
    for name in ("GOOGLE_GENAI_USE_VERTEXAI", "GOOGLE_GENAI_USE_ENTERPRISE"):
        monkeypatch.setenv(name, "true")
    vendor.say(gemini.picture(pictures.jpeg()))
    model = GeminiImage(Access("gemini-nano-banana-2.1", SecretStr(key), vendor.url, 5, http))
    await model.draw(ImageRequest(prompt="p"), ())
    asked = vendor.asked[0]
    assert asked.path == "/vendor/v1beta/models/gemini-nano-banana-2.1:generateContent"
    assert asked.headers["x-goog-api-key"] == key


@pytest.mark.parametrize("adapter", [GeminiImage, GeminiSpeech])
@pytest.mark.parametrize("bad", ["", "abc\ndef"])
def test_every_gemini_adapter_checks_its_key_and_its_address(http, adapter, bad):
    with pytest.raises(ConfigurationError, match="GOOGLE_API_KEY"):
        adapter(Access("m", SecretStr(bad), "https://example.com", 5, http))
    with pytest.raises(ConfigurationError, match="SHORTFACTORY_GEMINI__BASE_URL"):
        adapter(Access("m", SecretStr("k"), "file:///etc", 5, http))


@pytest.mark.parametrize("bad", ["", "abc\ndef", "abc\r", " abc"])
def test_elevenlabs_key_is_checked_too(http, bad):
    with pytest.raises(ConfigurationError, match="ELEVENLABS_API_KEY"):
        ElevenLabsVoice(Access("eleven_v4", SecretStr(bad), "https://example.com", 5, http))


def test_elevenlabs_address_is_checked_too(http):
    with pytest.raises(ConfigurationError, match="SHORTFACTORY_ELEVENLABS__BASE_URL"):
        ElevenLabsVoice(Access("eleven_v4", SecretStr("k"), "gopher://example.com", 5, http))
