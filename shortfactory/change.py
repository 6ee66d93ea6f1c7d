"""What somebody wants different in a finished film, checked before anything is paid."""

from __future__ import annotations

import re
from typing import Literal

from shortfactory.errors import InvalidInput, UsageError
from shortfactory.order import check_text
from shortfactory.story import (
    MAX_NARRATION_CHARACTERS,
    MAX_PICTURE_CHARACTERS,
    Effects,
    Plain,
    Scene,
    Script,
)

Half = Literal["picture", "voice"]

VOICE = re.compile(r"[A-Za-z0-9][A-Za-z0-9 _+-]{0,63}")  # it becomes a part of a vendor's address


class Change(Plain):
    """Either of one scene, or of the whole film.

    One scene: `picture` is its new picture note, `narration` its new words, and `again` names the
    halves of which another variation is wanted. The whole film: `voice` is the voice model's name
    for another voice; `language` is another language over the same pictures, whose words come from
    `script` (its picture notes are ignored) or, without one, from the text model; `effects` says
    anew whether transitions are heard.
    """

    scene: int | None = None
    picture: str | None = None
    narration: str | None = None
    again: tuple[Half, ...] = ()
    voice: str | None = None
    language: str | None = None
    script: Script | None = None
    effects: Effects | None = None


def check_change(change: Change) -> None:
    """Refuse a change that says nothing, two things at once, or texts that are none.

    Raises:
        UsageError: the parts do not belong together.
        InvalidInput: a text or a voice's name cannot be used.
    """
    of_scene = change.picture is not None or change.narration is not None or bool(change.again)
    of_film = any(part is not None for part in (change.voice, change.language, change.effects))
    if of_scene and of_film:
        raise UsageError(
            "A change is of one scene, or of the whole film, not both.",
            cure="Change the scene first, then voice, language or effects.",
        )
    if not (of_scene or of_film):
        raise UsageError(
            "There is nothing to change.",
            cure="Name a scene and what shall be different, or another voice, language or effects.",
        )
    if of_scene != (change.scene is not None):
        wrong = "has no number" if of_scene else "keeps its words and picture"
        raise UsageError(f"The scene to change {wrong}.", cure="Give a scene with its change.")
    if change.script is not None and change.language is None:
        raise UsageError("A script comes with the language it is in.", cure="Give the language.")
    _check_texts(change)


def _check_texts(change: Change) -> None:
    if change.picture is not None:
        check_text("picture", change.picture, MAX_PICTURE_CHARACTERS)
    if change.narration is not None:
        check_text("narration", change.narration, MAX_NARRATION_CHARACTERS)
    if change.voice is not None and not VOICE.fullmatch(change.voice):
        raise InvalidInput("voice", change.voice, "give a voice's id or name, without signs")


def amended(script: Script, change: Change, keyword: str = "") -> Script:
    """The script with what the change itself says; a translation is not made here.

    `keyword` takes the place of the old one where that is not among the new words.
    """
    if change.script is not None:
        return translated(script, change.script)
    scenes = tuple(
        _edited(scene, change, keyword) if scene.number == change.scene else scene
        for scene in script.scenes
    )
    return script.model_copy(update={"scenes": scenes})


def translated(script: Script, other: Script) -> Script:
    """The words of `other` over the pictures of `script`, scene by scene."""
    pairs = zip(script.scenes, other.scenes, strict=True)
    words = ("title", "language", "description", "hashtags")
    return script.model_copy(
        update={
            **{name: getattr(other, name) for name in words},
            "scenes": tuple(
                scene.model_copy(update={"narration": said.narration, "keyword": said.keyword})
                for scene, said in pairs
            ),
        }
    )


def _edited(scene: Scene, change: Change, keyword: str) -> Scene:
    edits: dict[str, str] = {}
    if change.picture is not None:
        edits["picture"] = " ".join(change.picture.split())
    if change.narration is not None:
        edits["narration"] = " ".join(change.narration.split())
        if scene.keyword.casefold() not in edits["narration"].casefold():
            edits["keyword"] = keyword
    return scene.model_copy(update=edits)
