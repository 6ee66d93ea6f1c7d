"""Which words of a text matter: the keyword of a scene, its picture note, hashtags."""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache
from importlib.resources import files

# sumy's stop-word lists, by language tag
_LISTS = {
    "ar": "arabic", "cmn": "chinese", "cs": "czech", "de": "german", "el": "greek",
    "en": "english", "es": "spanish", "fr": "french", "he": "hebrew", "it": "italian",
    "ja": "japanese", "ko": "korean", "pl": "polish", "pt": "portuguese", "sk": "slovak",
    "sv": "swedish", "th": "thai", "uk": "ukrainian", "zh": "chinese",
}  # fmt: skip
# Common in spoken English and empty of pictures, but missing from sumy's list.
_EMPTY = frozenset(
    {"don't", "doesn't", "didn't", "isn't", "it's", "that's", "there's", "thing", "things", "way"}
    | {"lot", "just", "even", "still", "really", "actually", "ever", "never"}
)
_WORD = re.compile(r"[^\W\d_]+(?:['’\-][^\W\d_]+)*")
_SHORTEST = 3
_PICTURE_WORDS = 4


@lru_cache
def stop_words(language: str) -> frozenset[str]:
    """Words without meaning of their own; none for languages without a list."""
    name = _LISTS.get(language.lower().split("-")[0])
    if not name:
        return frozenset()
    listed = (files("sumy") / "data" / "stopwords" / f"{name}.txt").read_text("utf-8").split()
    return frozenset(listed) | (_EMPTY if name == "english" else frozenset())


def words_of(text: str) -> list[str]:
    """The words as they are spelled, without punctuation and numbers."""
    return _WORD.findall(text)


def telling_words(text: str, whole: str = "", language: str = "en") -> list[str]:
    """The words of a text, most telling first, each once, as it is spelled there.

    A word counts more when it is long and when the `whole` says it mostly here.
    """
    dull = stop_words(language)
    spelled: dict[str, str] = {}
    for word in words_of(text):
        spelled.setdefault(word.lower(), word)
    here = Counter(word.lower() for word in words_of(text))
    everywhere = here | Counter(word.lower() for word in words_of(whole))
    telling = [word for word in spelled if word not in dull and len(word) >= _SHORTEST]

    def weight(word: str) -> float:
        return here[word] * (1 + min(len(word), 12) / 8) / everywhere[word] ** 0.5

    return [spelled[word] for word in sorted(telling, key=weight, reverse=True)]


def keyword_of(narration: str, whole: str = "", language: str = "en") -> str:
    """The word a viewer should remember; the longest one where no word tells anything."""
    telling = telling_words(narration, whole, language)
    return telling[0] if telling else max(words_of(narration) or [""], key=len)


def picture_of(narration: str, whole: str = "", language: str = "en") -> str:
    """A picture note from the narration's own words: what could be seen, in its order."""
    telling = telling_words(narration, whole, language)[:_PICTURE_WORDS]
    return ", ".join(sorted(telling, key=narration.find)) or narration[:200]


def hashtags_of(text: str, count: int, language: str = "en") -> tuple[str, ...]:
    """The most frequent telling words as hashtags without the sign, most frequent first."""
    dull = stop_words(language)
    counted = Counter(word.lower() for word in words_of(text) if len(word) > _SHORTEST)
    tags = [word for word, _ in counted.most_common() if word not in dull]
    return tuple(re.sub(r"\W", "", tag) for tag in tags[:count])
