"""Cheaper ways to make the same short, in the order in which they hurt least."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from itertools import pairwise
from typing import Literal

from providers.estimate import estimate
from providers.model_rows import MODEL_ROWS
from providers.price_rows import PRICE_ROWS
from providers.usage_bounds import USUAL_CHARACTERS_PER_S
from shortfactory.errors import InvalidInput
from shortfactory.money import ZERO
from shortfactory.plan import Plan
from shortfactory.settings import GraphSettings
from shortfactory.story import MIN_SECONDS, Plain, Script, Topic

Step = Literal["sight", "batch", "voice", "text", "image", "pictures", "length"]

# The order is a promise: a help before waiting, waiting before sound, sound before words, words
# before pictures.
ORDER: tuple[Step, ...] = ("sight", "batch", "voice", "text", "image", "pictures", "length")
UNLOOKED = "nobody looks at the pictures: captions may stand on a face"
SHORTER = 0.8  # of the length, per step

_ROWS = {row.id: row for row in MODEL_ROWS}
_IN_BATCH = {row.model for row in PRICE_ROWS if row.lane == "batch"}


class Economy(Plain):
    """One step down. JSON-plain.

    `plan` is the plan after it. `share` lists (scene, scene whose picture it shows too).
    `seconds` is the new length to order, where the step is a shorter script.
    """

    step: Step
    plan: Plan
    share: tuple[tuple[int, int], ...] = ()
    seconds: float | None = None
    saves_usd: Decimal
    costs: str


def cheaper(
    about: Topic | Script,
    plan: Plan,
    limits: GraphSettings,
    at: datetime,
    *,
    may_wait: bool = False,
) -> tuple[Economy, ...]:
    """Every step that still saves something from here, in order; empty when none is left.

    Savings are of the expected cost, each step taken alone. Take the first, then ask again.

    Raises:
        ConfigurationError: a model of the plan has no known price.
    """
    now_usd = estimate(about, plan, limits, at).expected_usd
    found: list[Economy] = []
    for step in _steps(about, plan, may_wait=may_wait):
        after = _after(about, step)
        saves_usd = now_usd - estimate(after, step.plan, limits, at).expected_usd
        if saves_usd > 0:
            found.append(step.model_copy(update={"saves_usd": saves_usd}))
    return tuple(found)


def patient(plan: Plan, patience_s: float) -> Plan:
    """The same plan with pictures drawn later at half the price; unchanged without patience.

    Raises:
        InvalidInput: the plan's image models do not draw in batches.
    """
    if not patience_s:
        return plan
    if not {plan.image, plan.image_fallback} <= _IN_BATCH:
        cure = f"{plan.image} draws at once; leave it out"
        raise InvalidInput("patience", f"{patience_s:g} s", cure)
    return plan.model_copy(update={"batch": True, "patience_s": patience_s})


def share_pictures(script: Script, share: tuple[tuple[int, int], ...]) -> Script:
    """Let scenes show other scenes' pictures: same note, same people, so the same call."""
    shown = dict(share)
    scenes = [
        scene.model_copy(
            update={
                "picture": script.scene(shown[scene.number]).picture,
                "characters": script.scene(shown[scene.number]).characters,
            }
        )
        if scene.number in shown
        else scene
        for scene in script.scenes
    ]
    return script.model_copy(update={"scenes": tuple(scenes)})


def _steps(about: Topic | Script, plan: Plan, *, may_wait: bool) -> Iterator[Economy]:
    if plan.sight:
        yield _step("sight", plan.model_copy(update={"sight": ""}), UNLOOKED)
    if may_wait and not plan.batch and {plan.image, plan.image_fallback} <= _IN_BATCH:
        yield _step("batch", plan.model_copy(update={"batch": True}), "up to a day of waiting")
    for step in ("voice", "text", "image"):
        row = _ROWS.get(getattr(plan, step))
        if row is not None and row.cheaper and not (step == "text" and isinstance(about, Script)):
            yield _step(step, _with(plan, step, row.cheaper), row.loses)
    if isinstance(about, Script):
        yield from _fewer_pictures(about, plan)
    seconds = _seconds(about)
    if seconds is not None and seconds * SHORTER >= MIN_SECONDS:
        shorter = round(seconds * SHORTER, 1)
        loss = f"a script of {shorter:g} s instead of {seconds:g} s"
        yield _step("length", plan, loss).model_copy(update={"seconds": shorter})


def _with(plan: Plan, role: Literal["voice", "text", "image"], model_id: str) -> Plan:
    """Swap a model; a picture size that the cheaper one cannot draw becomes its own."""
    changes: dict[str, object] = {role: model_id}
    if role == "image":
        sizes = _ROWS[model_id].sizes
        changes["image_size"] = plan.image_size if plan.image_size in sizes else sizes[0]
        # The fallback must stay another model, or the edge to it leads nowhere.
        changes["image_fallback"] = (
            plan.image if plan.image_fallback == model_id else plan.image_fallback
        )
    return plan.model_copy(update=changes)


def _fewer_pictures(script: Script, plan: Plan) -> Iterator[Economy]:
    """Let one body scene show its predecessor's picture, seen by another camera move."""
    for before, scene in pairwise(script.scenes[1:-1]):
        if scene.picture != before.picture and not _shared(script, before.picture):
            loss = f"scene {scene.number} shows scene {before.number}'s picture from nearer"
            share = ((scene.number, before.number),)
            yield _step("pictures", plan, loss).model_copy(update={"share": share})
            return


def _shared(script: Script, picture: str) -> bool:
    return sum(scene.picture == picture for scene in script.scenes) > 1


def _after(about: Topic | Script, step: Economy) -> Topic | Script:
    if isinstance(about, Script):
        if step.seconds is not None:
            return _shortened(about)
        return share_pictures(about, step.share)
    return about if step.seconds is None else about.model_copy(update={"seconds": step.seconds})


def _shortened(script: Script) -> Script:
    """The same script with a fifth of its words gone, for pricing what is not rewritten yet."""
    scenes = [
        scene.model_copy(
            update={"narration": scene.narration[: round(len(scene.narration) * SHORTER)]}
        )
        for scene in script.scenes
    ]
    return script.model_copy(update={"scenes": tuple(scenes)})


def _seconds(about: Topic | Script) -> float | None:
    """How long it will be; None where the words are a person's own."""
    if isinstance(about, Topic):
        return None if about.script is not None else about.seconds
    spoken = sum(len(scene.narration) for scene in about.scenes)
    return round(spoken / USUAL_CHARACTERS_PER_S, 1)


def _step(step: Step, plan: Plan, costs: str) -> Economy:
    return Economy(step=step, plan=plan, saves_usd=ZERO, costs=costs)
