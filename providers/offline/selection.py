"""Choosing an article's sentences for a film of given length, and dealing them to scenes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from providers.offline.sentences import Sentence

HOOK_WORDS = 20  # the longest first sentence that still catches
CLOSE_WORDS = 36
CLOSE_SHARE = 0.35  # of all words, at most
OVERRUN = 1.1  # of the asked words
OTHER_PARAGRAPH = 0.3  # what a paragraph that nothing is told of yet is worth, in ranks

_SURPRISE = re.compile(
    r"\d|\?|\b(?:never|nobody|nothing|no one|only|secret|strange\w*|impossible|first|last|most"
    r"|thousand|million|billion|hundred|two|three|four|five|six|seven|eight|nine|ten)\b",
    re.IGNORECASE,
)

Scenes = tuple[tuple[Sentence, ...], ...]


@dataclass(frozen=True)
class Arrangement:
    """The chosen sentences by part, each in the order in which they are told."""

    hook: tuple[Sentence, ...]
    body: tuple[Sentence, ...]
    close: tuple[Sentence, ...]

    @property
    def told(self) -> tuple[Sentence, ...]:
        """All of them, from the first word to the last."""
        return (*self.hook, *self.body, *self.close)

    @property
    def words(self) -> int:
        """How many words that is."""
        return sum(sentence.words for sentence in self.told)


def arrange(
    sentences: Sequence[Sentence], words: float, scenes: int, hook: str = ""
) -> Arrangement:
    """Choose about this many words: a hook, a body in the article's order, and a close.

    `hook` names the first sentence where one was decided on before. A sentence that leans on
    the one before it is only told after it.
    """
    room = words * OVERRUN
    first = _hook(sentences, min(HOOK_WORDS, room), hook)
    last = _close(sentences, first, min(CLOSE_WORDS, CLOSE_SHARE * room)) if scenes > 1 else ()
    chosen = {first, *last}
    longest = max(2 * words / scenes, min(s.words for s in sentences))
    body = [s for s in sentences if not last or s.index < last[0].index]
    for limit in (longest, room):
        _fill(body, chosen, room, limit, aim=words / scenes)
    following = tuple(_chain(sentences, first, chosen - set(last)))
    rest = sorted(chosen - {first, *last, *following}, key=lambda s: s.index)
    return Arrangement((first, *following), tuple(rest), last)


def deal(arrangement: Arrangement, scenes: int) -> Scenes:
    """Deal the told sentences to at most this many scenes of about equal length, in order.

    The hook opens the first scene and the close is the last one; no scene is empty.
    """
    told = arrangement.told
    count = min(scenes, len(told))
    if count < 2 or not arrangement.close:
        return _evenly(told, max(count, 1))
    before = (*arrangement.hook, *arrangement.body)
    return (*_evenly(before, min(count - 1, len(before))), arrangement.close)


def _hook(sentences: Sequence[Sentence], longest: float, decided: str) -> Sentence:
    by_text = {s.text: s for s in sentences}
    if decided in by_text:
        return by_text[decided]
    fitting = [s for s in sentences if not s.leans and s.words <= longest]
    return max(fitting or [min(sentences, key=lambda s: s.words)], key=_catches)


def _catches(sentence: Sentence) -> float:
    surprise = min(len(_SURPRISE.findall(sentence.text)), 2)
    early = 1 / (1 + 0.4 * sentence.index)
    return sentence.rank + early + 0.4 * surprise - sentence.words / 20


def _close(sentences: Sequence[Sentence], hook: Sentence, longest: float) -> tuple[Sentence, ...]:
    """The end of the article from its last sentence that stands alone, or a shorter one near."""
    late = [s for s in sentences if s is not hook and s.index > hook.index][-8:]
    runs = [
        tuple(late[start:end])
        for start in range(len(late))
        for end in range(start + 1, len(late) + 1)
    ]
    sound = [run for run in runs if sum(s.words for s in run) <= longest and _stands(run)]
    leaning = {s.index for s in sentences if s.leans}
    whole = [run for run in sound if run[-1].index + 1 not in leaning]
    return max(whole or [run for run in sound if len(run) == 1], key=_ends, default=())


def _stands(run: tuple[Sentence, ...]) -> bool:
    return (
        not run[0].leans
        and all(s.leans for s in run[1:])
        and run[-1].index - run[0].index == len(run) - 1
    )


def _ends(run: tuple[Sentence, ...]) -> float:
    return run[-1].index + sum(s.rank for s in run) / len(run)


def _fill(
    sentences: Sequence[Sentence], chosen: set[Sentence], room: float, limit: float, aim: float
) -> None:
    """Add the weightiest sentences that still fit, each after what it leans on."""
    while True:
        left = room - sum(s.words for s in chosen)
        told = {s.paragraph for s in chosen}
        fitting = [s for s in _open(sentences, chosen) if s.words <= min(left, limit)]
        if not fitting:
            return
        best = max(
            fitting, key=lambda s: _tells(s, aim) + OTHER_PARAGRAPH * (s.paragraph not in told)
        )
        chosen.add(best)


def _tells(sentence: Sentence, aim: float) -> float:
    """Its weight, less for more words than a scene's share, and for a mere transition."""
    crowding = 0.5 * max(sentence.words / aim - 1, 0)
    return sentence.rank - crowding - (0.3 if sentence.words < 6 else 0)


def _open(sentences: Sequence[Sentence], chosen: set[Sentence]) -> Iterator[Sentence]:
    """Sentences not chosen that can stand where they would be told."""
    for position, sentence in enumerate(sentences):
        previous = sentences[position - 1] if position else None
        adjacent = previous is not None and previous.index == sentence.index - 1
        if sentence not in chosen and (not sentence.leans or (adjacent and previous in chosen)):
            yield sentence


def _chain(
    sentences: Sequence[Sentence], first: Sentence, chosen: set[Sentence]
) -> Iterator[Sentence]:
    """The chosen sentences right after this one that lean on it."""
    for sentence in sentences:
        if sentence.index == first.index + 1 and sentence.leans and sentence in chosen:
            yield sentence
            first = sentence


def _evenly(told: tuple[Sentence, ...], count: int) -> Scenes:
    """Cut into `count` runs with the least squared difference from the mean length."""
    mean = sum(s.words for s in told) / count

    def cost(run: tuple[Sentence, ...]) -> float:
        torn = 0.15 if run[0].leans else 0.0
        return ((sum(s.words for s in run) - mean) / mean) ** 2 + torn

    @cache
    def best(start: int, runs: int) -> tuple[float, Scenes]:
        if runs == 1:
            return cost(told[start:]), (told[start:],)
        tries = (
            (cost(told[start:end]) + best(end, runs - 1)[0], end)
            for end in range(start + 1, len(told) - runs + 2)
        )
        total, end = min(tries)
        return total, (told[start:end], *best(end, runs - 1)[1])

    return best(0, count)[1]
