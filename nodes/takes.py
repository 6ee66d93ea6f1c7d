"""From a scene's finished picture and narration to what the renderer films."""

from __future__ import annotations

import hashlib
import json

from pydantic import JsonValue, TypeAdapter
from typing_extensions import TypedDict

from media.timeline import Take
from nodes.services import Services
from shortfactory.sight import Sight
from shortfactory.story import Scene, Word

WORDS = TypeAdapter(tuple[Word, ...])


class SceneFilm(TypedDict, total=False):
    """One scene's entry in the run's state: everything by hash."""

    number: int
    scene: dict[str, JsonValue]
    picture: dict[str, JsonValue]
    narration: dict[str, JsonValue]
    segment: dict[str, JsonValue]
    picture_variation: int
    voice_variation: int


async def take_of(film: SceneFilm, language: str, services: Services) -> Take:
    """Resolve the hashes to local files and hand over a take."""
    scene = Scene.model_validate(film["scene"])
    narration = film["narration"]
    return Take(
        number=scene.number,
        kind=scene.kind,
        picture=await services.store.path(str(film["picture"]["sha256"])),
        voice=await services.store.path(str(narration["sha256"])),
        voice_ms=int(str(narration["duration_ms"])),
        text=scene.narration,
        words=WORDS.validate_python(narration["words"]),
        keyword=scene.keyword,
        language=language,
        sight=sight_of(film["picture"]),
    )


def sight_of(picture: dict[str, JsonValue]) -> Sight | None:
    """What a scene's picture shows; None where nobody looked, as in films of older programs."""
    seen = picture.get("sight")
    return None if seen is None else Sight.model_validate(seen)


def work_key(kind: str, *facts: object) -> str:
    """The key under which finished work is remembered: the hash of all that shapes it."""
    canonical = json.dumps([kind, *facts], sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(canonical.encode()).hexdigest()
