"""The acceptance test: measures the finished file, and names the scene at fault."""

from __future__ import annotations

from pathlib import Path

from pydantic import JsonValue
from typing_extensions import TypedDict

from media.made import Film
from media.report import Expected, ExpectedCue, Report, SceneSpan
from media.style import Style, load
from media.timeline import Cue, Frame
from nodes.failure import Failure, failure_of
from nodes.services import RunFacts, Services
from providers.ports import Aspect
from shortfactory.errors import ShortFactoryError


class Reads(TypedDict, total=False):
    """What the test needs."""

    run: RunFacts
    style: str
    aspect: Aspect
    script: dict[str, JsonValue]
    film: dict[str, JsonValue]
    repairs: dict[str, int]


class Writes(TypedDict, total=False):
    """The report, the sha256 of its page, and how often each scene has been sent back."""

    quality: dict[str, JsonValue]
    quality_page: str
    repairs: dict[str, int]
    failure: Failure | None


async def quality_check(state: Reads, services: Services) -> Writes:
    """Measure the film against what was asked and laid."""
    film = dict(state["film"])
    try:
        path = await services.store.path(str(film.pop("sha256")))
        expected = expected_of(
            Film.model_validate(film), Frame.of_aspect(state["aspect"]), load(state["style"])
        )
        report = await services.render.report(path, expected)
        page = await _page(path, report, expected, state, services)
    except ShortFactoryError as error:
        return Writes(failure=failure_of(error, "quality_check"))
    repairs = dict(state.get("repairs", {}))
    for number in {finding.scene for finding in report.findings if finding.severity == "fail"}:
        if number is not None:
            repairs[str(number)] = repairs.get(str(number), 0) + 1
    quality = report.model_dump(mode="json")
    return Writes(quality=quality, quality_page=page, repairs=repairs, failure=None)


async def _page(
    film: Path, report: Report, expected: Expected, state: Reads, services: Services
) -> str:
    out = services.scratch / f"{state['run']['id']}.quality.html"
    await services.render.page(film, str(state["script"]["title"]), report, expected, out)
    return await services.store.adopt(out, ".html")


def expected_of(film: Film, frame: Frame, style: Style) -> Expected:
    """What the renderer says it laid, as the measures that the file is held against."""
    borders = [*(frame.ms(start) for start in film.body_starts), film.duration_ms]
    spans = range(len(film.body_starts))
    return Expected(
        width_px=frame.width_px,
        height_px=frame.height_px,
        fps=frame.fps,
        duration_ms=film.duration_ms,
        cues=tuple(_cue(cue) for cue in film.cues),
        scenes=tuple(SceneSpan(n + 1, borders[n], borders[n + 1]) for n in spans),
        voice_starts_ms=tuple(round(start / 48) for start in film.voice_starts),
        inks=style.captions.inks,
    )


def _cue(cue: Cue) -> ExpectedCue:
    text = " ".join(cue.lines)
    return ExpectedCue(
        text=text,
        start_ms=cue.start_ms,
        end_ms=cue.end_ms,
        scene=cue.scene,
        box=cue.box,
        faces=cue.faces,
    )
