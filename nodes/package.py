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
from nodes.prompting import fence
from nodes.services import RunFacts, Services
from nodes.takes import SceneFilm
from nodes.writing import ask
from providers.spending import Entry
from shortfactory.errors import ShortFactoryError
from shortfactory.plan import Plan
from shortfactory.story import Plain, Script


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
    script = await _described(Script.model_validate(state["script"]), state, services)
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


class Description(Plain):
    """What stands beside the film; the shape of the text model's reply."""

    title: str
    description: str
    hashtags: tuple[str, ...]


async def _described(script: Script, state: Reads, services: Services) -> Script:
    """A script that a person brought often has no description; the rest stays theirs."""
    if script.description and script.hashtags:
        return script
    plain: dict[str, JsonValue] = script.model_dump(mode="json")
    written = await ask(
        services,
        state["run"],
        Plan.model_validate(state["plan"]),
        "package",
        Description,
        inputs={"script": plain},
        words={"script": fence("script", json.dumps(plain, ensure_ascii=False))},
    )
    return script.model_copy(
        update={
            "description": script.description or written.description,
            "hashtags": script.hashtags or written.hashtags,
        }
    )


async def _cover(state: Reads, services: Services, script: Script) -> str:
    first = min(state["scenes"].values(), key=lambda scene: scene["number"])
    picture = await services.store.path(str(first["picture"]["sha256"]))
    out = services.scratch / f"{state['run']['id']}.cover.png"
    await services.render.cover(picture, script.title, state["style"], out)
    return await services.store.adopt(out, ".png")


async def _receipt(state: Reads, services: Services, files: dict[str, str]) -> dict[str, JsonValue]:
    rows = await services.ledger.rows(state["run"]["id"])
    spent_usd = await services.ledger.spent(state["run"]["id"])
    return {
        "run": state["run"]["id"],
        "providers": state["run"]["providers"],
        "plan": state["plan"],
        "approval": state["approval"],
        "spent_usd": str(spent_usd),
        "calls": [_call(row) for row in rows],
        "versions": {name: version(name) for name in ("shortfactory", "langgraph", "av")},
        "files": dict[str, JsonValue](files),
    }


def _call(row: Entry) -> dict[str, JsonValue]:
    took = (row.closed_at - row.sent_at).total_seconds() if row.sent_at and row.closed_at else 0.0
    return {
        "key": row.call_key,
        "node": row.node,
        "scene": row.scene,
        "provider": row.provider,
        "model": row.model,
        "status": row.status,
        "cached": row.status == "cached",
        "units": dict[str, JsonValue](row.units),
        "cost_usd": str(row.spent_usd),
        "saved_usd": str(row.saved_usd),
        "seconds": round(took, 3),
        "flagged": row.flagged,
    }


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"
