"""What scripts of the world ask of line breaking: clusters, widths, spaces, sentence ends."""

from __future__ import annotations

import unicodedata
from functools import cache
from itertools import pairwise
from math import ceil
from typing import Final

import budoux

SENTENCE_ENDS: Final = frozenset(".!?…。！？।؟۔")
CLAUSE_ENDS: Final = frozenset(",;:—–、，；：،؛)»”")
CLOSING: Final = frozenset("\"'”’)]}»」』】）")
NARROW: Final = frozenset("iljtfrI.,;:!|'’()[]1 -")
WIDE: Final = frozenset("mwMWQO@%&—…")
NEVER_FIRST: Final = frozenset(
    "、。，．・：；！？!?,.）」』】〕〉》ーぁぃぅぇぉっゃゅょァィゥェォッャュョ々”’"
)
_PARSERS: Final = {
    "ja": budoux.load_default_japanese_parser,
    "th": budoux.load_default_thai_parser,
    "zh": budoux.load_default_simplified_chinese_parser,
}
JOINERS: Final = frozenset("\u200d\u200c")
# Words that lean on the next one: a phrase should not end on them.
_LEANING_WORDS = (
    "a an the of to in on at by for from with and or but nor as than that if is are was were be "
    "my your his her its our their this these into over under no not very so "
    "el la los las un una de del y o que en con por para le les des du et ou à au aux "
    "der die das den dem ein eine und oder mit von zu im am"
)
LEANING: Final = frozenset(_LEANING_WORDS.split())
_UNSEEN: Final = frozenset(("Cc", "Cf", "Cs", "Co", "Cn"))


def clean(text: str) -> str:
    """Composed text without control characters and with single spaces.

    Zero-width joiners stay: emoji and several scripts need them.
    """
    kept = "".join(
        " " if mark.isspace() else mark
        for mark in unicodedata.normalize("NFC", text)
        if mark.isspace() or mark in JOINERS or unicodedata.category(mark) not in _UNSEEN
    )
    return " ".join(word for word in kept.split() if word.strip("".join(JOINERS)))


def clusters(text: str) -> tuple[str, ...]:
    """What a reader takes for single characters: marks, joiners and flags stay together."""
    found: list[str] = []
    for mark in text:
        if found and _continues(found[-1], mark):
            found[-1] += mark
        else:
            found.append(mark)
    return tuple(found)


def _continues(cluster: str, mark: str) -> bool:
    if mark in JOINERS or cluster[-1] in JOINERS or unicodedata.category(mark)[0] == "M":
        return True
    if 0x1F3FB <= ord(mark) <= 0x1F3FF:  # skin tones
        return True
    return _is_flag(mark) and sum(map(_is_flag, cluster)) % 2 == 1


def _is_flag(mark: str) -> bool:
    return 0x1F1E6 <= ord(mark) <= 0x1F1FF


def width_em(text: str) -> float:
    """About how wide a heavy type sets this, in its own size; good enough to break lines by."""
    return sum(map(_cluster_em, clusters(text)))


def _cluster_em(cluster: str) -> float:
    mark = cluster[0]
    if unicodedata.east_asian_width(mark) in "WF" or ord(mark) >= 0x1F000:
        return 1.2 if ord(mark) >= 0x1F000 else 1.0
    if mark in NARROW:
        return 0.34
    if mark in WIDE:
        return 0.92
    return 0.72 if mark.isupper() else 0.6


def is_spaceless(text: str) -> bool:
    """Whether this script runs words together: Chinese, Japanese, Thai, Lao, Khmer, Burmese."""
    return any(
        0x0E00 <= ord(mark) <= 0x0EFF
        or 0x1000 <= ord(mark) <= 0x109F
        or 0x1780 <= ord(mark) <= 0x17FF
        or 0x3040 <= ord(mark) <= 0x30FF
        or 0x3400 <= ord(mark) <= 0x9FFF
        for mark in text
    )


def is_ideographic(text: str) -> bool:
    """Whether this is mostly Chinese or Japanese, which may break between most characters."""
    hits = sum(0x3040 <= ord(mark) <= 0x30FF or 0x3400 <= ord(mark) <= 0x9FFF for mark in text)
    return 2 * hits >= len(text) > 0


def reading_parts(text: str, room_em: float) -> list[str]:
    """Cut Chinese, Japanese or Thai between words, by BudouX, into parts of at most `room_em`.

    Closing marks, small kana and the long vowel never begin a part.
    """
    found: list[str] = []
    for word in _parser(_tongue(text)).parse(text):
        for part in even_parts(word, ceil(width_em(word) / room_em)):
            if found and part[0] in NEVER_FIRST:
                found[-1] += part
            else:
                found.append(part)
    return found


def even_parts(text: str, count: int) -> list[str]:
    """Cut between characters as readers count them, into parts of about one length."""
    pieces = clusters(text)
    edges = [round(len(pieces) * part / count) for part in range(count + 1)]
    return ["".join(pieces[start:end]) for start, end in pairwise(edges) if end > start]


def _tongue(text: str) -> str:
    if any(0x3040 <= ord(mark) <= 0x30FF for mark in text):
        return "ja"
    return "th" if any(0x0E00 <= ord(mark) <= 0x0E7F for mark in text) else "zh"


@cache
def _parser(tongue: str) -> budoux.Parser:
    return _PARSERS[tongue]()


def is_right_to_left(text: str) -> bool:
    """The direction of the first letter that has one."""
    for mark in text:
        direction = unicodedata.bidirectional(mark)
        if direction in ("R", "AL"):
            return True
        if direction == "L":
            return False
    return False


def pause_after(text: str) -> int:
    """2 after a sentence, 1 after a clause, 0 within one."""
    bare = text.rstrip("".join(CLOSING)) or text
    last = text[-1:] if text[-1:] in CLAUSE_ENDS else bare[-1:]
    if bare[-1:] in SENTENCE_ENDS:
        return 2
    return 1 if last in CLAUSE_ENDS else 0


def leans(text: str) -> bool:
    """Whether this word belongs with the one after it."""
    return text.casefold().strip("\"'“‘(") in LEANING
