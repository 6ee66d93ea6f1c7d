"""The translator: the same film in another language, scene by scene over the same pictures."""

from __future__ import annotations

import json

from pydantic import JsonValue
from typing_extensions import TypedDict

from nodes.amend import Remake, approved_by
from nodes.critique import check_form, check_words
from nodes.failure import Failure, failure_of
from nodes.prompting import fence
from nodes.services import RunFacts, Services
from nodes.writing import ask
from shortfactory.errors import MalformedReply, ShortFactoryError
from shortfactory.plan import Plan
from shortfactory.story import Plain, Scene, Script, Topic


class Reads(TypedDict, total=False):
    """What the translator needs. `topic` names the language."""

    run: RunFacts
    plan: dict[str, JsonValue]
    topic: dict[str, JsonValue]
    script: dict[str, JsonValue]
    script_version: int
    remake: Remake
    complaints: list[str]
    writing_tries: int


class Writes(TypedDict, total=False):
    """The script in the other language."""

    script: dict[str, JsonValue]
    script_version: int
    approval: dict[str, JsonValue]
    failure: Failure | None
    complaints: list[str]
    writing_tries: int


class TranslatedScene(Plain):
    """The words of one scene."""

    number: int
    narration: str
    keyword: str


class Translation(Plain):
    """All words of a film; the shape of the text model's reply."""

    title: str
    description: str
    hashtags: tuple[str, ...]
    scenes: tuple[TranslatedScene, ...]


async def translate(state: Reads, services: Services) -> Writes:
    """Translate every word that is heard or read; a reply with faults is asked for again."""
    try:
        script = await _translated(state, services)
    except ShortFactoryError as error:
        return Writes(
            failure=failure_of(error, "translate"),
            complaints=[str(error)] if isinstance(error, MalformedReply) else [],
            writing_tries=state.get("writing_tries", 0) + 1,
        )
    version = state["script_version"] + 1
    return Writes(
        script=script.model_dump(mode="json"),
        script_version=version,
        approval=approved_by(state["remake"]["asked"], version),
        failure=None,
        complaints=[],
        writing_tries=0,
    )


async def _translated(state: Reads, services: Services) -> Script:
    script = Script.model_validate(state["script"])
    language = Topic.model_validate(state["topic"]).language
    plan = Plan.model_validate(state["plan"])
    complaints = state.get("complaints", [])
    reply = await ask(
        services,
        state["run"],
        plan,
        "translate",
        Translation,
        inputs={"script": state["script"], "language": language, "complaints": list(complaints)},
        words={
            "language": language,
            "scenes": str(len(script.scenes)),
            "script": fence("script", json.dumps(_words(script), ensure_ascii=False)),
            "complaints": "\n".join(complaints) or "(none)",
        },
        faults=lambda reply: faults_of(script, reply, language),
    )
    return worded(script, reply, language)


def faults_of(script: Script, reply: Translation, language: str) -> list[str]:
    """Why this film cannot be spoken and shown in the translation's words; empty if it can."""
    numbers = [scene.number for scene in reply.scenes]
    asked = [scene.number for scene in script.scenes]
    if numbers != asked:
        return [f"The translation has the scenes {numbers}, the film has {asked}."]
    words = worded(script, reply, language)
    return [finding["message"] for finding in (*check_form(words), *check_words(words))]


def worded(script: Script, reply: Translation, language: str) -> Script:
    """The film's script in the other language; its pictures stay."""
    pairs = zip(script.scenes, reply.scenes, strict=True)
    return script.model_copy(
        update={
            **reply.model_dump(include={"title", "description", "hashtags"}),
            "language": language,
            "scenes": tuple(_spoken(scene, said) for scene, said in pairs),
        }
    )


def _spoken(scene: Scene, said: TranslatedScene) -> Scene:
    return scene.model_copy(update={"narration": said.narration, "keyword": said.keyword})


def _words(script: Script) -> dict[str, JsonValue]:
    """What is heard or read; pictures stay, so their notes are left out."""
    words = {"title", "description", "hashtags"}
    return {
        **script.model_dump(mode="json", include=words),
        "scenes": [
            scene.model_dump(mode="json", include={"number", "narration", "keyword"})
            for scene in script.scenes
        ],
    }
