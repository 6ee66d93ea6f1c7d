"""The price list: what each unit of each model costs, from which day, and where that was read.

Gemini's text models are not listed here: their dated prices come from the genai-prices package
(see `prices.py`). A price that changes gets a second row; the first one gets its `valid_to`.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Literal

from shortfactory.story import Plain

Lane = Literal["standard", "batch"]

GOOGLE = "https://ai.google.dev/gemini-api/docs/pricing"
ELEVENLABS = "https://elevenlabs.io/pricing/api"
GOOGLE_READ_ON = date(2026, 10, 14)  # when the genai-prices authors compared their data with it
ELEVENLABS_READ_ON = date(2026, 11, 11)


class PriceRow(Plain):
    """Dollars for `per` units of one kind, valid from a day until before `valid_to` (UTC)."""

    model: str
    unit: str
    usd: Decimal
    per: int
    source: str
    read_on: date
    valid_from: date
    valid_to: date | None = None
    lane: Lane = "standard"

    def valid(self, day: date) -> bool:
        """Whether the row prices a call made on this day."""
        return self.valid_from <= day and (self.valid_to is None or day < self.valid_to)


def _gemini_media(
    name: str,
    media_unit: str,
    since: date,
    input_usd: str,
    text_usd: str,
    media_usd: str,
    until: date | None = None,
) -> tuple[PriceRow, ...]:
    """Rows per million tokens by modality; Google's batch lane is half of each."""
    units = {"input_tokens": input_usd, "text_tokens": text_usd, media_unit: media_usd}
    lanes: dict[Lane, int] = {"standard": 1, "batch": 2}
    return tuple(
        PriceRow(
            model=f"gemini:{name}",
            unit=unit,
            usd=Decimal(usd) / share,
            per=1_000_000,
            source=GOOGLE,
            read_on=GOOGLE_READ_ON,
            valid_from=since,
            valid_to=until,
            lane=lane,
        )
        for lane, share in lanes.items()
        for unit, usd in units.items()
    )


def _introductory_speech(name: str, audio_usd: str) -> tuple[PriceRow, ...]:
    """Rows of a 3.8 speech model, whose prices double when the introduction ends."""
    dearer_usd = str(Decimal(audio_usd) * 2)
    return (
        *_gemini_media(
            name, "audio_tokens", _SPEECH_SINCE, "0.5", audio_usd, audio_usd, _INTRODUCED_UNTIL
        ),
        *_gemini_media(name, "audio_tokens", _INTRODUCED_UNTIL, "1", dearer_usd, dearer_usd),
    )


def _elevenlabs(name: str, usd_per_1000: str, since: date) -> PriceRow:
    """Pay-as-you-go list price; a plan's bundled credits can only make it cheaper."""
    return PriceRow(
        model=f"elevenlabs:{name}",
        unit="characters",
        usd=Decimal(usd_per_1000),
        per=1_000,
        source=ELEVENLABS,
        read_on=ELEVENLABS_READ_ON,
        valid_from=since,
    )


_SPEECH_SINCE = date(2026, 9, 28)
_INTRODUCED_UNTIL = date(2027, 1, 1)
_SUMMER = date(2026, 9, 1)  # dearer in June; the lower list price was in force by then

PRICE_ROWS: tuple[PriceRow, ...] = (
    *_gemini_media(
        "gemini-nano-banana-2.1", "image_tokens", date(2026, 10, 7), "1.50", "7.50", "30"
    ),
    *_gemini_media(
        "gemini-3.1-flash-lite-image", "image_tokens", date(2026, 9, 1), "0.25", "1.50", "30"
    ),
    *_gemini_media("gemini-3-pro-image", "image_tokens", date(2026, 1, 5), "2", "12", "120"),
    *_gemini_media(
        "gemini-3.1-flash-tts-preview", "audio_tokens", date(2026, 9, 1), "1", "20", "20"
    ),
    *_introductory_speech("gemini-3.8-flash-lite-tts", "6"),
    *_introductory_speech("gemini-3.8-flash-tts", "9"),
    _elevenlabs("eleven_multilingual_v2", "0.08", _SUMMER),
    _elevenlabs("eleven_v3", "0.08", _SUMMER),
    _elevenlabs("eleven_v4", "0.08", date(2026, 9, 28)),
    _elevenlabs("eleven_flash_v2_5", "0.04", _SUMMER),
    _elevenlabs("eleven_v4_turbo", "0.04", date(2026, 9, 28)),
)
