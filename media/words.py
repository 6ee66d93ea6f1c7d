"""The script's own words with times that hold: aligned to its text, repaired, split if endless."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import groupby, pairwise
from math import ceil

from media.script_text import (
    bunsetsu,
    clean,
    clusters,
    is_ideographic,
    is_spaceless,
    pause_after,
    width_em,
)
from shortfactory.story import Word

MOST_SHRINKING = 1.3  # a word this much wider than a line is set smaller, not cut
MERGED_EM = 4.0  # Chinese and Japanese words are seldom longer


@dataclass(frozen=True)
class Spoken:
    """One word as the script writes it, punctuation included.

    `glued` means no space follows; `cut`, that the word goes on, which a hyphen shows.
    """

    text: str
    start_ms: int
    end_ms: int
    glued: bool = False
    cut: bool = False

    @property
    def word(self) -> Word:
        """The plain word."""
        return Word(text=self.text, start_ms=self.start_ms, end_ms=self.end_ms)


def spoken(text: str, words: tuple[Word, ...], voice_ms: int, line_em: float) -> tuple[Spoken, ...]:
    """Words in the script's spelling, in order, inside the voice, none wider than a line.

    Words without times share the voice by their length; times that run backwards or past the
    end are pulled back, and words that then begin together share the time until the next begins.
    """
    words = words or tuple(Word(text=part, start_ms=0, end_ms=0) for part in text.split())
    timed = _repair([(clean(word.text), word.start_ms, word.end_ms) for word in words], voice_ms)
    aligned = _align(clean(text), timed)
    return tuple(part for word in _merge(aligned) for part in _split(word, line_em))


def _repair(words: list[tuple[str, int, int]], voice_ms: int) -> list[Spoken]:
    seen = [word for word in words if word[0]]
    if seen and not any(end for _, _, end in seen):
        return _spread([text for text, _, _ in seen], 0, voice_ms)
    repaired: list[Spoken] = []
    floor = 0
    for text, start, end in seen:
        start = min(max(start, floor), voice_ms)
        end = min(max(end, start), voice_ms)
        repaired.append(Spoken(text, start, end))
        floor = start
    return _untie(repaired, voice_ms)


def _untie(words: list[Spoken], voice_ms: int) -> list[Spoken]:
    ties = [list(tied) for _, tied in groupby(words, key=lambda word: word.start_ms)]
    while len(ties) > 1 and ties[-1][0].start_ms >= voice_ms:  # no time is left for these
        ties[-2:] = [ties[-2] + ties[-1]]
    starts = [tied[0].start_ms if tied[0].start_ms < voice_ms else 0 for tied in ties]
    found: list[Spoken] = []
    for tied, (start_ms, end_ms) in zip(ties, pairwise([*starts, voice_ms]), strict=True):
        texts = [word.text for word in tied]
        found += tied if len(tied) == 1 else _spread(texts, start_ms, end_ms)
    return found


def _spread(texts: list[str], start_ms: int, end_ms: int, glued: bool = False) -> list[Spoken]:
    shares = [width_em(text) + 0.3 for text in texts]
    total, marks, run = sum(shares) or 1.0, [start_ms], 0.0
    for share in shares:
        run += share
        marks.append(start_ms + round((end_ms - start_ms) * run / total))
    return [
        Spoken(text, start, end, glued)
        for text, (start, end) in zip(texts, pairwise(marks), strict=True)
    ]


def _align(text: str, words: list[Spoken]) -> list[Spoken]:
    """Give each word the punctuation and the space (or none) that follow it in the text."""
    places: list[int] = []
    cursor = 0
    for word in words:
        at = text.find(word.text, cursor)
        if at < 0:
            return [_loose(word) for word in words]
        places.append(at)
        cursor = at + len(word.text)
    edges = [0, *places[1:], len(text)] if places else []
    chunks = [text[start:end] for start, end in pairwise(edges)]
    return [
        Spoken(chunk.strip(), word.start_ms, word.end_ms, glued=not chunk.endswith(" "))
        for word, chunk in zip(words, chunks, strict=True)
    ]


def _loose(word: Spoken) -> Spoken:
    return Spoken(word.text, word.start_ms, word.end_ms, glued=is_spaceless(word.text))


def _split(word: Spoken, line_em: float) -> list[Spoken]:
    """Cut what no line can hold; a cut inside a spaced script's word shows a hyphen."""
    if is_ideographic(word.text):
        return _resume(word, bunsetsu(word.text, line_em / 2))
    wide = width_em(word.text)
    if wide <= line_em * MOST_SHRINKING:
        return [word]
    parts = _even_parts(clusters(word.text), ceil(wide / (line_em * 0.9)))
    shown = word.text.isalpha() and not is_spaceless(word.text)
    *heads, tail = _resume(word, parts)
    return [*(replace(head, cut=shown) for head in heads), tail]


def _even_parts(pieces: tuple[str, ...], count: int) -> list[str]:
    edges = [round(len(pieces) * part / count) for part in range(count + 1)]
    return ["".join(pieces[start:end]) for start, end in pairwise(edges)]


def _resume(word: Spoken, parts: list[str]) -> list[Spoken]:
    cut = _spread(parts, word.start_ms, word.end_ms, glued=True)
    return [*cut[:-1], replace(cut[-1], glued=word.glued)]


def _merge(words: list[Spoken]) -> list[Spoken]:
    """Voices time some scripts by the character; put words and their marks together again."""
    merged: list[Spoken] = []
    for word in words:
        last = merged[-1] if merged else None
        if last and last.glued and _belongs(last.text, word.text):
            merged[-1] = Spoken(last.text + word.text, last.start_ms, word.end_ms, word.glued)
        else:
            merged.append(word)
    return merged


def _belongs(left: str, right: str) -> bool:
    if len(clusters(left[-1:] + right[:1])) == 1:  # a mark that stands on the sign before it
        return True
    if not (is_ideographic(left) and is_ideographic(right)) or pause_after(left):
        return False
    return len(bunsetsu(left + right, MERGED_EM)) == 1
