"""The script's own words with times that hold: aligned to its text, repaired, split if endless."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from media.script_text import clean, clusters, is_spaceless, width_em
from shortfactory.story import Word


@dataclass(frozen=True)
class Spoken:
    """One word as the script writes it, punctuation included. `glued` means no space follows."""

    text: str
    start_ms: int
    end_ms: int
    glued: bool = False

    @property
    def word(self) -> Word:
        """The plain word."""
        return Word(text=self.text, start_ms=self.start_ms, end_ms=self.end_ms)


def spoken(text: str, words: tuple[Word, ...], voice_ms: int, line_em: float) -> tuple[Spoken, ...]:
    """Words in the script's spelling, in order, inside the voice, none wider than a line.

    Words without times share the voice by their length; times that run backwards or past the
    end are pulled back. Only scripts without spaces are split inside a word.
    """
    timed = _repair([(clean(word.text), word.start_ms, word.end_ms) for word in words], voice_ms)
    aligned = _align(clean(text), timed)
    return tuple(part for word in aligned for part in _split(word, line_em))


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
    return repaired


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
    if width_em(word.text) <= line_em or not is_spaceless(word.text):
        return [word]
    parts: list[str] = [""]
    for cluster in clusters(word.text):
        if width_em(parts[-1] + cluster) > line_em / 2:
            parts.append("")
        parts[-1] += cluster
    cut = _spread([part for part in parts if part], word.start_ms, word.end_ms, glued=True)
    last = cut[-1]
    return [*cut[:-1], Spoken(last.text, last.start_ms, last.end_ms, word.glued)]
