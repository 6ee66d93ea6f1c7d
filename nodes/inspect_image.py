"""The picture editor: looks at what was really drawn before a film is made of it."""

from __future__ import annotations

from pydantic import JsonValue
from typing_extensions import TypedDict

from media.timeline import Frame
from nodes.failure import Failure, failure_of
from nodes.findings import Finding, to_mend
from nodes.services import Services
from providers.ports import Aspect
from shortfactory.errors import ShortFactoryError


class Reads(TypedDict, total=False):
    """What the editor needs."""

    aspect: Aspect
    scene: dict[str, JsonValue]
    picture: dict[str, JsonValue] | None
    picture_failure: Failure | None
    picture_variation: int


class Writes(TypedDict, total=False):
    """What the editor leaves. A faulty picture becomes a new variation, never the same again."""

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
    if not findings:
        return Writes(picture_findings=[])
    variation = state.get("picture_variation", 0) + 1
    return Writes(picture_findings=findings, picture_variation=variation)
