"""What a short is about: Topic, Story, Script, Scene, Character. Frozen and JSON-plain."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue

MIN_SECONDS, MAX_SECONDS = 5.0, 180.0  # YouTube Shorts end at three minutes
MIN_SCENES, MAX_SCENES = 1, 30
MAX_TOPIC_CHARACTERS = 2_000
MAX_SOURCE_CHARACTERS = 400_000
MAX_NARRATION_CHARACTERS = 1_200
MAX_PICTURE_CHARACTERS = 1_500

SceneKind = Literal["hook", "body", "close"]
Effects = Literal["auto", "on", "off"]


class Plain(BaseModel):
    """A frozen value that survives JSON unchanged."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Topic(Plain):
    """What a person asked for. `script` and `source` are texts they brought, if any.

    `music` is the sha256 of music they brought, `music_licence` what allows its use, as they
    noted it. `effects` says whether transitions are heard; "auto" leaves it to the style. `handoff`
    adds the parts that an editing program opens to the package.
    """

    text: str = ""
    language: str = "en"
    seconds: float = 45.0
    scenes: int = 6
    style: str = "editorial"
    script: str | None = None
    source: str | None = None
    made_for_kids: bool = False
    handoff: bool = False
    music: str | None = None
    music_licence: str = ""
    effects: Effects = "auto"

    def told(self) -> dict[str, JsonValue]:
        """What writers are asked about: how the film will sound changes no word of it."""
        return self.model_dump(mode="json", exclude={"effects"})


class Story(Plain):
    """The angle, before any scene is written."""

    title: str = Field(description="At most 60 characters.")
    angle: str = Field(description="The one surprising, true claim that the short proves.")
    hook: str = Field(description="The first words spoken, at most twelve; the first five catch.")
    beats: tuple[str, ...] = Field(description="One idea each, each making the next necessary.")
    close: str = Field(description="Pays off the hook in new words.")
    sources: tuple[str, ...] = Field(default=(), description="Only sources that were given.")


class Character(Plain):
    """Somebody who appears in more than one scene, and how to recognise them."""

    name: str = Field(description="As scenes and pictures call them.")
    looks: str = Field(description="In English: age, build, face, hair, clothes, their colours.")


class Scene(Plain):
    """One picture and the words spoken over it."""

    number: int = Field(ge=1, description="Counted from 1, without gaps.")
    kind: SceneKind
    narration: str = Field(description="Words as they are spoken, nothing else.")
    picture: str = Field(description="In English, one frame: shot, subject, light, one detail.")
    keyword: str = Field(default="", description="One or two words of the narration, as there.")
    characters: tuple[str, ...] = Field(default=(), description="Names of those who are seen.")


class Script(Plain):
    """Everything a film is made from, as a person approves it."""

    title: str = Field(description="At most 60 characters.")
    language: str = Field(description="The code of the asked language, such as en or pt-BR.")
    scenes: tuple[Scene, ...]
    characters: tuple[Character, ...] = ()
    description: str = Field(default="", description="Two sentences, without hashtags.")
    hashtags: tuple[str, ...] = Field(default=(), description="Three to eight, without the sign.")
    sources: tuple[str, ...] = Field(default=(), description="The story's sources.")

    def scene(self, number: int) -> Scene:
        """The scene with this number, counted from 1."""
        return next(scene for scene in self.scenes if scene.number == number)


class Word(Plain):
    """One spoken word, as the script spells it, and when it sounds, from the audio's start."""

    text: str
    start_ms: int = Field(ge=0)
    end_ms: int = Field(ge=0)
