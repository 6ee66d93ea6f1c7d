"""The sentences of an article: split, cleaned of what cannot be spoken, and ranked."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np
from sentencex import segment  # pyright: ignore[reportAttributeAccessIssue]

from providers.offline.keywords import stop_words, words_of
from providers.offline.plain_text import paragraphs

MOST_COMPARED = 240  # LexRank compares all pairs: 240 sentences take half a second
SHORTEST, LONGEST = 3, 45  # words of a sentence that can be followed by ear

# What begins a sentence that cannot stand without the one before it.
_LEANING = re.compile(
    r"(?:this|that|these|those|it|its|they|their|them|he|his|him|she|her|such|both|another|one"
    r"|but|and|so|or|nor|yet|then|thus|hence|however|therefore|instead|also|still|otherwise"
    r"|moreover|furthermore|similarly|for example|for instance|in other words|as a result"
    r"|none of this|the (?:other|others|first|second|latter|former|same|reason|result))\b",
    re.IGNORECASE,
)
_POINTING = re.compile(
    r"(?:\S+\s+){0,6}(?:this|these|those|they|them|also|such|the reason)\b", re.IGNORECASE
)
_UNSPEAKABLE = re.compile(r"https?://|www\.|\S+@\S+\.\w|[{}\[\]|\\^~`=]{2,}|\w\(\)", re.IGNORECASE)
# Asides, footnote marks, and the blank they leave before a comma or full stop.
_ASIDE = re.compile(r"\s*(?:\([^()]*\)|\[[^\[\]]*\])")
_ENDS = (".", "!", "?", "…", "。", "！", "？", "।", "؟", "۔")


@dataclass(frozen=True)
class Sentence:
    """One sentence in the article's own words, and what is known about it.

    `leans` says that it needs the sentence before it; `rank` is its weight, 0..1, 1 the best.
    """

    index: int
    paragraph: int
    text: str
    words: int
    leans: bool
    rank: float = 0.0


@lru_cache(maxsize=4)
def sentences_of(article: str, language: str) -> tuple[Sentence, ...]:
    """The article's speakable sentences in order, ranked by LexRank.

    Words are only dropped, never added or changed: asides in brackets go, and so do sentences
    of less than 3 or more than 45 words, with addresses or code, and repeated ones.
    """
    found: list[Sentence] = []
    seen: set[str] = set()
    for number, paragraph in enumerate(paragraphs(article)):
        for raw in segment(language.split("-")[0], paragraph):
            text = " ".join(_ASIDE.sub("", raw).split()).strip()
            if _speakable(text) and text not in seen:
                seen.add(text)
                leans = bool(_LEANING.match(text) or _POINTING.match(text))
                found.append(Sentence(len(found), number, text, word_count(text), leans))
    return _ranked(found, language)


def word_count(text: str) -> int:
    """Words to speak; in scripts without spaces, three characters are one."""
    return sum(-(-len(token) // 3) if _unspaced(token) else 1 for token in text.split())


def _unspaced(token: str) -> bool:
    return bool(re.search(r"[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff]", token))


def _speakable(text: str) -> bool:
    return (
        SHORTEST <= word_count(text) <= LONGEST
        and text.rstrip("\"'”’»)").endswith(_ENDS)
        and not _UNSPEAKABLE.search(text)
    )


class _Words:
    """The tokenizer that sumy asks for; its own needs downloads."""

    def to_words(self, text: str) -> tuple[str, ...]:
        words = words_of(text)
        return tuple(words) if len(words) > 1 or not _unspaced(text) else tuple(text)


def _ranked(found: list[Sentence], language: str) -> tuple[Sentence, ...]:
    """Give each sentence its LexRank weight; those beyond the most compared weigh nothing."""
    dull = stop_words(language)
    ratings = _ratings([s.text for s in _fullest(found, dull)], dull)
    return tuple(replace(sentence, rank=ratings.get(sentence.text, 0.0)) for sentence in found)


def _fullest(found: list[Sentence], dull: frozenset[str]) -> list[Sentence]:
    """Of a long article, the sentences with the words that it uses most."""
    if len(found) <= MOST_COMPARED:
        return found
    told = [[w for w in map(str.lower, words_of(s.text)) if w not in dull] for s in found]
    often = Counter(word for words in told for word in words)
    weights = [sum(often[w] for w in set(words)) / max(len(words), 1) for words in told]
    best = sorted(range(len(found)), key=lambda n: -weights[n])[:MOST_COMPARED]
    return [found[n] for n in sorted(best)]


def _ratings(texts: list[str], dull: frozenset[str]) -> dict[str, float]:
    # sumy loads requests and country tables for a second; a person's script never needs it.
    from sumy.models.dom import ObjectDocumentModel, Paragraph  # noqa: PLC0415
    from sumy.models.dom import Sentence as Ranked  # noqa: PLC0415
    from sumy.summarizers.lex_rank import LexRankSummarizer  # noqa: PLC0415

    tokenizer = _Words()
    document = ObjectDocumentModel([Paragraph([Ranked(t, tokenizer) for t in texts])])
    ratings: dict[str, float] = {}

    # sumy hands its ratings to whoever chooses how many sentences to take.
    def take_all(infos: list[Any]) -> list[Any]:
        ratings.update((str(info.sentence), float(info.rating)) for info in infos)
        return infos

    lex_rank = LexRankSummarizer()
    lex_rank.stop_words = dull
    # Where no two sentences share a word, sumy divides by zero: then none outweighs another.
    with np.errstate(invalid="ignore"):
        lex_rank(document, take_all)
    best = max(ratings.values(), default=1.0)
    return {text: rating / best if best > 0 else 1.0 for text, rating in ratings.items()}
