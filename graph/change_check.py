"""Holding a change against the film that it is about, before anything is recorded or paid."""

from __future__ import annotations

from typing import Any

from media.style import load as load_style
from media.timeline import is_heard
from nodes.amend import new_keyword
from nodes.critique import check_form, check_words
from nodes.services import Services
from providers.ports import VoiceRequest
from shortfactory.change import Change, amended, check_change
from shortfactory.errors import ConfigurationError, InvalidInput, UsageError
from shortfactory.plan import Plan
from shortfactory.story import Script, Topic


def check_against(change: Change, values: dict[str, Any], services: Services) -> None:
    """Refuse what cannot be made of this film, or would leave it as it is.

    Raises:
        UsageError: naming the value and what would be right.
    """
    check_change(change)
    script = Script.model_validate(values["script"])
    plan = Plan.model_validate(values["plan"])
    _check_scene(change, script)
    _check_language(change, script, plan)
    _check_voice(change, values, plan, services)
    _check_effects(change, Topic.model_validate(values["topic"]), script)
    after = amended(script, change, new_keyword(script, change))
    of_film = change.voice or change.language or change.effects
    if after == script and not change.again and not of_film:
        raise UsageError(
            f"Scene {change.scene} has these words and this picture already.",
            cure="Give others, or ask for another variation.",
        )
    _check_words(change, script, after)


def _check_scene(change: Change, script: Script) -> None:
    numbers = [scene.number for scene in script.scenes]
    if change.scene is not None and change.scene not in numbers:
        last = f"1 to {numbers[-1]}" if len(numbers) > 1 else "1 only"
        raise InvalidInput("scene", change.scene, f"the film has the scenes {last}")


def _check_language(change: Change, script: Script, plan: Plan) -> None:
    if change.language is None:
        return
    from providers.offline.voice import speech_language  # noqa: PLC0415 - loads numpy

    speech_language(change.language)
    if change.script is None and plan.text.startswith("offline:"):
        raise ConfigurationError(
            "Another language needs a translator, and the offline providers have none.",
            cure="Make the short with --providers live, or bring the translated script with "
            "--script FILE.",
        )
    if change.script is None and change.language == script.language:
        raise InvalidInput("language", change.language, "the film speaks it already; name another")
    if change.script is not None:
        _check_script(change.script, change.language, script)


def _check_script(brought: Script, language: str, script: Script) -> None:
    if brought.language != language:
        cure = f"it says its language is {brought.language!r}; let both be the same"
        raise InvalidInput("language", language, cure)
    if len(brought.scenes) != len(script.scenes):
        cure = (
            f"it has {len(brought.scenes)} scenes, and the film has {len(script.scenes)} pictures"
        )
        raise InvalidInput("script", brought.title, cure)


def _check_voice(change: Change, values: dict[str, Any], plan: Plan, services: Services) -> None:
    if change.voice is None and "voice" not in change.again:
        return
    now = values.get("voice", "")
    if change.voice is not None and change.voice == now:
        raise InvalidInput("voice", change.voice, "the film is spoken by it already; name another")
    model = services.catalog.voice(plan.voice)
    request = VoiceRequest(text="word", voice=change.voice or now)
    take = model.fingerprint(request)  # refuses a name that the model can tell to be wrong
    another = model.fingerprint(request.model_copy(update={"variation": 1}))
    if "voice" in change.again and change.narration is None and take == another:
        raise UsageError(
            f"{plan.voice} says the same words the same way every time.",
            cure="Give other words with --narration, or another voice with --voice.",
        )


def _check_effects(change: Change, topic: Topic, script: Script) -> None:
    if change.effects is None:
        return
    style = load_style(topic.style)
    now, then = (is_heard(script.scenes, style, each) for each in (topic.effects, change.effects))
    if now == then:
        cure = f"its transitions are {'heard' if now else 'silent'} already, or none of them moves"
        raise InvalidInput("effects", change.effects, cure)


def _check_words(change: Change, before: Script, after: Script) -> None:
    """What the critic would not let pass must not come in by a change."""
    known = {finding["message"] for finding in (*check_form(before), *check_words(before))}
    for finding in (*check_form(after), *check_words(after)):
        if finding["message"] not in known:
            name = "picture" if finding["check"] == "picture" else "narration"
            if change.script is not None:
                name = "script"
            value = {"picture": change.picture, "narration": change.narration}.get(
                name, after.title
            )
            raise InvalidInput(name, value, finding["message"].rstrip("."))
