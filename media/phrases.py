"""Words become phrases of at most two balanced lines, broken where speech pauses: pure."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from media.script_text import clean, leans, pause_after, width_em
from media.style import CaptionStyle
from media.words import Spoken, spoken
from shortfactory.story import Word

SAFE_WIDTH_SHARE = 0.667  # 180..900 of 1080: centred, and clear of every platform's buttons
SHORTEST_PHRASE_MS, SHORTEST_SOLO_MS = 700, 260
LONGEST_PHRASE_MS = 3_500
PAUSE_MS = 350  # a gap of speech that a phrase should not bridge
FASTEST_READING = 21.0  # characters a second
SPACE_EM = 0.28
# Set widths over `width_em`'s average, measured on eight lines of English each.
BREADTHS = {"Bebas Neue": 0.55, "Noto Serif": 1.08, "Noto Sans": 0.95}
LATIN_END = "\u024f"  # other letters are set in other faces
HYPHEN = "-"
SPLIT_KEYWORD_COST = 1.2  # a keyword is read as one
OVERFULL_COST = 60.0  # type would shrink: worse than any other fault


@dataclass(frozen=True)
class Phrase:
    """Words that are on the screen together, times from the voice's start.

    `counts` says how many words each line holds, `seams` what stands after each word: a space,
    nothing, or the hyphen of a word that had to be cut. `key` marks the words of the scene's
    keyword.
    """

    words: tuple[Word, ...]
    counts: tuple[int, ...]
    seams: tuple[str, ...]
    key: tuple[bool, ...]

    @property
    def lines(self) -> tuple[str, ...]:
        """The script's text of each line: no space at its end, no hyphen of a cut word."""
        joined = [
            word.text + seam.replace(HYPHEN, "")
            for word, seam in zip(self.words, self.seams, strict=True)
        ]
        found, at = list[str](), 0
        for count in self.counts:
            found.append("".join(joined[at : at + count]).rstrip())
            at += count
        return tuple(found)

    @property
    def keyword(self) -> str:
        """The emphasised words, or nothing."""
        return " ".join(word.text for word, key in zip(self.words, self.key, strict=True) if key)


def line_em(style: CaptionStyle) -> float:
    """How much text one line of this style holds, in ems."""
    return SAFE_WIDTH_SHARE / style.size


def phrases(
    text: str, words: tuple[Word, ...], voice_ms: int, keyword: str, style: CaptionStyle
) -> tuple[Phrase, ...]:
    """Cut a narration into phrases; every word is shown once and in order."""
    said = spoken(text, words, voice_ms, line_em(style))
    key = _keyword_marks(said, keyword)
    found: list[Phrase] = []
    for start, end in _cuts(said, key, style):
        part = said[start:end]
        found.append(
            Phrase(
                words=tuple(word.word for word in part),
                counts=_best_lines(part, style)[0],
                seams=tuple(_seam(word) for word in part),
                key=tuple(key[start:end]),
            )
        )
    return tuple(found)


def _seam(word: Spoken) -> str:
    return HYPHEN if word.cut else "" if word.glued else " "


def _keyword_marks(said: tuple[Spoken, ...], keyword: str) -> list[bool]:
    wanted = [_bare(part) for part in clean(keyword).split()]
    bare = [_bare(word.text) for word in said]
    marks = [False] * len(said)
    for at in range(len(said) - len(wanted) + 1):
        if wanted and bare[at : at + len(wanted)] == wanted:
            marks[at : at + len(wanted)] = [True] * len(wanted)
    return marks


def _bare(text: str) -> str:
    return "".join(mark for mark in text.casefold() if mark.isalnum())


def _cuts(said: tuple[Spoken, ...], key: list[bool], style: CaptionStyle) -> list[tuple[int, int]]:
    """The cheapest way to cut, by dynamic programming over the words."""
    best: list[tuple[float, int]] = [(0.0, 0)]
    for end in range(1, len(said) + 1):
        torn = SPLIT_KEYWORD_COST * all(key[end - 1 : end + 1]) * (end < len(said))
        options = [
            (best[start][0] + _phrase_cost(said, start, end, style) + torn, start)
            for start in range(max(0, end - style.max_words), end)
        ]
        best.append(min(options))
    cuts: list[tuple[int, int]] = []
    end = len(said)
    while end:
        start = best[end][1]
        cuts.append((start, end))
        end = start
    return cuts[::-1]


def _phrase_cost(said: tuple[Spoken, ...], start: int, end: int, style: CaptionStyle) -> float:
    part = said[start:end]
    cost = 1.0 + _best_lines(part, style)[1] + _end_cost(part[-1], end == len(said))
    cost += sum(_inner_cost(left, right) for left, right in pairwise(part))
    return cost + _pace_cost(said, start, end, style)


def _end_cost(last: Spoken, final: bool) -> float:
    cost = (1.0, 0.3, 0.0)[pause_after(last.text)]
    return 0.0 if final else cost + 0.7 * leans(last.text)


def _inner_cost(left: Spoken, right: Spoken) -> float:
    pause = pause_after(left.text)
    long_gap = right.start_ms - left.end_ms > PAUSE_MS
    return (0.0, 0.4, 3.0)[pause] + 2.0 * long_gap


def _pace_cost(said: tuple[Spoken, ...], start: int, end: int, style: CaptionStyle) -> float:
    until_ms = said[end].start_ms if end < len(said) else said[-1].end_ms + SHORTEST_PHRASE_MS
    shown_ms = max(1, until_ms - said[start].start_ms)
    solo = style.effect == "solo"
    shortest_ms = SHORTEST_SOLO_MS if solo else SHORTEST_PHRASE_MS
    characters = sum(len(word.text) + 1 for word in said[start:end])
    cost = 3.0 * max(0.0, 1 - shown_ms / shortest_ms)
    cost += max(0.0, shown_ms / LONGEST_PHRASE_MS - 1)
    cost += 0.5 * max(0.0, characters * 1000 / shown_ms / FASTEST_READING - 1)
    alone = end - start == 1
    return cost + (0.0 if alone else 2.5) if solo else cost + 0.8 * alone


def _best_lines(part: tuple[Spoken, ...], style: CaptionStyle) -> tuple[tuple[int, ...], float]:
    """Words per line and the cost of setting them so; overfull lines cost, but are possible."""
    room = line_em(style)
    options = [((len(part),), OVERFULL_COST * max(0.0, _width(part, style) / room - 1))]
    if style.lines == 2:
        options += [_split_cost(part, at, style) for at in range(1, len(part))]
    return min(options, key=lambda option: option[1])


def _split_cost(
    part: tuple[Spoken, ...], at: int, style: CaptionStyle
) -> tuple[tuple[int, ...], float]:
    room = line_em(style)
    left, right = _width(part[:at], style), _width(part[at:], style)
    cost = OVERFULL_COST * max(0.0, max(left, right) / room - 1)
    cost += 0.25 + 0.6 * abs(left - right) / room
    cost += 0.5 * (min(left, right) < 0.35 * max(left, right))  # an orphan
    cost += 0.3 * leans(part[at - 1].text) - 0.2 * (pause_after(part[at - 1].text) > 0)
    return (at, len(part) - at), cost


def _width(part: tuple[Spoken, ...], style: CaptionStyle) -> float:
    text = "".join(word.text for word in part)
    breadth = BREADTHS.get(style.font, 1.0) if max(text, default="") <= LATIN_END else 1.0
    spaces = sum(SPACE_EM + style.gap for word in part[:-1] if not word.glued)
    return spaces + breadth * width_em(text.upper() if style.upper else text)
