"""Which ElevenLabs model speaks what, and which voice of the account suits language and tone.

No voice ids are written here: the premade voices expire on 2026-12-31, and an account's own list
is always current. Language lists and limits: ElevenLabs' model page, read 2026-09.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

_V2 = "ar bg cs da de el en es fi fil fr hi hr id it ja ko ms nl pl pt ro ru sk sv ta tr uk zh"


@dataclass(frozen=True)
class VoiceModelRules:
    """What a model takes. `languages` is None where it has more than could be listed."""

    most_characters: int
    stitching: bool  # accepts previous_text and next_text
    language_code: bool
    languages: frozenset[str] | None


_V2_LANGUAGES = frozenset(_V2.split())
_RULES: dict[str, VoiceModelRules] = {
    "eleven_multilingual_v2": VoiceModelRules(10_000, True, False, _V2_LANGUAGES),
    "eleven_flash_v2_5": VoiceModelRules(40_000, True, True, _V2_LANGUAGES | {"hu", "no", "vi"}),
    "eleven_turbo_v2_5": VoiceModelRules(40_000, True, True, _V2_LANGUAGES | {"hu", "no", "vi"}),
    "eleven_v3": VoiceModelRules(5_000, False, True, None),
    "eleven_v4": VoiceModelRules(10_000, True, True, None),
    "eleven_v4_turbo": VoiceModelRules(10_000, True, True, None),
}
# A model that is not listed gets nothing that another one is known to refuse.
_CAUTIOUS = VoiceModelRules(5_000, False, False, None)

_TONES: dict[str, frozenset[str]] = {
    "calm": frozenset({"calm", "soothing", "relaxed", "gentle", "soft", "meditation", "peaceful"}),
    "warm": frozenset({"warm", "friendly", "pleasant", "kind", "gentle"}),
    "energetic": frozenset({"energetic", "upbeat", "excited", "lively", "hyped", "social_media"}),
    "serious": frozenset({"serious", "deep", "authoritative", "formal", "news", "professional"}),
    "dramatic": frozenset({"dramatic", "intense", "deep", "narrative_story", "characters"}),
    "playful": frozenset({"playful", "cheeky", "sassy", "quirky", "cute", "upbeat"}),
    "bright": frozenset({"bright", "upbeat", "cheerful", "friendly", "young"}),
    "curious": frozenset({"curious", "expressive", "informative_educational", "clear"}),
    "mysterious": frozenset({"mysterious", "whispery", "breathy", "deep", "narrative_story"}),
    "dark": frozenset({"dark", "deep", "raspy", "gravelly", "intense", "husky"}),
    "grand": frozenset({"grand", "epic", "resonant", "deep", "authoritative", "classy"}),
    "informative": frozenset({"informative_educational", "clear", "confident", "educational"}),
}
_NARRATORS = frozenset({"narration", "narrative_story", "informative_educational", "social_media"})


def rules(model: str) -> VoiceModelRules:
    """What the model takes; for an unknown one, what every model takes."""
    return _RULES.get(model, _CAUTIOUS)


@dataclass(frozen=True)
class ListedVoice:
    """A voice of the account: its languages (ISO 639-1) and the words that describe it."""

    id: str
    languages: frozenset[str]
    words: frozenset[str]
    premade: bool

    @classmethod
    def read(cls, voice: Any) -> ListedVoice:
        """Read the SDK's voice; everything but the id may be missing."""
        labels: Mapping[str, str] = voice.labels or {}
        verified = [row.language for row in voice.verified_languages or [] if row.language]
        described = " ".join([*map(str, labels.values()), str(voice.description or "")])
        words = described.lower().replace(",", " ").replace(".", " ").split()
        return cls(
            id=voice.voice_id,
            languages=frozenset(map(language, [*verified, labels.get("language") or ""])) - {""},
            words=frozenset(words),
            premade=voice.category == "premade",
        )


def language(code: str) -> str:
    """The language without its region: "en-US" is "en"."""
    return code.replace("_", "-").split("-")[0].lower()


def choose(voices: Iterable[ListedVoice], wanted_language: str, tone: str) -> str:
    """The voice that suits best, always the same one for the same list; "" when there is none.

    Language counts most: a voice at home in it has the right accent. Then the tone, then
    whether it is a narrator's voice, then whether it will outlive the premade ones.
    """
    wanted = _tone_words(tone)

    def rank(voice: ListedVoice) -> tuple[bool, int, bool, bool, str]:
        at_home = language(wanted_language) in voice.languages
        narrates = bool(voice.words & _NARRATORS)
        return (not at_home, -len(voice.words & wanted), not narrates, voice.premade, voice.id)

    return min(voices, key=rank).id if (voices := list(voices)) else ""


def _tone_words(tone: str) -> frozenset[str]:
    asked = frozenset(tone.lower().replace(",", " ").split())
    return asked.union(*(_TONES.get(word, frozenset()) for word in asked))
