"""The assembler: all segments, the joints between them and the sound become one film."""

from __future__ import annotations

from pathlib import Path

from pydantic import JsonValue
from typing_extensions import TypedDict

from media.render import RENDERER_VERSION
from media.style import load as load_style
from media.timeline import Frame
from nodes.failure import Failure, failure_of
from nodes.services import RunFacts, Services
from nodes.takes import SceneFilm, take_of, work_key
from providers.ports import Aspect
from shortfactory.errors import ShortFactoryError
from shortfactory.story import Topic


class Reads(TypedDict, total=False):
    """What the assembler needs."""

    run: RunFacts
    topic: dict[str, JsonValue]
    style: str
    aspect: Aspect
    script: dict[str, JsonValue]
    scenes: dict[str, SceneFilm]


class Writes(TypedDict, total=False):
    """The film's sha256, its length, and what was laid where (cues, scene and voice starts)."""

    film: dict[str, JsonValue]
    failure: Failure | None


async def assemble(state: Reads, services: Services) -> Writes:
    """Join at packet level, mix the sound, write one file; remembered by what it is made of."""
    try:
        return Writes(film=await _film(state, services), failure=None)
    except ShortFactoryError as error:
        return Writes(failure=failure_of(error, "assemble"))


async def _film(state: Reads, services: Services) -> dict[str, JsonValue]:
    scenes = in_order(state["scenes"])
    language = str(state["script"]["language"])
    segments = [str(scene["segment"]["sha256"]) for scene in scenes]
    topic = Topic.model_validate(state["topic"])
    key = work_key(
        "film",
        RENDERER_VERSION,
        services.render.quality,
        state["style"],
        state["aspect"],
        [(s["scene"], s["picture"], s["narration"]) for s in scenes],
        segments,
        topic.music,
        # Silent films keep the key they had before there were effects.
        *(["effects"] if load_style(state["style"]).heard(topic.effects) else []),
    )
    if record := await services.store.recall(key):
        return record
    out = services.scratch / f"{state['run']['id']}.{key[:8]}.mp4"
    film = await services.render.film(
        tuple([await take_of(scene, language, services) for scene in scenes]),
        tuple([await services.store.path(sha256) for sha256 in segments]),
        state["style"],
        Frame.of_aspect(state["aspect"]),
        out,
        lambda done, total: services.progress({"kind": "frames", "done": done, "total": total}),
        await music_of(topic, services),
        topic.effects,
    )
    sha256 = await services.store.adopt(out, ".mp4")
    record = {**film.model_dump(mode="json"), "sha256": sha256}
    await services.store.remember(key, record)
    return record


async def music_of(topic: Topic, services: Services) -> Path | None:
    """The music that a person brought, as a local file."""
    return await services.store.path(topic.music) if topic.music else None


def in_order(scenes: dict[str, SceneFilm]) -> list[SceneFilm]:
    """The film's scenes by number."""
    return sorted(scenes.values(), key=lambda scene: scene["number"])
