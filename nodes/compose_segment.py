"""The editor of one scene: picture and voice become a rendered segment."""

from __future__ import annotations

from pydantic import JsonValue
from typing_extensions import TypedDict

from media.render import RENDERER_VERSION
from media.timeline import Frame
from nodes.failure import Failure, failure_of
from nodes.services import RunFacts, Services
from nodes.takes import SceneFilm, take_of, work_key
from providers.ports import Aspect
from shortfactory.errors import ShortFactoryError


class Reads(TypedDict, total=False):
    """What the editor needs."""

    run: RunFacts
    style: str
    aspect: Aspect
    language: str
    scene: dict[str, JsonValue]
    picture: dict[str, JsonValue] | None
    narration: dict[str, JsonValue] | None
    picture_variation: int
    voice_variation: int


class Writes(TypedDict, total=False):
    """What the editor leaves: the scene's entry in the film."""

    scenes: dict[str, SceneFilm]
    segment_failure: Failure | None


async def compose_segment(state: Reads, services: Services) -> Writes:
    """Render the scene's own frames; the same picture and words are never rendered twice."""
    film = _entry(state)
    number = film["number"]
    try:
        film["segment"] = {"sha256": await _segment(film, state, services)}
    except ShortFactoryError as error:
        return Writes(segment_failure=failure_of(error, "compose_segment", number))
    return Writes(scenes={str(number): film}, segment_failure=None)


def _entry(state: Reads) -> SceneFilm:
    picture, narration = state.get("picture"), state.get("narration")
    assert picture is not None, "both halves end before their scene is composed"
    assert narration is not None, "both halves end before their scene is composed"
    return SceneFilm(
        number=int(str(state["scene"]["number"])),
        scene=state["scene"],
        picture=picture,
        narration=narration,
        picture_variation=state.get("picture_variation", 0),
        voice_variation=state.get("voice_variation", 0),
    )


async def _segment(film: SceneFilm, state: Reads, services: Services) -> str:
    key = work_key(
        "segment",
        RENDERER_VERSION,
        services.render.quality,
        state["style"],
        state["aspect"],
        film["scene"],
        film["picture"],
        film["narration"],
    )
    if record := await services.store.recall(key):
        return str(record["sha256"])
    number = film["number"]
    out = services.scratch / f"{state['run']['id']}-{number}.{key[:8]}.mp4"
    take = await take_of(film, state["language"], services)
    await services.render.segment(
        take,
        state["style"],
        Frame.of_aspect(state["aspect"]),
        out,
        lambda done, total: services.progress(
            {"kind": "frames", "scene": number, "done": done, "total": total}
        ),
    )
    sha256 = await services.store.adopt(out, ".mp4")
    await services.store.remember(key, {"sha256": sha256})
    return sha256
