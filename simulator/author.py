"""Writes what the app asks of a text model: stories, scripts, rewordings and packages.

The same prompt gives the same words. The language is English whatever was asked: what is
simulated is the vendor, not a writer.
"""

from __future__ import annotations

import json
import re
from random import Random
from typing import Any

from simulator.brief import Brief, content_words, labelled, read
from simulator.schema import fill, required_names
from simulator.sentences import BODY, CALM, CLOSES, HOOKS, LIGHTS, SHOTS
from simulator.wire import Json

RISKY = re.compile(
    r"\b(blood\w*|gore|weapons?|guns?|knife|knives|dead|death|kill\w*|naked|nude|war|wound\w*)\b",
    re.IGNORECASE,
)
SHORTEST_FIXED = 8  # words of a scene that has room for the story's hook or close
NEAR_WORDS = 2  # a scene may miss its share of words by this much
NAME, LOOKS = "Mara", "about forty, short grey curls, round glasses, a long yellow raincoat"


def reply(prompt: str, system: str, schema: Json | None) -> str:
    """The model's words: JSON that obeys the schema, or prose where none was given."""
    if schema is None:
        return prose(prompt, system)
    brief, dice = read(prompt, system), Random(prompt)
    return json.dumps(fill(schema, _wish(prompt, brief, schema, dice)), ensure_ascii=False)


def prose(prompt: str, system: str = "") -> str:
    """Some sentences about what the prompt is about."""
    return " ".join(_spoken(read(prompt, system), Random(prompt), 60, list(BODY)))


def _wish(prompt: str, brief: Brief, schema: Json, dice: Random) -> Json:
    names = required_names(schema)
    if "narration" in names:
        return _script(brief, schema, dice)
    if names & {"beats", "angle", "hook"}:
        return _story(brief, dice)
    if "prompt" in names:
        return {"prompt": _reworded(prompt, brief)}
    return _package(brief, dice)


def _say(sentence: str, brief: Brief) -> str:
    subject = brief.subject
    return sentence.format(s=subject, S=subject[0].upper() + subject[1:])


def _title(brief: Brief) -> str:
    topic = brief.topic.strip(" .")
    return topic[:1].upper() + topic[1:]


def _story(brief: Brief, dice: Random) -> Json:
    beats = dice.sample([s for s in BODY if len(s.split()) > 7], min(brief.beats, 30))
    return {
        "title": _title(brief),
        "angle": _say("What everybody overlooks about {s}, told from close up.", brief),
        "hook": _say(dice.choice(HOOKS), brief),
        "beats": [_say(beat, brief) for beat in beats],
        "close": _say(dice.choice(CLOSES), brief),
        "sources": [],
    }


def _script(brief: Brief, schema: Json, dice: Random) -> Json:
    count = _scene_count(brief, schema)
    pool = _pool(dice)
    shots, lights = dice.sample(SHOTS, len(SHOTS)), dice.sample(LIGHTS, len(LIGHTS))
    share = brief.words / count
    owed, scenes = 0.0, list[Json]()
    for number in range(1, count + 1):
        kind = "hook" if number == 1 else "close" if number == count else "body"
        narration = _narration(kind, brief, dice, round(share + owed), pool)
        owed += share - len(narration.split())
        picture = f"{_say(shots[number % len(shots)], brief)}, {lights[number % len(lights)]}"
        scenes.append(_scene(brief, number, kind, narration, picture))
    scenes = _kept(brief, scenes)
    return {**_package(brief, dice), **_cast(brief), "language": brief.language, "scenes": scenes}


def _kept(brief: Brief, scenes: list[Json]) -> list[Json]:
    """In a revision, the previous scenes that nobody criticised, word for word."""
    before: Any = brief.facts.get("scenes")
    if not isinstance(before, list) or len(before) != len(scenes) or not brief.criticised:
        return scenes
    return [
        new if new["number"] in brief.criticised else old
        for old, new in zip(before, scenes, strict=True)
    ]


def _pool(dice: Random) -> list[str]:
    """Some sentences, in the order in which they tell something."""
    return [BODY[i] for i in sorted(dice.sample(range(len(BODY)), len(BODY) * 3 // 4))]


def _scene_count(brief: Brief, schema: Json) -> int:
    scenes: Json = schema.get("properties", {}).get("scenes", {})
    least, most = int(scenes.get("minItems", 1)), int(scenes.get("maxItems", 30))
    return min(max(brief.scenes, least), most)


def _narration(kind: str, brief: Brief, dice: Random, words: int, pool: list[str]) -> str:
    if kind == "body" or words < SHORTEST_FIXED:
        return " ".join(_spoken(brief, dice, words, pool))
    told: Any = brief.facts.get(kind)  # by the story, where the prompt has one
    chosen = dice.choice(HOOKS if kind == "hook" else CLOSES)
    fixed = told if isinstance(told, str) and told else _say(chosen, brief)
    rest = _spoken(brief, dice, words - len(fixed.split()), pool)
    return " ".join([fixed, *rest] if kind == "hook" else [*rest, fixed])


def _spoken(brief: Brief, dice: Random, words: int, pool: list[str]) -> list[str]:
    """Sentences of about so many words together, taken out of the pool; at least one."""
    said: list[str] = []
    left = words
    while left > NEAR_WORDS or not said:
        pool.extend(_pool(dice) if not pool else [])
        fitting = [s for s in pool if len(s.split()) <= max(left, 0) + NEAR_WORDS]
        if not fitting and said:
            break
        sentence = fitting[0] if fitting else min(pool, key=lambda s: len(s.split()))
        pool.remove(sentence)
        said.append(_say(sentence, brief))
        left -= len(said[-1].split())
    return said


def _scene(brief: Brief, number: int, kind: str, narration: str, picture: str) -> Json:
    who = f", {NAME} ({LOOKS}) watching" if brief.has_person else ""
    return {
        "number": number,
        "kind": kind,
        "narration": narration,
        "picture": f"{picture}{who}; {CALM}",
        "keyword": max(content_words(narration), key=len, default=brief.subject),
        "characters": [NAME] if brief.has_person else [],
    }


def _cast(brief: Brief) -> Json:
    return {"characters": [{"name": NAME, "looks": LOOKS}] if brief.has_person else []}


def _package(brief: Brief, dice: Random) -> Json:
    tags = [re.sub(r"\W", "", word.lower()) for word in content_words(brief.topic)]
    hashtags = list(dict.fromkeys([*tags[:3], "shorts", "learn"]))
    title: Any = brief.facts.get("title")
    return {
        "title": title if isinstance(title, str) and title else _title(brief),
        "description": _say(dice.choice(HOOKS), brief) + " " + _say(dice.choice(CLOSES), brief),
        "hashtags": [tag for tag in hashtags if tag],
        "sources": [],
    }


def _reworded(prompt: str, brief: Brief) -> str:
    given: Any = brief.facts.get("prompt")
    asked = given if isinstance(given, str) else labelled(prompt, "prompt") or brief.topic
    plain = re.sub(r"\s{2,}", " ", RISKY.sub("", asked)).strip(" ,.;")
    return f"A gentle, simple illustration: {plain}"
