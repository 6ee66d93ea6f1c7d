"""The packer: everything an upload needs, and the receipt of what it cost."""

from __future__ import annotations

import asyncio
import json
from importlib.metadata import version

from pydantic import JsonValue
from typing_extensions import TypedDict

from media.captions import ass, srt, vtt
from media.made import Film
from media.render import RENDERER_VERSION
from media.style import load as load_style
from media.timeline import Cue, Frame
from nodes.assemble import in_order, music_of
from nodes.cover import cover
from nodes.credits import as_json, credits_of
from nodes.failure import Failure, failure_of
from nodes.platforms import metadata
from nodes.prompting import fence, use_of
from nodes.services import RunFacts, Services
from nodes.takes import SceneFilm, take_of, work_key
from nodes.writing import ask
from providers.ports import Aspect
from providers.spending import Entry
from shortfactory.errors import ShortFactoryError
from shortfactory.plan import Plan
from shortfactory.story import Plain, Script, Topic


class Reads(TypedDict, total=False):
    """What the packer needs."""

    run: RunFacts
    plan: dict[str, JsonValue]
    topic: dict[str, JsonValue]
    style: str
    aspect: Aspect
    script: dict[str, JsonValue]
    approval: dict[str, JsonValue]
    scenes: dict[str, SceneFilm]
    film: dict[str, JsonValue]
    quality: dict[str, JsonValue]
    quality_page: str


class Writes(TypedDict, total=False):
    """File name → sha256 of every file of the package."""

    package: dict[str, str]
    failure: Failure | None


async def package(state: Reads, services: Services) -> Writes:
    """Write cover, captions, script, metadata, credits, quality report and receipt beside it."""
    try:
        return Writes(package=await _files(state, services), failure=None)
    except ShortFactoryError as error:
        return Writes(failure=failure_of(error, "package"))


async def _files(state: Reads, services: Services) -> dict[str, str]:
    script = await _described(Script.model_validate(state["script"]), state, services)
    topic = Topic.model_validate(state["topic"])
    facts = dict(state["film"])
    files = {
        "film.mp4": str(facts.pop("sha256")),
        "cover.png": await cover(state, services, script.title),
    }
    if page := state.get("quality_page"):  # an older program measured without a page
        files["quality.html"] = page
    cues = Film.model_validate(facts).cues
    texts = await _texts(state, services, script, topic, cues)
    for name, text in texts.items():
        files[name] = await services.store.put(text.encode(), f".{name.rsplit('.', 1)[1]}")
    if topic.handoff:
        files["handoff.zip"] = await _handoff(state, services, script, topic)
    receipt = as_json(await _receipt(state, services, files))
    files["receipt.json"] = await services.store.put(receipt.encode(), ".json")
    return files


async def _texts(
    state: Reads, services: Services, script: Script, topic: Topic, cues: tuple[Cue, ...]
) -> dict[str, str]:
    generated = state["run"]["providers"] != "offline"
    rows = await services.ledger.rows(state["run"]["id"])
    credits = await asyncio.to_thread(credits_of, script, topic, state["approval"], rows)
    about = metadata(script, generated=generated, made_for_kids=topic.made_for_kids)
    return {
        "captions.srt": srt(cues),
        "captions.vtt": vtt(cues),
        "captions.ass": ass(cues, load_style(state["style"]), Frame.of_aspect(state["aspect"])),
        "script.json": as_json(script.model_dump(mode="json")),
        "metadata.json": as_json(about),
        "credits.json": as_json(credits),
        "quality.json": as_json(state["quality"]),
    }


async def _handoff(state: Reads, services: Services, script: Script, topic: Topic) -> str:
    """The zip for editing programs; drawn anew, so it is remembered by what the film is."""
    key = work_key("handoff", RENDERER_VERSION, str(state["film"]["sha256"]), script.title)
    if record := await services.store.recall(key):
        return str(record["sha256"])
    scenes = in_order(state["scenes"])
    out = services.scratch / f"{state['run']['id']}.handoff.zip"
    await services.render.handoff(
        tuple([await take_of(scene, script.language, services) for scene in scenes]),
        state["style"],
        Frame.of_aspect(state["aspect"]),
        script.title,
        out,
        lambda done, total: services.progress({"kind": "frames", "done": done, "total": total}),
        await music_of(topic, services),
        topic.effects,
    )
    sha256 = await services.store.adopt(out, ".zip")
    await services.store.remember(key, {"sha256": sha256})
    return sha256


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


async def _receipt(state: Reads, services: Services, files: dict[str, str]) -> dict[str, JsonValue]:
    rows = await services.ledger.rows(state["run"]["id"])
    spent_usd = await services.ledger.spent(state["run"]["id"])
    uses = [await use_of(services.store, row.call_key) for row in rows]
    return {
        "run": state["run"]["id"],
        "providers": state["run"]["providers"],
        "plan": state["plan"],
        "approval": state["approval"],
        "spent_usd": str(spent_usd),
        "calls": [{**_call(row), "prompt": use} for row, use in zip(rows, uses, strict=True)],
        "prompts": _prompts(uses),
        "versions": {name: version(name) for name in ("shortfactory", "langgraph", "av")},
        "files": dict[str, JsonValue](files),
    }


def _prompts(uses: list[dict[str, JsonValue] | None]) -> dict[str, JsonValue]:
    """Prompt name → the versions that were used; two where the program changed midway."""
    named: dict[str, set[str]] = {}
    for use in filter(None, uses):
        named.setdefault(str(use["name"]), set()).add(str(use["version"]))
    return {name: list[JsonValue](sorted(named[name])) for name in sorted(named)}


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
