"""GeminiImage against a server that speaks Gemini's wire format."""

import base64

import pytest
import pyvips
from pydantic import SecretStr

from providers.access import Access
from providers.gemini import GeminiImage
from providers.http import open_http
from providers.pictures import reference
from providers.ports import ImageRequest
from providers.usage_bounds import MOST_REMAINDER_TOKENS
from shortfactory.errors import ContentRefused, MalformedReply, RequestRejected

REQUEST = ImageRequest(prompt="A bee dances", aspect="9:16", size="1K")
USED = {
    "candidatesTokenCount": 1322,
    "thoughtsTokenCount": 150,
    "candidatesTokensDetails": [{"modality": "IMAGE", "tokenCount": 1120}],
}


async def test_a_picture_comes_back_as_sent_with_usage_by_modality(
    vendor, gemini, pictures, image_model
):
    data = pictures.jpeg()
    vendor.say(gemini.picture(data, **USED))
    reply = await image_model.draw(REQUEST, ())
    assert reply.data == data
    assert (reply.media_type, reply.width_px, reply.height_px) == ("image/jpeg", 768, 1376)
    assert reply.usage.units == {"input_tokens": 17, "image_tokens": 1120, "text_tokens": 352}
    assert reply.usage.request_id == "r-1"


async def test_what_is_sent(vendor, gemini, pictures, image_model):
    vendor.say(gemini.picture(pictures.jpeg()))
    await image_model.draw(REQUEST, ())
    asked = vendor.asked[0]
    assert asked.path == "/vendor/v1beta/models/gemini-nano-banana-2.1:generateContent"
    config = asked.body["generationConfig"]
    assert config["responseModalities"] == ["IMAGE"]
    assert config["imageConfig"] == {"aspectRatio": "9:16", "imageSize": "1K"}
    assert config["thinkingConfig"] == {"thinking_level": "MINIMAL"}
    assert config["maxOutputTokens"] == 1120 + MOST_REMAINDER_TOKENS
    assert "temperature" not in config


async def test_pro_thinks_as_it_likes(vendor, gemini, pictures, http, key):
    vendor.say(gemini.picture(pictures.jpeg()))
    model = GeminiImage(Access("gemini-3-pro-image", SecretStr(key), vendor.url, 5, http))
    await model.draw(REQUEST, ())
    assert "thinkingConfig" not in vendor.last["generationConfig"]


async def test_references_go_before_the_text_in_their_order(vendor, gemini, pictures, image_model):
    first, second = pictures.jpeg(300, 300), pictures.png(200, 200)
    vendor.say(gemini.picture(pictures.jpeg()))
    await image_model.draw(REQUEST, (first, second))
    parts = vendor.last["contents"][0]["parts"]
    sent = [base64.urlsafe_b64decode(part["inlineData"]["data"]) for part in parts[:2]]
    assert sent == [first, second]
    assert [part["inlineData"]["mime_type"] for part in parts[:2]] == ["image/jpeg", "image/png"]
    assert parts[2] == {"text": "A bee dances"}


def test_a_large_reference_becomes_a_small_jpeg(pictures):
    data, media_type = reference(pictures.png(1536, 2752))
    image = pyvips.Image.new_from_buffer(data, "")
    assert media_type == "image/jpeg"
    assert max(image.width, image.height) == 1024
    assert len(data) < 1_000_000


async def test_a_reference_that_is_no_picture_is_never_sent(vendor, image_model):
    with pytest.raises(RequestRejected, match="none of PNG"):
        await image_model.draw(REQUEST, (b"not a picture",))
    assert vendor.asked == []


async def test_thoughts_are_skipped_and_the_last_of_three_counts(
    vendor, gemini, pictures, image_model
):
    mark = pictures.jpeg(1376, 768)
    last = pictures.png()
    parts = [
        gemini.blob(mark, "image/jpeg"),
        gemini.blob(mark, "image/jpeg"),
        gemini.blob(last, "image/png", thoughtSignature="c2ln"),
        gemini.blob(mark, "image/jpeg", thought=True),
        {"text": "Here is your picture."},
    ]
    vendor.say(gemini.body(parts))
    assert (await image_model.draw(REQUEST, ())).data == last


async def test_a_png_called_jpeg_is_reported_as_what_it_is(vendor, gemini, pictures, image_model):
    vendor.say(gemini.picture(pictures.png(), mime="image/jpeg"))
    assert (await image_model.draw(REQUEST, ())).media_type == "image/png"


async def test_no_picture_but_words_is_malformed_and_quotes_them(vendor, gemini, image_model):
    vendor.say(gemini.text("I would rather describe a bee."))
    with pytest.raises(MalformedReply, match="rather describe a bee") as caught:
        await image_model.draw(REQUEST, ())
    assert caught.value.billed


@pytest.mark.parametrize("reason", ["IMAGE_RECITATION", "IMAGE_OTHER", "NO_IMAGE", "RECITATION"])
async def test_a_random_refusal_is_marked_as_such(vendor, gemini, image_model, reason):
    vendor.say(gemini.refusal(reason))
    with pytest.raises(ContentRefused) as caught:
        await image_model.draw(REQUEST, ())
    assert caught.value.random
    assert caught.value.code == reason
    assert len(vendor.asked) == 1


@pytest.mark.parametrize(
    "reason", ["IMAGE_SAFETY", "IMAGE_PROHIBITED_CONTENT", "PROHIBITED_CONTENT", "SAFETY"]
)
async def test_a_refusal_keeps_the_finish_message_that_the_sdk_drops(
    vendor, gemini, image_model, reason
):
    vendor.say(gemini.refusal(reason, "Not possible. Support code: 42876398."))
    with pytest.raises(ContentRefused, match="Support code: 42876398") as caught:
        await image_model.draw(REQUEST, ())
    assert not caught.value.random
    assert caught.value.units == {"input_tokens": 17, "image_tokens": 0, "text_tokens": 240}


async def test_no_image_with_a_text_part_is_a_refusal(vendor, gemini, image_model):
    vendor.say(gemini.text("I cannot draw that.", finish="NO_IMAGE"))
    with pytest.raises(ContentRefused, match="cannot draw that"):
        await image_model.draw(REQUEST, ())


async def test_a_blocked_prompt_is_refused(vendor, gemini, image_model):
    vendor.say(gemini.blocked("IMAGE_SAFETY"))
    with pytest.raises(ContentRefused) as caught:
        await image_model.draw(REQUEST, ())
    assert caught.value.units == {"input_tokens": 9, "image_tokens": 0, "text_tokens": 0}


@pytest.mark.parametrize("share", [0.3, 0.98])
@pytest.mark.parametrize("kind", ["png", "jpeg"])
async def test_a_truncated_picture_is_malformed(vendor, gemini, pictures, image_model, kind, share):
    whole = getattr(pictures, kind)()
    vendor.say(gemini.picture(whole[: int(len(whole) * share)], **USED))
    with pytest.raises(MalformedReply, match="cut off or damaged") as caught:
        await image_model.draw(REQUEST, ())
    assert caught.value.units["image_tokens"] == 1120


@pytest.mark.parametrize("size", [(1376, 768), (1024, 1024), (700, 1376)])
async def test_another_shape_is_malformed(vendor, gemini, pictures, image_model, size):
    vendor.say(gemini.picture(pictures.jpeg(*size)))
    with pytest.raises(MalformedReply, match="not 9:16"):
        await image_model.draw(REQUEST, ())


async def test_a_thumbnail_is_malformed(vendor, gemini, pictures, image_model):
    vendor.say(gemini.picture(pictures.jpeg(90, 160)))
    with pytest.raises(MalformedReply, match="only 90x160"):
        await image_model.draw(REQUEST, ())


@pytest.mark.parametrize("data", [b"", b"GIF89a....", b"<svg/>", b"\x89PNG\r\n\x1a\n"])
async def test_bytes_that_are_no_picture_are_malformed(vendor, gemini, image_model, data):
    vendor.say(gemini.picture(data))
    with pytest.raises(MalformedReply):
        await image_model.draw(REQUEST, ())


async def test_data_that_is_not_base64_is_malformed(vendor, gemini, image_model):
    vendor.say(gemini.body([{"inlineData": {"mimeType": "image/png", "data": "%%%"}}]))
    with pytest.raises(MalformedReply):
        await image_model.draw(REQUEST, ())


async def test_missing_details_leave_the_modalities_open(vendor, gemini, pictures, image_model):
    vendor.say(gemini.picture(pictures.jpeg(), candidatesTokenCount=1322))
    units = (await image_model.draw(REQUEST, ())).usage.units
    assert units == {"input_tokens": 17, "image_tokens": None, "text_tokens": None}


async def test_a_picture_without_usage_is_never_free(vendor, gemini, pictures, image_model):
    body = gemini.picture(pictures.jpeg())
    del body["usageMetadata"]
    vendor.say(body)
    units = (await image_model.draw(REQUEST, ())).usage.units
    assert set(units.values()) == {None}


async def test_a_body_of_200_mb_is_not_read(vendor, key):
    vendor.say(flood_bytes=200_000_000)
    async with open_http(largest_reply_bytes=1_000_000) as http:
        model = GeminiImage(Access("gemini-nano-banana-2.1", SecretStr(key), vendor.url, 5, http))
        with pytest.raises(MalformedReply, match="larger than allowed"):
            await model.draw(REQUEST, ())
    assert len(vendor.asked) == 1


async def test_a_body_without_candidates_is_malformed(vendor, image_model):
    vendor.say({})
    with pytest.raises(MalformedReply, match="no reason"):
        await image_model.draw(REQUEST, ())


def test_the_fingerprint_knows_references_and_variations(image_model):
    changes = {"references": ("a" * 64,)}, {"variation": 1}, {"size": "2K"}, {"aspect": "1:1"}
    prints = [image_model.fingerprint(REQUEST.model_copy(update=change)) for change in changes]
    assert len({str(one) for one in [image_model.fingerprint(REQUEST), *prints]}) == 5


def test_the_fingerprint_leaves_out_what_is_not_sent(image_model):
    other = REQUEST.model_copy(update={"keyword": "BEES", "palette": ("#000000",), "look": "noir"})
    assert image_model.fingerprint(other) == image_model.fingerprint(REQUEST)
