"""What a short is about: Topic, Story, Script, Scene, Character. Frozen and JSON-plain."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

MIN_SECONDS, MAX_SECONDS = 5.0, 180.0  # YouTube Shorts end at three minutes
MIN_SCENES, MAX_SCENES = 1, 30
MAX_TOPIC_CHARACTERS = 2_000
MAX_SOURCE_CHARACTERS = 400_000
MAX_NARRATION_CHARACTERS = 1_200
MAX_PICTURE_CHARACTERS = 1_500

SceneKind = Literal["hook", "body", "close"]


class Plain(BaseModel):
    """A frozen value that survives JSON unchanged."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Topic(Plain):
    """What a person asked for. `script` and `source` are texts they brought, if any."""

    text: str = ""
    language: str = "en"
    seconds: float = 45.0
    scenes: int = 6
    style: str = "editorial"
    script: str | None = None
    source: str | None = None


class Story(Plain):
    """The angle, before any scene is written."""

    title: str
    angle: str
    hook: str
    beats: tuple[str, ...]
    close: str
    sources: tuple[str, ...] = ()


class Character(Plain):
    """Somebody who appears in more than one scene, and how to recognise them."""

    name: str
    looks: str


class Scene(Plain):
    """One picture and the words spoken over it."""

    number: int = Field(ge=1)
    kind: SceneKind
    narration: str
    picture: str
    keyword: str = ""
    characters: tuple[str, ...] = ()


class Script(Plain):
    """Everything a film is made from, as a person approves it."""

    title: str
    language: str
    scenes: tuple[Scene, ...]
    characters: tuple[Character, ...] = ()
    description: str = ""
    hashtags: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()

    def scene(self, number: int) -> Scene:
        """The scene with this number, counted from 1."""
        return next(scene for scene in self.scenes if scene.number == number)


class Word(Plain):
    """One spoken word, as the script spells it, and when it sounds, from the audio's start."""

    text: str
    start_ms: int = Field(ge=0)
    end_ms: int = Field(ge=0)
