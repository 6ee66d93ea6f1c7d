"""The critic: is this script worth filming, and can it be spoken and shown?"""

from __future__ import annotations

import asyncio
import re
import unicodedata
from collections.abc import Iterator

from pydantic import JsonValue
from typing_extensions import TypedDict

from media.captions import missing_glyphs
from nodes.findings import Finding, Severity
from nodes.services import Services
from shortfactory.plan import Plan
from shortfactory.story import (
    MAX_NARRATION_CHARACTERS,
    MAX_PICTURE_CHARACTERS,
    MAX_SCENES,
    Script,
    Topic,
)

LENGTH_TOLERANCE = 0.25  # of the asked seconds; beyond it a viewer feels another film
SHORTEST_SCENE_S, LONGEST_SCENE_S = 1.2, 15.0
LONGEST_HOOK_S = 9.0
PAUSE_S = 0.7  # lead-in, tail and transition around a scene's voice

UNSPEAKABLE = (
    (re.compile(r"https?://\S+|www\.\S+", re.I), "a web address", "say it in words, or drop it"),
    (re.compile(r"<[a-z/!][^>]*>", re.I), "HTML", "remove the tags"),
    (re.compile(r"[{}\[\]|\\^~`]{2,}"), "markup or code", "write plain sentences"),
    (re.compile(r"\[(pause|music|sfx|sound|beat)[^\]]*\]", re.I), "a stage direction", "drop it"),
)
GREETINGS = re.compile(
    r"^\W*(hi|hello|hey|welcome|in this video|today we|today i|what's up)\b", re.I
)


class Reads(TypedDict, total=False):
    """What the critic needs."""

    plan: dict[str, JsonValue]
    topic: dict[str, JsonValue]
    script: dict[str, JsonValue]


class Writes(TypedDict, total=False):
    """What the critic leaves: an empty list says that the script may go on."""

    findings: list[Finding]


async def critique(state: Reads, services: Services) -> Writes:
    """Check hook, length at the voice's real speed, balance, words and glyphs."""
    topic = Topic.model_validate(state["topic"])
    script = Script.model_validate(state["script"])
    plan = Plan.model_validate(state["plan"])
    rate = services.catalog.words_per_second(plan.voice, script.language)
    # In a thread: the first look at the fonts reads them all.
    return Writes(findings=await asyncio.to_thread(criticise, script, topic.seconds, rate))


def criticise(script: Script, asked_s: float, words_per_second: float) -> list[Finding]:
    """Everything the critic has to say of a script."""
    return [
        *check_form(script),
        *check_length(script, asked_s, words_per_second),
        *check_hook(script, words_per_second),
        *check_words(script),
    ]


def spoken_seconds(narration: str, words_per_second: float) -> float:
    """How long a narration lasts. Scripts without spaces count three characters as a word."""
    words = sum(max(1, len(token) / 3) if _unspaced(token) else 1 for token in narration.split())
    return words / words_per_second


def check_form(script: Script) -> Iterator[Finding]:
    """Scenes there are, each with words and a picture, none beyond what can be filmed."""
    if not script.scenes:
        yield _finding("scenes", "block", None, "The script has no scenes; write at least one.")
    if len(script.scenes) > MAX_SCENES:
        count = len(script.scenes)
        yield _finding("scenes", "block", None, f"{count} scenes are too many; {MAX_SCENES} fit.")
    for scene in script.scenes:
        if not any(character.isalnum() for character in scene.narration):
            yield _finding("narration", "block", scene.number, "has no words to speak; add some.")
        if len(scene.narration) > MAX_NARRATION_CHARACTERS:
            yield _finding(
                "narration",
                "block",
                scene.number,
                f"is longer than {MAX_NARRATION_CHARACTERS} characters; split it.",
            )
        if not scene.picture.strip() or len(scene.picture) > MAX_PICTURE_CHARACTERS:
            yield _finding(
                "picture",
                "block",
                scene.number,
                f"needs a picture note of 1 to {MAX_PICTURE_CHARACTERS} characters.",
            )


def check_length(script: Script, asked_s: float, words_per_second: float) -> Iterator[Finding]:
    """The whole within a quarter of the asked seconds, no scene a flash or a lecture."""
    lengths = [spoken_seconds(scene.narration, words_per_second) for scene in script.scenes]
    total_s = sum(lengths) + PAUSE_S * len(lengths)
    if abs(total_s - asked_s) > LENGTH_TOLERANCE * asked_s:
        too = "long" if total_s > asked_s else "short"
        message = f"The script is too {too}: about {total_s:.0f} s for {asked_s:.0f} s asked."
        yield _finding("length", "revise", None, message)
    for scene, seconds in zip(script.scenes, lengths, strict=True):
        if seconds > LONGEST_SCENE_S:
            yield _finding(
                "balance",
                "revise",
                scene.number,
                f"lasts {seconds:.0f} s; split it, one idea a scene.",
            )
        elif seconds < SHORTEST_SCENE_S:
            yield _finding(
                "balance",
                "revise",
                scene.number,
                f"lasts only {seconds:.1f} s; say more, or join it to a neighbour.",
            )


def check_hook(script: Script, words_per_second: float) -> Iterator[Finding]:
    """The first sentence must catch: short, no greeting."""
    if not script.scenes:
        return
    opening = re.split(r"(?<=[.!?…])\s", script.scenes[0].narration.strip())[0]
    if GREETINGS.search(opening):
        yield _finding("hook", "revise", 1, "opens with a greeting; open with the surprise.")
    seconds = spoken_seconds(opening, words_per_second)
    if seconds > LONGEST_HOOK_S:
        yield _finding(
            "hook", "revise", 1, f"takes {seconds:.0f} s for its first sentence; cut it to five."
        )


def check_words(script: Script) -> Iterator[Finding]:
    """Every word can be spoken by a voice and shown by the caption fonts."""
    for scene in script.scenes:
        for pattern, what, cure in UNSPEAKABLE:
            if found := pattern.search(scene.narration):
                shown = found[0] if len(found[0]) <= 40 else f"{found[0][:37]}..."
                yield _finding("words", "revise", scene.number, f"has {what} ({shown}); {cure}.")
        if any(
            unicodedata.category(character) in ("Cc", "Co", "Cs")
            for character in scene.narration.strip()
            if character not in "\n\t"
        ):
            message = "has control or private characters; remove them."
            yield _finding("words", "block", scene.number, message)
        if missing := missing_glyphs(scene.narration):
            signs = " ".join(sorted(missing)[:8])
            yield _finding(
                "glyphs",
                "block",
                scene.number,
                f"has signs the caption fonts lack: {signs}; replace them.",
            )


def _finding(check: str, severity: Severity, scene: int | None, message: str) -> Finding:
    message = message if scene is None else f"Scene {scene} {message}"
    return Finding(check=check, severity=severity, scene=scene, message=message)


def _unspaced(token: str) -> bool:
    return any(
        unicodedata.name(character, "").startswith(("CJK", "HIRAGANA", "KATAKANA", "THAI"))
        for character in token
    )
