"""The packer: everything an upload needs, and the receipt of what it cost."""

from __future__ import annotations

import json
from importlib.metadata import version

from pydantic import JsonValue
from typing_extensions import TypedDict

from media.captions import srt, vtt
from media.made import Film
from nodes.failure import Failure, failure_of
from nodes.platforms import metadata
from nodes.services import RunFacts, Services
from nodes.takes import SceneFilm
from shortfactory.errors import ShortFactoryError
from shortfactory.story import Script


class Reads(TypedDict, total=False):
    """What the packer needs."""

    run: RunFacts
    plan: dict[str, JsonValue]
    style: str
    script: dict[str, JsonValue]
    approval: dict[str, JsonValue]
    scenes: dict[str, SceneFilm]
    film: dict[str, JsonValue]
    quality: dict[str, JsonValue]


class Writes(TypedDict, total=False):
    """File name → sha256 of every file of the package."""

    package: dict[str, str]
    failure: Failure | None


async def package(state: Reads, services: Services) -> Writes:
    """Write cover, captions, script, metadata, quality report and receipt beside the film."""
    try:
        return Writes(package=await _files(state, services), failure=None)
    except ShortFactoryError as error:
        return Writes(failure=failure_of(error, "package"))


async def _files(state: Reads, services: Services) -> dict[str, str]:
    script = Script.model_validate(state["script"])
    facts = dict(state["film"])
    film_sha256 = str(facts.pop("sha256"))
    cues = Film.model_validate(facts).cues
    generated = state["run"]["providers"] != "offline"
    texts = {
        "captions.srt": srt(cues),
        "captions.vtt": vtt(cues),
        "script.json": _json(script.model_dump(mode="json")),
        "metadata.json": _json(metadata(script, generated=generated)),
        "quality.json": _json(state["quality"]),
    }
    files = {"film.mp4": film_sha256, "cover.png": await _cover(state, services, script)}
    for name, text in texts.items():
        files[name] = await services.store.put(text.encode(), f".{name.rsplit('.', 1)[1]}")
    receipt = _json(await _receipt(state, services, files))
    files["receipt.json"] = await services.store.put(receipt.encode(), ".json")
    return files


async def _cover(state: Reads, services: Services, script: Script) -> str:
    first = min(state["scenes"].values(), key=lambda scene: scene["number"])
    picture = await services.store.path(str(first["picture"]["sha256"]))
    out = services.scratch / f"{state['run']['id']}.cover.png"
    await services.render.cover(picture, script.title, state["style"], out)
    return await services.store.adopt(out, ".png")


async def _receipt(state: Reads, services: Services, files: dict[str, str]) -> dict[str, JsonValue]:
    rows = await services.ledger.rows(state["run"]["id"])
    spent_usd = await services.ledger.spent(state["run"]["id"])
    calls = [row.model_dump(mode="json") for row in rows]
    return {
        "run": state["run"]["id"],
        "providers": state["run"]["providers"],
        "plan": state["plan"],
        "approval": state["approval"],
        "spent_usd": str(spent_usd),
        "calls": list[JsonValue](calls),
        "versions": {name: version(name) for name in ("shortfactory", "langgraph", "av")},
        "files": dict[str, JsonValue](files),
    }


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"
