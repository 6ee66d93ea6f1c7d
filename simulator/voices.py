"""ElevenLabs' catalogue as simulated: voices, models, formats, and what each takes and costs."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from simulator.wire import Json


@dataclass(frozen=True)
class VoiceModel:
    """A speech model. `credit` is what one character takes from the plan, unlike its price."""

    name: str
    most_characters: int
    usd_per_1000: Decimal
    stitches: bool = True
    takes_language: bool = True
    quick: bool = False
    credit: Decimal = Decimal("0.5")
    languages: str = (
        "en ja zh de hi fr ko pt it es id nl tr pl sv bg ro ar cs el fi hr ms sk da ta uk ru"
    )

    def price(self, characters: int) -> Decimal:
        """Dollars at list price."""
        return self.usd_per_1000 * characters / 1000


SLOW_USD, QUICK_USD, QUICK_CREDIT = Decimal("0.08"), Decimal("0.04"), Decimal("0.25")
MORE_LANGUAGES = VoiceModel.languages + " hu no vi he fa ur th ka hy sw"
VOICE_MODELS: dict[str, VoiceModel] = {
    "eleven_multilingual_v2": VoiceModel(
        "Eleven Multilingual v2", 10_000, SLOW_USD, takes_language=False
    ),
    "eleven_v3": VoiceModel("Eleven v3", 5_000, SLOW_USD, stitches=False, languages=MORE_LANGUAGES),
    "eleven_v4": VoiceModel("Eleven v4", 10_000, SLOW_USD, languages=MORE_LANGUAGES),
    "eleven_flash_v2_5": VoiceModel(
        "Eleven Flash v2.5", 40_000, QUICK_USD, quick=True, credit=QUICK_CREDIT
    ),
    "eleven_v4_turbo": VoiceModel(
        "Eleven v4 Turbo",
        10_000,
        QUICK_USD,
        quick=True,
        credit=QUICK_CREDIT,
        languages=MORE_LANGUAGES,
    ),
    "eleven_turbo_v2_5": VoiceModel(
        "Eleven Turbo v2.5", 40_000, QUICK_USD, quick=True, credit=QUICK_CREDIT
    ),
}
RATES_HZ = (8000, 16000, 22050, 24000, 32000, 44100, 48000)

# id, name, language, gender, accent, age, descriptive, use case, category
_VOICES = (
    ("SimAda0narrator00001", "Ada", "en", "female", "american", "young", "warm", "narration"),
    ("SimBen0narrator00002", "Ben", "en", "male", "british", "middle_aged", "deep", "narration"),
    ("SimCleo0social000003", "Cleo", "en", "female", "british", "young", "upbeat", "social_media"),
    ("SimDan0teacher000004", "Dan", "en", "male", "american", "old", "calm", "narrative_story"),
    ("SimEla0sprecherin005", "Ela", "de", "female", "standard", "young", "clear", "narration"),
    ("SimFynn0sprecher0006", "Fynn", "de", "male", "standard", "middle_aged", "calm", "narration"),
    ("SimGema0narradora007", "Gema", "es", "female", "peninsular", "young", "warm", "narration"),
    ("SimHugo0narrateur008", "Hugo", "fr", "male", "parisian", "middle_aged", "deep", "narration"),
    (
        "SimInes0narradora009",
        "Inês",
        "pt",
        "female",
        "brazilian",
        "young",
        "lively",
        "social_media",
    ),
    ("SimJun00narrator0010", "Jun", "ja", "male", "standard", "young", "calm", "narration"),
)


def voice_rows() -> list[Json]:
    """The account's voices as `GET /v2/voices` lists them."""
    return [_row(*facts) for facts in _VOICES]


def voice_language(voice: str) -> str | None:
    """The language at which a voice is at home; None when there is no such voice."""
    return next((facts[2] for facts in _VOICES if facts[0] == voice), None)


def voice_gender(voice: str) -> str:
    """Female or male."""
    return next((facts[3] for facts in _VOICES if facts[0] == voice), "female")


def _row(
    voice_id: str,
    name: str,
    language: str,
    gender: str,
    accent: str,
    age: str,
    descriptive: str,
    use_case: str,
) -> Json:
    return {
        "voice_id": voice_id,
        "name": name,
        "category": "professional",
        "description": f"A {descriptive} {gender} voice.",
        "labels": {
            "language": language,
            "gender": gender,
            "accent": accent,
            "age": age,
            "descriptive": descriptive,
            "use_case": use_case,
        },
        "verified_languages": [
            {"language": language, "model_id": model, "accent": accent, "locale": None}
            for model in VOICE_MODELS
        ],
        "high_quality_base_model_ids": list(VOICE_MODELS),
        "preview_url": None,
        "samples": None,
        "settings": None,
        "is_owner": False,
        "is_legacy": False,
    }


def model_rows() -> list[Json]:
    """The models as `GET /v1/models` lists them."""
    return [
        {
            "model_id": model_id,
            "name": model.name,
            "can_do_text_to_speech": True,
            "can_do_voice_conversion": False,
            "can_use_style": True,
            "can_use_speaker_boost": True,
            "serves_pro_voices": False,
            "token_cost_factor": float(model.credit),
            "maximum_text_length_per_request": model.most_characters,
            "languages": [{"language_id": code, "name": code} for code in model.languages.split()],
            "model_rates": {"character_cost_multiplier": float(model.credit)},
            "concurrency_group": "turbo" if model.quick else "standard",
        }
        for model_id, model in VOICE_MODELS.items()
    ]
