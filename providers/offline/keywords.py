"""Which words of a text matter: the keyword of a scene, its picture note, hashtags."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Container
from functools import lru_cache
from importlib.resources import files
from math import log2

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
    | {"lot", "just", "even", "still", "really", "actually", "ever", "never", "kind", "part"}
    | {"know", "knows", "make", "makes", "made", "take", "takes", "come", "comes", "feel", "feels"}
    | {"two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "half", "thirds"}
    | {"hundred", "thousand", "million", "billion", "second", "third", "roughly", "around"}
    | {"number", "word", "words", "year", "years", "people", "time", "times", "talk", "means"}
)
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+|['’](?!s\b)[^\W\d_]+)*")
# English words that name nothing to see are told by their ends, nouns by the word before them.
_QUALITY = re.compile(r"\w+(?:ly|est|ous|ful|able|ible|ing|ed|ise|ize)")
_BEFORE_NOUNS = re.compile(
    r"\b(?:an?|the|this|that|these|those|its|their|his|her|our|your|my|of|in|into|from|two|three"
    r"|four|five|six|seven|eight|nine|ten|each|every|no|some|many|all)\s+([^\W\d_]+)",
    re.IGNORECASE,
)
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

    A word counts more when it is long, when the `whole` is about it, and when it is a noun.
    """
    dull = stop_words(language)
    spelled: dict[str, str] = {}
    for word in words_of(text):
        spelled.setdefault(word.lower(), word)
    often = Counter(map(str.lower, words_of(whole or text)))
    named = {noun.lower() for noun in _BEFORE_NOUNS.findall(text)}

    def weight(word: str) -> float:
        quality = 0.4 if _QUALITY.fullmatch(word) else 1.0
        noun = 1.4 if word in named else 1.0
        return (1 + log2(max(often[word], 1))) * (1 + min(len(word), 9) / 6) * quality * noun

    telling = (word for word in spelled if word not in dull and len(word) >= _SHORTEST)
    return [spelled[word] for word in sorted(telling, key=weight, reverse=True)]


def keyword_of(
    narration: str, whole: str = "", language: str = "en", avoid: Container[str] = ()
) -> str:
    """The word a viewer should remember; not one in `avoid` (lower case) while there is another.

    The longest word where no word tells anything, "" where there is none.
    """
    telling = telling_words(narration, whole, language)
    fresh = [word for word in telling if word.lower() not in avoid]
    return (fresh or telling or [max(words_of(narration) or [""], key=len)])[0]


def picture_of(narration: str, whole: str = "", language: str = "en") -> str:
    """A picture note from the narration's own words: what could be seen, most telling first."""
    return ", ".join(telling_words(narration, whole, language)[:_PICTURE_WORDS]) or narration[:200]


def hashtags_of(text: str, count: int, language: str = "en") -> tuple[str, ...]:
    """The most frequent telling words as hashtags without the sign, most frequent first."""
    dull = stop_words(language)
    counted = Counter(word.lower() for word in words_of(text) if len(word) > _SHORTEST)
    tags = [word for word, _ in counted.most_common() if word not in dull]
    return tuple(re.sub(r"\W", "", tag) for tag in tags[:count])
