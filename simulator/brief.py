"""What a prompt asks for, read from its words: topic, length, scenes, language."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from simulator.wire import Json

_STOP_WORDS = """
a an and are as at be been but by can could did do does for from had has have how i if in into
is it its just make more most much never no not of on or our out over really should so some
still than that the their them then there these they this to too up us was we were what when
where which while who whose why will with would you your about actually
"""
STOP_WORDS = frozenset(_STOP_WORDS.split())
DEFAULT_SECONDS, DEFAULT_SCENES, DEFAULT_PACE = 45.0, 6, 2.5
SPOKEN_SHARE = 0.92  # the rest of the time is pauses
SECONDS = r"(\d+(?:\.\d+)?)\s*(?:-\s*)?s(?:ec(?:ond)?s?)?\b"
TOPIC_WORDS = 14
PEOPLE = re.compile(
    r"\b(man|woman|girl|boy|keeper|detective|captain|king|queen|sailor|inventor|farmer|painter)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Brief:
    """The facts of a prompt. `words` are those of the whole narration.

    `criticised` are the scenes that notes or findings name.
    """

    topic: str
    seconds: float
    scenes: int
    words: int
    beats: int
    language: str
    facts: Json
    criticised: frozenset[int]

    @property
    def subject(self) -> str:
        """A short noun phrase that stands after 'of' or 'about'."""
        return subject(self.topic)

    @property
    def has_person(self) -> bool:
        """Whether the topic is about somebody who should look the same in every scene."""
        return bool(PEOPLE.search(self.topic))


def content_words(text: str) -> list[str]:
    """The words that carry meaning, as written, without punctuation."""
    words = re.findall(r"[^\W\d_][\w'’-]*", text)
    return [word for word in words if word.lower() not in STOP_WORDS and len(word) > 2]


def subject(topic: str) -> str:
    """'Why bees dance' → 'bees'; 'The history of coffee' → 'the history of coffee'."""
    words = topic.strip(" .?!").split()
    if not words:
        return "everyday things"
    asked = words[0].lower() in {"why", "how", "what", "when", "where", "who", "which"}
    if not asked and len(words) <= 5:
        return " ".join([words[0][0].lower() + words[0][1:], *words[1:]])
    return " ".join(content_words(topic)[: 1 if asked else 2]) or "everyday things"


def read(prompt: str, system: str = "") -> Brief:
    """Read a prompt, however it is laid out: JSON inside it, tags, labelled lines or prose."""
    facts = _facts(prompt)
    text = f"{prompt}\n{system}"
    topic = labelled(prompt, "topic") or _string(facts, "topic", "text")
    if not topic or topic.startswith("("):  # "(see the source)"
        topic = _string(facts, "title") or labelled(prompt, "source") or _first_line(prompt)
    seconds = _number(facts, text, "seconds", SECONDS) or DEFAULT_SECONDS
    scenes = int(_number(facts, text, "scenes", r"(\d+)\s+scenes?\b") or DEFAULT_SCENES)
    words = _number(facts, text, "words", r"(\d+)\s+words\b") or seconds * DEFAULT_PACE
    language = re.search(r"language\W{1,3}([a-z]{2}(?:-[A-Za-z]{2,4})?)\b", prompt)
    return Brief(
        topic=" ".join(topic.strip("# \n").split()[:TOPIC_WORDS]),
        seconds=seconds,
        scenes=scenes,
        words=max(round(words * SPOKEN_SHARE), scenes * 3),
        beats=int(_number({}, prompt, "beats", r"(\d+)\s+beats?\b") or max(scenes - 2, 1)),
        language=language[1] if language else _string(facts, "language") or "en",
        facts=facts,
        criticised=frozenset(int(n) for n in re.findall(r"\b[Ss]cene (\d+)", prompt)),
    )


def labelled(text: str, name: str) -> str:
    """What stands in `<name>…</name>`, or after `Name:` on a line."""
    tag = re.search(rf"<([\w-]*{name}[\w-]*)>\s*(.*?)\s*</\1>", text, re.IGNORECASE | re.DOTALL)
    if tag:
        return tag[2].strip()
    line = re.search(rf"^\W*{name}\W*:\s*(\S.*)$", text, re.IGNORECASE | re.MULTILINE)
    return line[1].strip(" \"'`*") if line else ""


def _facts(prompt: str) -> Json:
    """All JSON objects in the prompt, merged; what comes first wins."""
    merged: Json = {}
    at = prompt.find("{")
    decoder = json.JSONDecoder()
    while at >= 0:
        try:
            value, end = decoder.raw_decode(prompt, at)
        except ValueError:
            end = at + 1
        else:
            merged = _merged(merged, value)
        at = prompt.find("{", end)
    return merged


def _merged(first: Json, value: Any) -> Json:
    flat: Json = {}
    for name, inner in value.items():
        flat[name] = inner
        if isinstance(inner, dict):
            flat = {**inner, **flat}
    return {**flat, **first}


def _string(facts: Json, *names: str) -> str:
    return next((facts[n] for n in names if isinstance(facts.get(n), str) and facts[n]), "")


def _number(facts: Json, text: str, name: str, pattern: str) -> float:
    if isinstance(facts.get(name), int | float):
        return float(facts[name])
    word = labelled(text, name.replace("_", "[ _]"))
    found = re.match(r"\d+(?:\.\d+)?", word) or re.search(pattern, text, re.IGNORECASE)
    return float(found[found.re.groups]) if found else 0.0


def _first_line(prompt: str) -> str:
    lines = [line.strip(" #*-`\"'") for line in prompt.splitlines()]
    return next((line for line in lines if line), "everyday things")
