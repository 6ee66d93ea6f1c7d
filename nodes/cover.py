"""The cover: the first scene's picture under the film's title."""

from __future__ import annotations

from pathlib import Path

from pydantic import JsonValue
from typing_extensions import TypedDict

from media.style import load as load_style
from nodes.services import RunFacts, Services
from nodes.takes import SceneFilm, sight_of
from providers.ports import ImageRequest
from shortfactory.story import Scene

DRAWN_HERE = "offline:"


class Reads(TypedDict, total=False):
    """What a cover is made from."""

    run: RunFacts
    style: str
    scenes: dict[str, SceneFilm]


async def cover(state: Reads, services: Services, title: str) -> str:
    """Draw the cover and keep it; returns its sha256."""
    first = min(state["scenes"].values(), key=lambda scene: scene["number"])
    picture = await _picture(first, state, services)
    out = services.scratch / f"{state['run']['id']}.cover.png"
    await services.render.cover(picture, title, state["style"], out, sight_of(first["picture"]))
    return await services.store.adopt(out, ".png")


async def _picture(film: SceneFilm, state: Reads, services: Services) -> Path:
    """The scene's own picture; one that bears its keyword in print is drawn again without it."""
    kept: dict[str, JsonValue] = film["picture"]
    model = str(kept.get("model", ""))
    if not model.startswith(DRAWN_HERE):
        return await services.store.path(str(kept["sha256"]))
    scene = Scene.model_validate(film["scene"])
    style = load_style(state["style"])
    request = ImageRequest(
        prompt=scene.picture,
        subject=scene.picture,
        palette=style.palette,
        look=style.finish,
        variation=film.get("picture_variation", 0),
    )
    payer = await services.payer(state["run"], "package")
    drawn = await services.gateway.draw(model, request, payer)
    return await services.store.path(drawn.sha256)
