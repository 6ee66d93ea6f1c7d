"""One suite per port over every implementation: offline, and live adapters on the simulator."""

import json
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from decimal import Decimal
from functools import partial

import cv2
import numpy as np
import pytest

from nodes.prompting import load, wire_schema
from providers.catalog import Catalog
from providers.http import open_http
from providers.ports import ImageRequest, SightRequest, TextRequest, VoiceRequest
from providers.prices import price, usual, worst
from shortfactory.errors import ContentRefused, MalformedReply, ProviderDown
from shortfactory.settings import Settings
from shortfactory.story import Story
from simulator.server import Simulator

TEXT = ("offline:writer", "gemini:gemini-3.1-flash-lite")
IMAGE = (
    "offline:illustrator",
    "offline:poster",
    "gemini:gemini-3.1-flash-lite-image",
    "gemini:gemini-nano-banana-2.1",
)
SIGHT = ("offline:eye", "gemini:gemini-3.1-flash-lite")
VOICE = (
    "offline:espeak",
    "offline:espeak-klatt",
    "elevenlabs:eleven_flash_v2_5",
    "elevenlabs:eleven_multilingual_v2",
    "gemini:gemini-3.1-flash-tts-preview",
)
ARTICLE = (
    "Octopuses have three hearts. Two of them pump blood through the gills. The third one feeds "
    "the rest of the body. It stops beating when the animal swims. That is why an octopus prefers "
    "to crawl. Swimming exhausts it within minutes. Its blood is blue, because copper carries the "
    "oxygen. Copper works better than iron in cold water with little oxygen."
)
SPOKEN = "Bees dance to tell the others where the flowers are. Nobody taught them how."
MICRO_USD = Decimal("0.000001")
SIZES = {"9:16": 9 / 16, "1:1": 1.0}


@pytest.fixture
async def catalog(request, clean_environment):
    """A catalogue of the model's own realm; vendors are the simulator."""
    model = request.node.callspec.params["model"]
    if model.startswith("offline:"):
        yield Catalog(Settings(_env_file=None), "offline")
        return
    async with Simulator() as simulator, open_http() as http:
        address = {"base_url": simulator.base_url}
        yield Catalog(Settings(_env_file=None, simulator=address), "simulator", http)


def story_request(source=ARTICLE):
    prompt = load("story")
    words = dict.fromkeys(prompt.ask.get_identifiers(), "octopuses")
    topic = {"text": "Octopuses", "source": source, "language": "en", "seconds": 30, "scenes": 4}
    return TextRequest(
        task="story",
        system=prompt.system,
        prompt=prompt.ask.substitute(words) + source,
        prompt_version=prompt.version,
        inputs={"topic": topic},
        schema_=wire_schema(Story),
    )


picture = partial(
    ImageRequest,
    prompt="A honeybee on a golden honeycomb, close-up, warm light",
    subject="A honeybee on a golden honeycomb",
    keyword="bee",
    palette=("#12304a", "#2f6f8f", "#f3e9d8", "#ffb02e"),
)


def plainly(fingerprint):
    return json.dumps(fingerprint, sort_keys=True)


@pytest.mark.parametrize("model", TEXT)
async def test_a_text_model_answers_with_the_asked_json_and_says_what_it_used(catalog, model):
    reply = await catalog.text(model).write(story_request())
    story = Story.model_validate_json(reply.text)
    assert story.hook
    assert story.beats
    assert all(number is None or number >= 0 for number in reply.usage.units.values())


@pytest.mark.parametrize("model", TEXT)
async def test_a_text_models_fingerprint_is_the_requests(catalog, model):
    adapter = catalog.text(model)
    same, again, other = map(
        adapter.fingerprint, (story_request(), story_request(), story_request("A. B. C." * 30))
    )
    assert plainly(same) == plainly(again)
    assert plainly(same) != plainly(other)


@pytest.mark.parametrize("aspect", SIZES)
@pytest.mark.parametrize("model", IMAGE)
async def test_an_image_model_draws_what_it_says(catalog, model, aspect):
    reply = await catalog.image(model).draw(picture(aspect=aspect), ())
    decoded = cv2.imdecode(np.frombuffer(reply.data, np.uint8), cv2.IMREAD_COLOR)
    assert decoded.shape[:2] == (reply.height_px, reply.width_px)
    assert reply.width_px / reply.height_px == pytest.approx(SIZES[aspect], rel=0.02)
    signs = {"image/png": b"\x89PNG", "image/jpeg": b"\xff\xd8\xff", "image/webp": b"RIFF"}
    assert reply.data.startswith(signs[reply.media_type])


@pytest.mark.parametrize("model", IMAGE)
async def test_another_variation_is_another_call(catalog, model):
    fingerprint = catalog.image(model).fingerprint
    assert plainly(fingerprint(picture())) == plainly(fingerprint(picture()))
    assert plainly(fingerprint(picture())) != plainly(fingerprint(picture(variation=1)))


@pytest.mark.parametrize("model", VOICE)
async def test_a_voice_times_every_word_of_the_script_within_its_sound(catalog, model):
    reply = await catalog.voice(model).speak(VoiceRequest(text=SPOKEN))
    length_ms = len(reply.pcm) / 2 / reply.rate_hz * 1000
    assert [word.text for word in reply.words] == SPOKEN.split()
    starts = [word.start_ms for word in reply.words]
    assert starts == sorted(starts)
    assert all(word.start_ms <= word.end_ms <= length_ms + 1 for word in reply.words)
    samples = np.frombuffer(reply.pcm, "<i2")
    assert np.abs(samples).max() > 1000, "it can be heard"


@pytest.mark.parametrize("model", VOICE)
async def test_other_words_are_another_call(catalog, model):
    fingerprint = catalog.voice(model).fingerprint
    one, two = VoiceRequest(text=SPOKEN), VoiceRequest(text=SPOKEN.upper())
    assert plainly(fingerprint(one)) == plainly(fingerprint(one))
    assert plainly(fingerprint(one)) != plainly(fingerprint(two))


@pytest.mark.parametrize("model", [model for model in IMAGE if model.startswith("gemini:")])
async def test_a_refusal_is_an_error_with_its_reason(catalog, model, clean_environment):
    async with Simulator("refuse=IMAGE_SAFETY") as simulator, open_http() as http:
        settings = Settings(_env_file=None, simulator={"base_url": simulator.base_url})
        adapter = Catalog(settings, "simulator", http).image(model)
        with pytest.raises(ContentRefused, match="IMAGE_SAFETY") as refused:
            await adapter.draw(picture(), ())
    assert not refused.value.random


def drawn(shade):
    """A small picture that says whether another one is meant."""
    image = np.full((640, 360, 3), shade, np.uint8)
    cv2.circle(image, (180, 220), 90, (30, 200, 240), -1)
    return cv2.imencode(".png", image)[1].tobytes()


@pytest.mark.parametrize("model", SIGHT)
async def test_an_eye_says_where_faces_are_as_shares_of_the_picture(catalog, model):
    eye = catalog.sight(model)
    replies = [await eye.look(SightRequest(picture="a" * 64), drawn(n)) for n in range(6)]
    again = await eye.look(SightRequest(picture="a" * 64), drawn(0))
    assert again.sight == replies[0].sight
    assert {len(reply.sight.faces) for reply in replies} <= {0, 1}
    assert all(number is None or number >= 0 for number in again.usage.units.values())


@pytest.mark.parametrize("model", SIGHT)
async def test_another_picture_is_another_look(catalog, model):
    fingerprint = catalog.sight(model).fingerprint
    one, two = SightRequest(picture="a" * 64), SightRequest(picture="b" * 64)
    assert plainly(fingerprint(one)) == plainly(fingerprint(one))
    assert plainly(fingerprint(one)) != plainly(fingerprint(two))


@pytest.fixture
async def eye_on(clean_environment):
    """Gemini's eye on a simulator with one fault."""
    async with AsyncExitStack() as stack:

        async def opened(fault):
            simulator = await stack.enter_async_context(Simulator(fault))
            http = await stack.enter_async_context(open_http())
            settings = Settings(_env_file=None, simulator={"base_url": simulator.base_url})
            return simulator, Catalog(settings, "simulator", http).sight(SIGHT[1])

        yield opened


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("refuse=SAFETY", ContentRefused),
        ("block", ContentRefused),
        ("no_boxes", MalformedReply),
        ("empty_text", MalformedReply),
        ("max_tokens", MalformedReply),
        ("unavailable", ProviderDown),
    ],
)
async def test_an_eye_that_sees_nothing_says_why(eye_on, fault, error):
    _, eye = await eye_on(fault)
    with pytest.raises(error):
        await eye.look(SightRequest(picture="a" * 64), drawn(0))


async def test_a_look_costs_what_the_vendor_bills_and_no_more_than_was_held_for(eye_on):
    simulator, eye = await eye_on("default")
    request = SightRequest(picture="a" * 64)
    reply = await eye.look(request, drawn(0))
    (row,) = simulator.bill()
    now = datetime.now(UTC)
    assert row.kind == "sight"
    assert 0 <= price(eye.id, reply.usage.units, now) - row.usd < MICRO_USD
    assert usual(eye.id, request, now) / 2 < row.usd <= worst(eye.id, request, now)
