"""The script's own words with times that hold: aligned to its text, repaired, split if endless."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import accumulate, groupby, pairwise
from math import ceil

from media.script_text import (
    clean,
    clusters,
    even_parts,
    is_ideographic,
    is_spaceless,
    reading_parts,
    width_em,
)
from shortfactory.story import Word

MOST_SHRINKING = 1.3  # a word this much wider than a line is set smaller, not cut
WHOLE_EM = 8.0  # Chinese and Japanese words are not longer
PART_SHARE = 0.7  # of a line: the longest of their words


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
        return _resume(word, reading_parts(word.text, line_em * PART_SHARE))
    wide = width_em(word.text)
    if wide <= line_em * MOST_SHRINKING:
        return [word]
    if is_spaceless(word.text):
        return _resume(word, reading_parts(word.text, line_em))
    parts = even_parts(word.text, ceil(wide / (line_em * 0.9)))
    *heads, tail = _resume(word, parts)
    return [*(replace(head, cut=word.text.isalpha()) for head in heads), tail]


def _resume(word: Spoken, parts: list[str]) -> list[Spoken]:
    cut = _spread(parts, word.start_ms, word.end_ms, glued=True)
    return [*cut[:-1], replace(cut[-1], glued=word.glued)]


def _merge(words: list[Spoken]) -> list[Spoken]:
    """Voices time some scripts by the character; put words and their marks together again."""
    merged: list[Spoken] = []
    for word in words:
        last = merged[-1] if merged else None
        if last and last.glued and _stands_on(last.text, word.text):
            merged[-1] = _joined([last, word])
        else:
            merged.append(word)
    return [part for run in _runs(merged) for part in _reunited(run)]


def _stands_on(left: str, right: str) -> bool:
    """A mark that belongs to the sign before it."""
    return len(clusters(left[-1:] + right[:1])) == 1


def _runs(words: list[Spoken]) -> list[list[Spoken]]:
    """Chinese and Japanese that nothing parts; every other word alone."""
    runs: list[list[Spoken]] = []
    for word in words:
        before = runs[-1][-1] if runs else None
        if before and before.glued and is_ideographic(before.text) and is_ideographic(word.text):
            runs[-1].append(word)
        else:
            runs.append([word])
    return runs


def _reunited(run: list[Spoken]) -> list[Spoken]:
    """Join a run's pieces up to where its language ends a word."""
    if len(run) == 1:
        return run
    parts = reading_parts("".join(piece.text for piece in run), WHOLE_EM)
    ends = set(accumulate(map(len, parts)))
    whole: list[Spoken] = []
    pieces: list[Spoken] = []
    for piece, at in zip(run, accumulate(len(piece.text) for piece in run), strict=True):
        pieces.append(piece)
        if at in ends:
            whole.append(_joined(pieces))
            pieces = []
    return whole


def _joined(pieces: list[Spoken]) -> Spoken:
    text = "".join(piece.text for piece in pieces)
    return Spoken(text, pieces[0].start_ms, pieces[-1].end_ms, pieces[-1].glued)
