"""The models this project knows: what each can do, and when its vendor switches it off.

Sunset days are vendors' announcements; a model past its day is refused with its successor named.
"""

from __future__ import annotations

from datetime import date
from typing import Literal

from shortfactory.story import Plain

Kind = Literal["text", "image", "voice", "sight"]

READ_ON = date(2026, 11, 22)
_GOOGLE = "https://ai.google.dev/gemini-api/docs/deprecations"
_ELEVENLABS = "https://elevenlabs.io/docs/models"
_HERE = "providers/offline"


class ModelRow(Plain):
    """One model. `sunset` is the first day (UTC) on which it no longer answers.

    `cheaper` names the next cheaper model of the same kind, `loses` what that costs in quality.
    """

    id: str
    kind: Kind
    source: str
    read_on: date = READ_ON
    sizes: tuple[str, ...] = ()
    references: int = 0
    sunset: date | None = None
    successor: str = ""
    cheaper: str = ""
    loses: str = ""

    @property
    def provider(self) -> str:
        """The vendor's name in model ids, prices and the ledger."""
        return self.id.partition(":")[0]

    def serves(self, kind: Kind) -> bool:
        """Whether it does this kind of work; every text model of Gemini takes pictures too."""
        seeing = self.kind == "text" and self.provider == "gemini"
        return self.kind == kind or (kind == "sight" and seeing)

    @property
    def name(self) -> str:
        """The vendor's own name for the model."""
        return self.id.partition(":")[2]


def _text(
    name: str, cheaper: str = "", loses: str = "", sunset: date | None = None, successor: str = ""
) -> ModelRow:
    return ModelRow(
        id=f"gemini:{name}",
        kind="text",
        source=_GOOGLE,
        sunset=sunset,
        successor=successor,
        cheaper=cheaper,
        loses=loses,
    )


def _image(
    name: str,
    sizes: tuple[str, ...] = ("1K",),
    references: int = 14,
    sunset: date | None = None,
    successor: str = "gemini:gemini-nano-banana-2.1",
    cheaper: str = "",
    loses: str = "",
) -> ModelRow:
    return ModelRow(
        id=f"gemini:{name}",
        kind="image",
        source=_GOOGLE,
        sizes=sizes,
        references=references,
        sunset=sunset,
        successor=successor if sunset else "",
        cheaper=cheaper,
        loses=loses,
    )


def _speech(name: str, sunset: date | None = None, successor: str = "") -> ModelRow:
    return ModelRow(
        id=f"gemini:{name}", kind="voice", source=_GOOGLE, sunset=sunset, successor=successor
    )


def _voice(name: str, cheaper: str = "", loses: str = "") -> ModelRow:
    return ModelRow(
        id=f"elevenlabs:{name}", kind="voice", source=_ELEVENLABS, cheaper=cheaper, loses=loses
    )


def _offline(name: str, kind: Kind) -> ModelRow:
    return ModelRow(id=f"offline:{name}", kind=kind, source=_HERE, sizes=("1K", "2K", "4K"))


_LITE_TEXT = "gemini:gemini-3.1-flash-lite"
_FLASH = "gemini:gemini-3.8-flash"
_LITE_IMAGE = "gemini:gemini-3.1-flash-lite-image"
_BANANA = "gemini:gemini-nano-banana-2.1"
_LITE_SPEECH = "gemini:gemini-3.8-flash-lite-tts"
_FLASH_VOICE = "elevenlabs:eleven_flash_v2_5"
_PLAINER = "a plainer story, fewer turns of phrase"
_NUMBERS = "numbers and names are read less well; a little flatter"

MODEL_ROWS: tuple[ModelRow, ...] = (
    _text("gemini-3.1-flash-lite", sunset=date(2027, 5, 7), successor=_FLASH),
    _text("gemini-3.5-flash-lite", _LITE_TEXT, "slightly plainer wording"),
    _text("gemini-3.6-flash", _LITE_TEXT, _PLAINER),
    _text("gemini-3.7-flash", _LITE_TEXT, _PLAINER),
    _text("gemini-3.8-flash", _LITE_TEXT, _PLAINER),
    _text("gemini-3.1-pro-preview", _FLASH, _PLAINER),
    _text("gemini-4-argon", _FLASH, _PLAINER),
    _text("gemini-2.5-flash-lite", sunset=date(2026, 10, 16), successor=_LITE_TEXT),
    _text("gemini-2.5-flash", sunset=date(2026, 10, 16), successor=_LITE_TEXT),
    _text("gemini-2.5-pro", sunset=date(2026, 10, 16), successor=_FLASH),
    _image(
        "gemini-nano-banana-2.1",
        ("1K", "2K", "4K"),
        cheaper=_LITE_IMAGE,
        loses="less faithful detail and lettering",
    ),
    _image("gemini-3.1-flash-lite-image"),
    _image(
        "gemini-3-pro-image",
        ("1K", "2K", "4K"),
        cheaper=_BANANA,
        loses="less exact composition; about a quarter of the price",
    ),
    _image("gemini-3.1-flash-image", sunset=date(2026, 10, 29)),
    _image("gemini-2.5-flash-image", sunset=date(2026, 10, 2)),
    _image("imagen-4.0-generate-001", sunset=date(2026, 6, 24)),
    _image("imagen-4.0-fast-generate-001", sunset=date(2026, 6, 24)),
    _image("imagen-4.0-ultra-generate-001", sunset=date(2026, 6, 24)),
    _voice("eleven_multilingual_v2", _FLASH_VOICE, _NUMBERS),
    _voice("eleven_v4", _FLASH_VOICE, _NUMBERS),
    _voice("eleven_v3", _FLASH_VOICE, _NUMBERS),
    _voice("eleven_v4_turbo"),
    _voice("eleven_flash_v2_5"),
    _speech("gemini-3.8-flash-lite-tts"),
    _speech("gemini-3.8-flash-tts"),
    # The day is the earliest that may be; previews were switched off a few weeks after the release.
    _speech("gemini-3.1-flash-tts-preview", sunset=date(2026, 12, 18), successor=_LITE_SPEECH),
    _offline("writer", "text"),
    _offline("illustrator", "image"),
    _offline("poster", "image"),
    _offline("eye", "sight"),
    _offline("espeak", "voice"),
    _offline("espeak-klatt", "voice"),
)
