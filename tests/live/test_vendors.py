"""One text, one picture, one narration and one fallback narration, from the real vendors."""

import json

import pytest

from providers.access import Access
from providers.elevenlabs import ElevenLabsVoice
from providers.gemini import GeminiImage, GeminiText
from providers.gemini_speech import GeminiSpeech
from providers.ports import ImageRequest, TextRequest, VoiceRequest
from shortfactory.errors import ProviderError

pytestmark = pytest.mark.live

STORY = "A bee comes home and starts to dance. She is giving directions."
TEXT = TextRequest(
    task="story",
    system="You write short videos. Answer in English.",
    prompt="Give a title and a hook for a short about why bees dance.",
    prompt_version="live",
    inputs={},
    schema_={
        "type": "object",
        "properties": {"title": {"type": "string"}, "hook": {"type": "string"}},
        "required": ["title", "hook"],
    },
)


def gemini(kind, model, key, settings, http):
    chosen = settings.gemini
    return kind(Access(model, key, str(chosen.base_url), chosen.timeout_s, http))


async def test_one_text(google_key, live_settings, http, answers, settle):
    name = live_settings.gemini.text_model
    reply = await gemini(GeminiText, name, google_key, live_settings, http).write(TEXT)
    assert set(json.loads(reply.text)) == {"title", "hook"}
    assert reply.usage.units["output_tokens"]
    used = answers[-1]["usageMetadata"]
    settle(f"{name}: thought tokens at the least thinking", used.get("thoughtsTokenCount", 0))
    assert len(answers) == 1


@pytest.mark.parametrize("role", ["image_model", "image_fallback_model"])
async def test_one_picture(google_key, live_settings, http, answers, settle, role):
    name = getattr(live_settings.gemini, role)
    model = gemini(GeminiImage, name, google_key, live_settings, http)
    reply = await model.draw(ImageRequest(prompt="A bee dancing on a honeycomb, warm light"), ())
    used = answers[-1]["usageMetadata"]
    settle(f"{name}: picture", f"{reply.media_type} {reply.width_px}x{reply.height_px}")
    settle(f"{name}: tokens image, other candidates + thoughts", reply.usage.units)
    settle(f"{name}: service tier", used.get("serviceTier", "not said"))
    assert len(answers) == 1


VOICES = [
    "eleven_flash_v2_5",
    "eleven_multilingual_v2",
    "eleven_v4",
    "eleven_v4_turbo",
    "eleven_v3",
]


@pytest.mark.parametrize("name", VOICES)
async def test_one_narration(elevenlabs_key, live_settings, http, answers, settle, name):
    eleven = live_settings.elevenlabs
    heard = []
    model = ElevenLabsVoice(
        Access(name, elevenlabs_key, str(eleven.base_url), eleven.timeout_s, http),
        eleven.voice_id,
        heard.append,
    )
    request = VoiceRequest(text=STORY, previous_text="Look closely.", next_text="Watch her turn.")
    try:
        reply = await model.speak(request)
    except ProviderError as failure:
        settle(f"{name}: with-timestamps", f"{type(failure).__name__}: {failure.args[0][:120]}")
        if name == eleven.model:
            raise
        return
    credits = reply.usage.units["credits"]
    settle(f"{name}: word times", f"usable, {len(reply.words)} words")
    settle(f"{name}: credits for {len(STORY)} characters", credits)
    settle(f"{name}: requests at once", heard[-1] if heard else "not said")


async def test_one_fallback_narration(google_key, live_settings, http, answers, settle):
    name = live_settings.gemini.speech_model
    model = gemini(GeminiSpeech, name, google_key, live_settings, http)
    reply = await model.speak(VoiceRequest(text=STORY))
    part = answers[-1]["candidates"][0]["content"]["parts"][0]["inlineData"]
    settle(f"{name}: sound", f"{part['mimeType']}, {reply.rate_hz} Hz")
    settle(f"{name}: tokens", reply.usage.units)
    assert [word.text for word in reply.words] == STORY.split()
    assert len(answers) == 1
