"""Four adapters, one HTTP client: one connection, and it outlives them all."""

import gc

import pytest
from google.genai import _api_client
from pydantic import SecretStr

from providers.elevenlabs import ElevenLabsVoice
from providers.gemini import GeminiText
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
        await GeminiText("gemini-3.8-flash", SecretStr(key), vendor.url, 5, http).write(TEXT)
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


@pytest.mark.parametrize("bad", ["", "abc\ndef", "abc\r", " abc"])
def test_elevenlabs_key_is_checked_too(http, bad):
    with pytest.raises(ConfigurationError, match="ELEVENLABS_API_KEY"):
        ElevenLabsVoice("eleven_v4", SecretStr(bad), "https://example.com", 5, http)


def test_elevenlabs_address_is_checked_too(http):
    with pytest.raises(ConfigurationError, match="SHORTFACTORY_ELEVENLABS__BASE_URL"):
        ElevenLabsVoice("eleven_v4", SecretStr("k"), "gopher://example.com", 5, http)
