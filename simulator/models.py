"""The Gemini models that the simulator knows: abilities, list prices, and those that are gone.

Prices are dollars per million tokens as the vendor listed them in October and November 2026. The
table is kept apart from the one the product charges by, so that each checks the other.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Literal

MILLION = Decimal(1_000_000)
FLASH_DOUBLES, ARGON_DOUBLES = date(2027, 1, 1), date(2026, 12, 1)
# 9:16 was seen in real replies; the others are from documentation, the last four are guesses.
ONE_K_PX = {
    "1:1": (1024, 1024),
    "2:3": (848, 1264),
    "3:2": (1264, 848),
    "3:4": (896, 1200),
    "4:3": (1200, 896),
    "4:5": (928, 1152),
    "5:4": (1152, 928),
    "9:16": (768, 1376),
    "16:9": (1376, 768),
    "21:9": (1584, 672),
    "1:4": (512, 2064),
    "4:1": (2064, 512),
    "1:8": (352, 2928),
    "8:1": (2928, 352),
}


@dataclass(frozen=True)
class GeminiModel:
    """One model: what it makes, and what a million tokens of each sort cost."""

    makes: Literal["text", "image", "speech"]
    input_usd: Decimal
    output_usd: Decimal
    media_usd: Decimal = Decimal(0)
    thinking: tuple[str, ...] = ("MINIMAL", "LOW", "MEDIUM", "HIGH")
    thinks: int = 0  # thought tokens of a usual reply
    sizes: dict[str, int] = field(default_factory=dict[str, int])  # image size → image tokens
    picture: Literal[".jpg", ".png"] = ".jpg"
    wav: bool = False  # speaks in WAV files and refuses sampling parameters, as from 3.8 on
    doubles: date | None = None  # the day on which introductory prices end

    def price(self, units: dict[str, int]) -> Decimal:
        """Dollars at list price for input_tokens, output_tokens and media tokens."""
        later = self.doubles is not None and datetime.now(UTC).date() >= self.doubles
        written = units.get("output_tokens", 0) * self.output_usd
        read = units.get("input_tokens", 0) * self.input_usd
        made = units.get("image_tokens", 0) + units.get("audio_tokens", 0)
        return (read + written + made * self.media_usd) * (2 if later else 1) / MILLION


def _text(read: str, written: str, *thinking: str, doubles: date | None = None) -> GeminiModel:
    levels = thinking or ("LOW", "MEDIUM", "HIGH")
    thinks = 0 if "MINIMAL" in levels else 180
    return GeminiModel(
        "text",
        Decimal(read),
        Decimal(written),
        thinking=levels,
        thinks=thinks,
        doubles=doubles,
    )


def _speech(
    read: str, spoken: str, doubles: date | None = None, *, wav: bool = False
) -> GeminiModel:
    return GeminiModel(
        "speech", Decimal(read), Decimal(0), Decimal(spoken), doubles=doubles, wav=wav
    )


EVERY_LEVEL = ("MINIMAL", "LOW", "MEDIUM", "HIGH")
MODELS: dict[str, GeminiModel] = {
    "gemini-3.1-flash-lite": _text("0.25", "1.50", *EVERY_LEVEL),
    "gemini-3.5-flash-lite": _text("0.30", "2.50", *EVERY_LEVEL),
    "gemini-3.5-flash": _text("1.50", "9"),
    "gemini-3.6-flash": _text("0.75", "3.75", doubles=FLASH_DOUBLES),
    "gemini-3.7-flash": _text("0.75", "3.75", doubles=FLASH_DOUBLES),
    "gemini-3.8-flash": _text("0.75", "3.75", doubles=FLASH_DOUBLES),
    "gemini-3.1-pro-preview": _text("2", "12"),
    "gemini-4-argon": _text("2", "10", doubles=ARGON_DOUBLES),
    "gemini-nano-banana-2.1": GeminiModel(
        "image",
        Decimal("1.50"),
        Decimal("7.50"),
        Decimal(30),
        thinking=("MINIMAL", "MEDIUM", "HIGH"),
        thinks=160,
        sizes={"1K": 1120, "2K": 1680, "4K": 3767},
    ),
    "gemini-3.1-flash-lite-image": GeminiModel(
        "image",
        Decimal("0.25"),
        Decimal("1.50"),
        Decimal(30),
        thinking=("MINIMAL", "HIGH"),
        sizes={"1K": 1120},
        picture=".png",
    ),
    "gemini-3-pro-image": GeminiModel(
        "image",
        Decimal(2),
        Decimal(12),
        Decimal(120),
        thinking=("LOW", "HIGH"),
        thinks=240,
        sizes={"1K": 1120, "2K": 1120, "4K": 2000},
    ),
    "gemini-3.8-flash-lite-tts": _speech("0.5", "6", doubles=FLASH_DOUBLES, wav=True),
    "gemini-3.8-flash-tts": _speech("0.5", "9", doubles=FLASH_DOUBLES, wav=True),
    "gemini-3.1-flash-tts-preview": _speech("1", "20"),
    "gemini-2.5-flash-preview-tts": _speech("0.5", "10"),
}
ALIASES = {
    "gemini-flash-lite-latest": "gemini-3.5-flash-lite",
    "gemini-flash-latest": "gemini-3.8-flash",
    "gemini-pro-latest": "gemini-3.1-pro-preview",
}
RETIRED = frozenset(
    {
        "gemini-2.5-flash-image",
        "gemini-3.1-flash-image",
        "gemini-2.5-flash",
        "gemini-2.5-flash-lite",
        "gemini-2.5-pro",
        "gemini-2.0-flash",
        "imagen-4.0-generate-001",
        "imagen-4.0-fast-generate-001",
        "imagen-4.0-ultra-generate-001",
    }
)
SPEECH_VOICES = frozenset(
    """Zephyr Puck Charon Kore Fenrir Leda Orus Aoede Callirrhoe Autonoe Enceladus Iapetus Umbriel
    Algieba Despina Erinome Algenib Rasalgethi Laomedeia Achernar Alnilam Schedar Gacrux Pulcherrima
    Achird Zubenelgenubi Vindemiatrix Sadachbia Sadaltager Sulafat""".lower().split()
)


def pixels(aspect: str, size: str) -> tuple[int, int]:
    """Width and height of a picture; 2K and 4K are twice and four times the 1K edges."""
    width_px, height_px = ONE_K_PX[aspect]
    times = {"1K": 1, "2K": 2, "4K": 4}[size]
    return width_px * times, height_px * times
