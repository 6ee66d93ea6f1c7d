"""The picture editor: looks at what was really drawn before a film is made of it."""

from __future__ import annotations

import logging

from pydantic import JsonValue
from typing_extensions import TypedDict

from media.timeline import Frame
from nodes.failure import Failure, failure_of
from nodes.findings import Finding, to_mend
from nodes.services import RunFacts, Services
from providers.ports import Aspect, SightRequest
from shortfactory.errors import ShortFactoryError
from shortfactory.plan import Plan

log = logging.getLogger(__name__)


class Reads(TypedDict, total=False):
    """What the editor needs."""

    run: RunFacts
    plan: dict[str, JsonValue]
    aspect: Aspect
    scene: dict[str, JsonValue]
    picture: dict[str, JsonValue] | None
    picture_failure: Failure | None
    picture_variation: int


class Writes(TypedDict, total=False):
    """What the editor leaves. A faulty picture becomes a new variation, never the same again.

    A good one carries its "sight" from here on, where somebody looked at it.
    """

    picture: dict[str, JsonValue] | None
    picture_findings: list[Finding]
    picture_failure: Failure | None
    picture_variation: int


async def inspect_image(state: Reads, services: Services) -> Writes:
    """Measure the picture; a step that drew none is passed on to the route as it is."""
    picture = state.get("picture")
    if picture is None:
        return Writes(picture_findings=[])
    number = int(str(state["scene"]["number"]))
    try:
        path = await services.store.path(str(picture["sha256"]))
        faults = await services.render.check_picture(path, Frame.of_aspect(state["aspect"]))
    except ShortFactoryError as error:
        return Writes(picture_failure=failure_of(error, "inspect_image", number))
    findings = to_mend(faults, number)
    if findings:
        variation = state.get("picture_variation", 0) + 1
        return Writes(picture_findings=findings, picture_variation=variation)
    return await _seen(state, picture, number, services)


async def _seen(
    state: Reads, picture: dict[str, JsonValue], number: int, services: Services
) -> Writes:
    """The picture with what it shows. A help: no failure of its own stops a scene for want of it.

    Where another call has stopped the short's payments, it waits with all others and looks later.
    """
    model = Plan.model_validate(state["plan"]).sight
    if not model:
        return Writes(picture_findings=[])
    try:
        payer = await services.payer(state["run"], "inspect_image", number)
        request = SightRequest(picture=str(picture["sha256"]))
        looked = await services.gateway.look(model, request, payer)
    except ShortFactoryError as error:
        failure = failure_of(error, "inspect_image", number)
        if failure["kind"] == "stopped":
            return Writes(picture_failure=failure)
        log.warning(
            "Nobody looked at the picture of scene %s: %s",
            number,
            failure["message"],
            extra={"action": "unlooked", "run_id": state["run"]["id"], "reason": failure["kind"]},
        )
        return Writes(picture_findings=[])
    sight = looked.sight.model_dump(mode="json")
    return Writes(picture_findings=[], picture={**picture, "sight": sight})
