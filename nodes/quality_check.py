"""The acceptance test: measures the finished file, and names the scene at fault."""

from __future__ import annotations

from typing import TypedDict

from pydantic import JsonValue

from media.timeline import Film, Frame
from nodes.failure import Failure, failure_of
from nodes.services import Services
from providers.ports import Aspect
from shortfactory.errors import ShortFactoryError


class Reads(TypedDict, total=False):
    """What the test needs."""

    aspect: Aspect
    film: dict[str, JsonValue]
    repairs: dict[str, int]


class Writes(TypedDict, total=False):
    """The report; `repairs` counts how often each scene has been sent back."""

    quality: dict[str, JsonValue]
    repairs: dict[str, int]
    failure: Failure | None


async def quality_check(state: Reads, services: Services) -> Writes:
    """Measure the film against what was asked and laid."""
    film = dict(state["film"])
    try:
        path = await services.store.path(str(film.pop("sha256")))
        expected = Film.model_validate(film).expected(Frame.of_aspect(state["aspect"]))
        report = await services.render.report(path, expected)
    except ShortFactoryError as error:
        return Writes(failure=failure_of(error, "quality_check"))
    repairs = dict(state.get("repairs", {}))
    for number in {finding.scene for finding in report.findings if finding.severity == "fail"}:
        if number is not None:
            repairs[str(number)] = repairs.get(str(number), 0) + 1
    return Writes(quality=report.model_dump(mode="json"), repairs=repairs, failure=None)
