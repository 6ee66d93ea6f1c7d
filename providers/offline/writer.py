"""The offline writer: scripts that people bring, and digests of articles. It invents nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

from pydantic import JsonValue

from providers.offline.digest import script_of, story_of
from providers.offline.keywords import hashtags_of
from providers.offline.reword import plainer
from providers.offline.script_file import parse_script
from providers.ports import Task, TextReply, TextRequest, Usage
from shortfactory.errors import ConfigurationError
from shortfactory.story import Plain, Script, Story, Topic

Inputs = Mapping[str, Any]

EDITION = "1"  # changes with the words this writer finds for the same inputs
DESCRIPTION_CHARACTERS = 300
HASHTAGS = 5


class Package(Plain):
    """What a film is published with."""

    title: str
    description: str
    hashtags: tuple[str, ...]


class Rewording(Plain):
    """A picture in other words."""

    prompt: str


class OfflineWriter:
    """Answers every writing task without a key, from what the person brought."""

    id = "offline:writer"

    def fingerprint(self, request: TextRequest) -> Mapping[str, JsonValue]:
        """Task and inputs: prompts are not read here, so their version changes nothing."""
        return {"task": request.task, "inputs": request.inputs, "edition": EDITION}

    async def write(self, request: TextRequest) -> TextReply:
        """Write the task's JSON.

        Raises InvalidInput for a script or source that cannot be used, and ConfigurationError
        for a bare topic, which needs a model that knows something.
        """
        written = await asyncio.to_thread(_TASKS[request.task], request.inputs)
        return TextReply(text=written.model_dump_json(), usage=Usage(units={"requests": 1}))


def _story(inputs: Inputs) -> Story:
    topic = Topic.model_validate(inputs["topic"])
    if topic.script:
        return _story_of_script(parse_script(topic.script, topic))
    if topic.source:
        return story_of(topic)
    raise _bare_topic(topic)


def _story_of_script(script: Script) -> Story:
    first, *_, last = (*script.scenes, script.scenes[-1])
    return Story(
        title=script.title,
        angle=script.description or first.narration,
        hook=first.narration,
        beats=tuple(scene.narration for scene in script.scenes[1:-1]),
        close=last.narration,
        sources=script.sources,
    )


def _script(inputs: Inputs) -> Script:
    topic = Topic.model_validate(inputs["topic"])
    previous = Script.model_validate(inputs["previous"]) if inputs.get("previous") else None
    if topic.script:
        # The script is a person's: only the person changes it.
        return previous or parse_script(topic.script, topic)
    if topic.source:
        remarks = [*inputs.get("findings", []), inputs.get("notes", "")]
        story = Story.model_validate(inputs["story"])
        return script_of(topic, story, float(inputs["words_per_second"]), previous, remarks)
    raise _bare_topic(topic)


def _reword(inputs: Inputs) -> Rewording:
    return Rewording(prompt=plainer(inputs["prompt"], int(inputs.get("try", 1))))


def _package(inputs: Inputs) -> Package:
    script = Script.model_validate(inputs["script"])
    whole = " ".join(scene.narration for scene in script.scenes)
    return Package(
        title=script.title,
        description=script.description or script.scenes[0].narration[:DESCRIPTION_CHARACTERS],
        hashtags=script.hashtags or hashtags_of(whole, HASHTAGS, script.language),
    )


def _translate(inputs: Inputs) -> Script:
    raise ConfigurationError(
        f"A translation to {inputs['language']!r} needs a writer that knows the language, and the "
        "offline one only works with words that you give it.",
        cure="Set GOOGLE_API_KEY, or give the translated script with --script FILE.",
    )


def _bare_topic(topic: Topic) -> ConfigurationError:
    return ConfigurationError(
        f"A bare topic ({topic.text[:60]!r}) needs a writer that knows about it, and the offline "
        "one only works with words that you give it.",
        cure="Set GOOGLE_API_KEY, or give the words with --script FILE or --source FILE.",
    )


_TASKS: dict[Task, Callable[[Inputs], Plain]] = {
    "story": _story,
    "script": _script,
    "revise": _script,
    "reword": _reword,
    "package": _package,
    "translate": _translate,
}
