"""A story and a script from an article, in the article's own words."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence

from providers.offline.keywords import hashtags_of, keyword_of, picture_of
from providers.offline.plain_text import demand_length, heading
from providers.offline.selection import Arrangement, Scenes, arrange, deal
from providers.offline.sentences import Sentence, sentences_of
from shortfactory.errors import InvalidInput
from shortfactory.story import (
    MAX_NARRATION_CHARACTERS,
    MAX_SCENES,
    MAX_SOURCE_CHARACTERS,
    Scene,
    SceneKind,
    Script,
    Story,
    Topic,
)

USUAL_WORDS_PER_S = 2.5
PAUSE_S = 0.7  # around a scene's narration, where nothing is said
LONGEST_SCENE_S = 14.0  # when a critic asks to split a scene
LEAST_WORDS = 12
TITLE_CHARACTERS = 90
HASHTAGS = 5

_NAMED_SCENE = re.compile(r"\bscenes?\s+(\d+)\b", re.IGNORECASE)
_LENGTH = re.compile(r"about (\d+) s for (\d+) s asked")
# What is said of a scene's length is cured by dealing again, not by other sentences.
_ABOUT_LENGTH = re.compile(r"\blasts?\b|\bsplit\b|\bjoin\b", re.IGNORECASE)
_WITHOUT_BLANK = ("。", "！", "？")
_STEP = 0.85  # how much a plain "shorter" takes away


def story_of(topic: Topic) -> Story:
    """The article's title, its weightiest sentence, and the sentences it opens and ends with."""
    article = _article(topic)
    sentences = _usable(article, topic.language)
    arrangement, scenes = _told(sentences, topic, USUAL_WORDS_PER_S)
    return Story(
        title=_title(article, topic),
        angle=max(sentences, key=lambda s: s.rank).text,
        hook=arrangement.hook[0].text,
        beats=tuple(scene[0].text for scene in scenes[1:-1]) or (scenes[-1][0].text,),
        close=scenes[-1][-1].text,
        sources=_sources(article),
    )


def script_of(
    topic: Topic,
    story: Story,
    words_per_second: float,
    previous: Script | None,
    remarks: Sequence[str],
) -> Script:
    """A script of the asked length from the article's sentences, none invented.

    `remarks` are findings and notes: "too long", "too short", "shorter" and "longer" change the
    length; a scene they name otherwise gives way to other sentences.
    """
    article = _article(topic)
    sentences = _usable(article, topic.language)
    dropped = _criticised(previous, remarks) if previous else ""
    kept = tuple(s for s in sentences if s.text not in dropped) or sentences
    pace = words_per_second * _stretch(remarks)
    longest_s = LONGEST_SCENE_S if re.search(r"\bsplit\b", " ".join(remarks)) else math.inf
    _, scenes = _told(kept, topic, pace, story.hook, longest_s * words_per_second)
    whole = f"{story.title} {' '.join(s.text for s in sentences)}"
    return Script(
        title=story.title,
        language=topic.language,
        scenes=tuple(_scenes(scenes, whole, topic.language)),
        description=" ".join(s.text for s in scenes[0])[:300],
        hashtags=hashtags_of(whole, HASHTAGS, topic.language),
        sources=story.sources,
    )


def _article(topic: Topic) -> str:
    article = topic.source or ""
    demand_length(article, "source", MAX_SOURCE_CHARACTERS)
    return article


def _usable(article: str, language: str) -> tuple[Sentence, ...]:
    sentences = sentences_of(article, language)
    if sum(s.words for s in sentences) < LEAST_WORDS:
        cure = "it has no sentences that can be spoken; give running text of a few paragraphs"
        raise InvalidInput("source", article, cure)
    return sentences


def _told(
    sentences: Sequence[Sentence],
    topic: Topic,
    words_per_second: float,
    hook: str = "",
    longest: float = math.inf,
) -> tuple[Arrangement, Scenes]:
    """Fewer scenes leave fewer pauses and so more words: ask again until both agree.

    Scenes above `longest` words, or above what a scene may hold, are dealt to more scenes.
    """
    count = max(topic.scenes, 1)
    arrangement = arrange(sentences, _room(topic, count, words_per_second), count, hook)
    scenes = deal(arrangement, count)
    if len(scenes) < count:
        count = len(scenes)
        arrangement = arrange(sentences, _room(topic, count, words_per_second), count, hook)
        scenes = deal(arrangement, count)
    while count < min(MAX_SCENES, len(arrangement.told)) and not _fit(scenes, longest):
        count += 1
        scenes = deal(arrangement, count)
    return arrangement, scenes


def _fit(scenes: Scenes, longest: float) -> bool:
    return all(
        len(_said(scene)) <= MAX_NARRATION_CHARACTERS and sum(s.words for s in scene) <= longest
        for scene in scenes
    )


def _room(topic: Topic, scenes: int, words_per_second: float) -> float:
    return max((topic.seconds - PAUSE_S * scenes) * words_per_second, 1.0)


def _said(scene: tuple[Sentence, ...]) -> str:
    blank = "" if scene[0].text.endswith(_WITHOUT_BLANK) else " "
    return blank.join(sentence.text for sentence in scene)


def _scenes(scenes: Scenes, whole: str, language: str) -> Iterator[Scene]:
    used: set[str] = set()
    for number, scene in enumerate(scenes, 1):
        said = _said(scene)
        keyword = keyword_of(said, whole, language, avoid=used)
        used.add(keyword.lower())
        yield Scene(
            number=number,
            kind=_kind(number, len(scenes)),
            narration=said,
            picture=picture_of(said, whole, language),
            keyword=keyword,
        )


def _kind(number: int, count: int) -> SceneKind:
    return "hook" if number == 1 else "close" if number == count else "body"


def _title(article: str, topic: Topic) -> str:
    title = heading(article) or topic.text or _usable(article, topic.language)[0].text
    if len(title) <= TITLE_CHARACTERS:
        return title
    return title[:TITLE_CHARACTERS].rsplit(" ", 1)[0].rstrip(",;:–— ")


def _sources(article: str) -> tuple[str, ...]:
    named = heading(article)
    return (named,) if named else ()


def _criticised(previous: Script, remarks: Sequence[str]) -> str:
    numbers = {
        int(number)
        for remark in remarks
        if not _ABOUT_LENGTH.search(remark)
        for number in _NAMED_SCENE.findall(remark)
    }
    return "\n".join(s.narration for s in previous.scenes if s.number in numbers)


def _stretch(remarks: Sequence[str]) -> float:
    """How much longer the script is to become: the factor that the remarks ask for."""
    said = " ".join(remarks)
    measured = _LENGTH.search(said)
    if measured and int(measured[1]):
        return min(max(int(measured[2]) / int(measured[1]), 0.5), 2.0)
    longer = len(re.findall(r"\btoo short\b|\blonger\b", said, re.IGNORECASE))
    shorter = len(re.findall(r"\btoo long\b|\bshorter\b", said, re.IGNORECASE))
    return math.pow(_STEP, (shorter > 0) - (longer > 0))
