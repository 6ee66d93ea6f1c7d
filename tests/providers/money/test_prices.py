"""Prices are dated, agree with an independent list, and are never guessed."""

from datetime import UTC, date, datetime
from decimal import Decimal

import genai_prices
import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.price_rows import PRICE_ROWS, PriceRow
from providers.prices import age_days, price, priced_rows, usual, worst
from providers.usage_bounds import billed_characters, most_speech_tokens, token_bound
from shortfactory.errors import ConfigurationError

NOW = datetime(2026, 11, 22, tzinfo=UTC)
TEXT = "gemini:gemini-3.1-flash-lite"
BANANA = "gemini:gemini-nano-banana-2.1"


def usd(text):
    return Decimal(text)


@pytest.mark.parametrize(
    ("model", "units", "expected"),
    [
        (TEXT, {"input_tokens": 3000, "output_tokens": 3000}, "0.005250"),
        ("gemini:gemini-3.8-flash", {"input_tokens": 3000, "output_tokens": 3000}, "0.013500"),
        (BANANA, {"input_tokens": 0, "image_tokens": 1120, "text_tokens": 0}, "0.033600"),
        (BANANA, {"input_tokens": 17, "image_tokens": 1120, "text_tokens": 442}, "0.036941"),
        (
            "gemini:gemini-3-pro-image",
            {"input_tokens": 0, "image_tokens": 1120, "text_tokens": 0},
            "0.134400",
        ),
        ("elevenlabs:eleven_multilingual_v2", {"characters": 850}, "0.068000"),
        ("elevenlabs:eleven_flash_v2_5", {"characters": 850, "credits": 213}, "0.034000"),
        (
            "gemini:gemini-3.1-flash-tts-preview",
            {"input_tokens": 20, "audio_tokens": 1000, "text_tokens": 0},
            "0.020020",
        ),
        (
            "gemini:gemini-3.8-flash-lite-tts",
            {"input_tokens": 20, "audio_tokens": 1000, "text_tokens": 0},
            "0.006010",
        ),
        ("offline:espeak", {}, "0"),
    ],
)
def test_list_prices(model, units, expected):
    assert price(model, units, NOW) == usd(expected)


def test_cached_tokens_are_cheaper():
    units = {"input_tokens": 1000, "output_tokens": 0}
    assert price(TEXT, {**units, "cached_tokens": 1000}, NOW) == usd("0.000025")
    assert price(TEXT, {**units, "cached_tokens": -7}, NOW) == usd("0.000250")


def test_prices_change_on_their_day():
    units = {"input_tokens": 1_000_000, "output_tokens": 0}
    last = datetime(2026, 12, 31, 23, 59, 59, tzinfo=UTC)
    first = datetime(2027, 1, 1, tzinfo=UTC)
    assert price("gemini:gemini-3.8-flash", units, last) == usd("0.75")
    assert price("gemini:gemini-3.8-flash", units, first) == usd("1.5")


def test_batch_is_half():
    units = {"input_tokens": 100, "image_tokens": 1120, "text_tokens": 300}
    assert price(BANANA, units, NOW, "batch") * 2 == price(BANANA, units, NOW)


@pytest.mark.parametrize("day", [NOW, datetime(2027, 1, 1, tzinfo=UTC)])
@pytest.mark.parametrize("lane", ["standard", "batch"])
@pytest.mark.parametrize(
    "model", sorted({row.model for row in PRICE_ROWS if row.model.startswith("gemini:")})
)
def test_own_rows_agree_with_an_independent_list(model, lane, day):
    rows = [row for row in priced_rows(day.date()) if (row.model, row.lane) == (model, lane)]
    found = genai_prices.calc_price(
        genai_prices.Usage(input_tokens=1000, output_tokens=1000),
        model.partition(":")[2],
        provider_id="google",
        genai_request_timestamp=day,
        price_context={"processing": "batch"} if lane == "batch" else None,
    ).model_price
    theirs = {
        "input_tokens": found.input_mtok,
        "text_tokens": found.output_mtok,
        "image_tokens": found.output_image_mtok,
        "audio_tokens": found.output_mtok,
    }
    assert {row.unit: row.usd for row in rows} == {row.unit: theirs[row.unit] for row in rows}
    assert len(rows) == 3


@pytest.mark.parametrize(
    "model",
    ["gemini:gemini-9", "gemini:gemini-3.8-flash-later", "elevenlabs:nobody", "nobody:nothing", ""],
)
def test_an_unknown_price_refuses_and_names_the_row(model):
    with pytest.raises(ConfigurationError, match=r"providers/price_rows\.py"):
        price(model, {"input_tokens": 1, "output_tokens": 1}, NOW)


def test_an_expired_row_refuses(monkeypatch):
    rows = [row.model_copy(update={"valid_to": date(2026, 11, 1)}) for row in PRICE_ROWS]
    monkeypatch.setattr("providers.prices.PRICE_ROWS", rows)
    with pytest.raises(ConfigurationError, match="2026-11-22"):
        price("elevenlabs:eleven_v4", {"characters": 1}, NOW)


def test_a_clock_before_the_first_row_refuses():
    with pytest.raises(ConfigurationError, match="2020-01-01"):
        price(BANANA, {}, datetime(2020, 1, 1, tzinfo=UTC))


@pytest.mark.parametrize("bad", [None, -1, 10**12])
def test_absurd_usage_has_no_price(bad):
    assert price(TEXT, {"input_tokens": bad, "output_tokens": 5}, NOW) is None
    assert price("elevenlabs:eleven_v4", {"characters": bad}, NOW) is None


def test_a_picture_size_without_tokens_is_refused(ask):
    with pytest.raises(ConfigurationError, match="size"):
        worst("gemini:gemini-3.1-flash-lite-image", ask.picture(size="4K"), NOW)


def test_the_worst_case_covers_what_real_replies_used(ask):
    recorded = {"input_tokens": 17, "image_tokens": 1120, "text_tokens": 346 + 340}
    assert worst(BANANA, ask.picture(), NOW) > price(BANANA, recorded, NOW)
    assert usual(BANANA, ask.picture(), NOW) < worst(BANANA, ask.picture(), NOW)


def test_references_are_priced(ask):
    one = ask.picture(references=("0" * 64,))
    assert worst(BANANA, one, NOW) - worst(BANANA, ask.picture(), NOW) == usd("0.00168")


@given(st.text(max_size=300))
def test_bounds_are_never_below_what_is_counted(text):
    assert token_bound(text) * 4 >= len(text)
    assert billed_characters(text) >= len(text)
    assert most_speech_tokens(text) >= 50


@pytest.mark.parametrize(
    ("text", "slow_s"),
    [
        ("蜜蜂回到蜂巢里开始跳舞。" * 8, 96 / 2.2),  # a slow reader says 130 ideographs a minute
        ("ミツバチは巣に戻って踊ります。" * 8, 120 / 3),  # three kana a second
        ("꿀벌이 집에 돌아와 춤을 춥니다. " * 8, 96 / 3),
        ("In 1967, 1,234,567 bees danced 24/7. " * 4, 4 * 15),  # digits are words
        ("The angle of her run is the angle to the sun. " * 4, 40 / 1.2),
    ],
)
def test_a_slow_reader_fits_under_the_ceiling_in_every_script(text, slow_s):
    assert most_speech_tokens(text) >= slow_s * 25
    assert most_speech_tokens(text) <= 4 * slow_s * 25


def test_no_narration_asks_for_more_than_a_speech_model_may_answer():
    assert most_speech_tokens("蜂" * 1_200) == 16_384


def test_every_row_says_where_and_when():
    for row in PRICE_ROWS:
        assert row.source.startswith("https://")
        assert row.read_on <= date(2026, 11, 22)
        assert row.usd > 0
    assert age_days(date(2026, 11, 22)) == 39


def test_a_row_ends_before_its_last_day():
    row = PRICE_ROWS[0].model_copy(update={"valid_to": date(2027, 1, 1)})
    assert isinstance(row, PriceRow)
    assert row.valid(date(2026, 12, 31))
    assert not row.valid(date(2027, 1, 1))
