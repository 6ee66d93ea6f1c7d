"""The state of a run: plain JSON, media by hash. `VERSION` and `upgrade()` keep old runs alive."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import JsonValue
from typing_extensions import TypedDict

from nodes.amend import Asked, Remake
from nodes.failure import Failure
from nodes.findings import Finding
from nodes.services import RunFacts
from nodes.takes import SceneFilm
from providers.ports import Aspect

VERSION = 1


def merge_scenes(
    old: dict[str, SceneFilm] | None, new: dict[str, SceneFilm] | None
) -> dict[str, SceneFilm]:
    """Scenes finish in any order; a scene made again replaces its entry."""
    return {**(old or {}), **(new or {})}


class State(TypedDict, total=False):
    """Everything a run knows."""

    version: int
    run: RunFacts
    plan: dict[str, JsonValue]
    topic: dict[str, JsonValue]
    style: str
    aspect: Aspect
    # writing
    story: dict[str, JsonValue]
    script: dict[str, JsonValue] | None
    script_version: int
    findings: list[Finding]
    notes: str
    revisions: int
    complaints: list[str]
    writing_tries: int
    # money
    estimate: dict[str, JsonValue]
    short_by_usd: str
    choices: list[dict[str, JsonValue]]
    economies: list[dict[str, JsonValue]]
    # approval and cast
    approval: dict[str, JsonValue] | None
    cast: list[dict[str, JsonValue]]
    # film
    scenes: Annotated[dict[str, SceneFilm], merge_scenes]
    film: dict[str, JsonValue]
    quality: dict[str, JsonValue]
    quality_page: str
    repairs: dict[str, int]
    package: dict[str, str]
    # a change of the finished film: as asked for, then as it is made
    change: Asked | None
    remake: Remake | None
    voice: str
    # why it stopped
    failure: Failure | None
    outcome: Literal["", "rejected"]


class PictureOut(TypedDict, total=False):
    """What the picture half of a scene hands up."""

    picture: dict[str, JsonValue] | None
    picture_variation: int


class VoiceOut(TypedDict, total=False):
    """What the voice half of a scene hands up."""

    narration: dict[str, JsonValue] | None
    voice_variation: int


class SceneIn(PictureOut, VoiceOut, total=False):
    """What one scene is made from; a picture or narration that comes with it is kept."""

    run: RunFacts
    plan: dict[str, JsonValue]
    style: str
    aspect: Aspect
    scene: dict[str, JsonValue]
    cast: list[dict[str, JsonValue]]
    wording: str
    unlike: str
    language: str
    tone: str
    voice_name: str
    previous_text: str
    next_text: str


class SceneOut(TypedDict, total=False):
    """What one scene hands to the film."""

    scenes: Annotated[dict[str, SceneFilm], merge_scenes]


class PictureState(SceneIn, total=False):
    """The picture half of a scene."""

    picture_role: Literal["image", "image_fallback"]
    picture_findings: list[Finding]
    picture_failure: Failure | None
    picture_wait: dict[str, JsonValue] | None
    picture_tries: int
    fallback_tries: int
    rewords: int


class VoiceState(SceneIn, total=False):
    """The voice half of a scene."""

    voice_role: Literal["voice", "voice_fallback"]
    voice_findings: list[Finding]
    voice_failure: Failure | None
    voice_tries: int
    voice_fallback_tries: int


class SceneState(SceneIn, SceneOut, total=False):
    """One scene: both halves, and the segment composed of them."""

    segment_failure: Failure | None


def upgrade(values: dict[str, Any]) -> dict[str, Any]:
    """Bring the state of an older program to today's shape; one step per version."""
    return {**values, "version": VERSION}
