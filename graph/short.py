"""Everything about one short as a person or a program sees it, JSON-plain."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from langgraph.types import StateSnapshot
from pydantic import Field

from graph.run import Run
from nodes.findings import Finding
from providers.spending import Entry
from shortfactory.story import Plain, Script


class SceneView(Plain):
    """What is made of one scene so far: hashes of its parts, and which take each half is."""

    number: int
    picture: str | None = None
    narration: str | None = None
    segment: str | None = None
    picture_variation: int = 0
    voice_variation: int = 0


class Short(Plain):
    """A run, what was written, what it may cost, what was made, and what it waits for."""

    run: Run
    script: Script | None = None
    findings: tuple[Finding, ...] = ()
    estimate: dict[str, Any] | None = None
    economies: tuple[dict[str, Any], ...] = ()
    choices: tuple[dict[str, Any], ...] = ()
    scenes: tuple[SceneView, ...] = ()
    waiting: tuple[dict[str, Any], ...] = ()
    quality: dict[str, Any] | None = None
    quality_page: str | None = None
    package: dict[str, str] = Field(default_factory=dict)
    calls: tuple[Entry, ...] = ()
    spent_usd: Decimal = Decimal(0)

    @property
    def files(self) -> dict[str, str]:
        """What can be read by now: the package, and the page of a film that did not pass."""
        page = {"quality.html": self.quality_page} if self.quality_page else {}
        return self.package | page


def short_of(
    run: Run, snapshot: StateSnapshot, calls: tuple[Entry, ...], spent_usd: Decimal
) -> Short:
    """Read a short out of its row, its last checkpoint and its ledger."""
    values = snapshot.values
    return Short(
        run=run,
        script=Script.model_validate(values["script"]) if values.get("script") else None,
        findings=tuple(values.get("findings") or ()),
        estimate=values.get("estimate"),
        economies=tuple(values.get("economies") or ()),
        choices=tuple(values.get("choices") or ()),
        scenes=scenes_of(values.get("scenes") or {}),
        waiting=tuple(waiting.value for waiting in snapshot.interrupts),
        quality=values.get("quality"),
        quality_page=values.get("quality_page"),
        package=values.get("package") or {},
        calls=calls,
        spent_usd=spent_usd,
    )


def scenes_of(scenes: Mapping[str, dict[str, Any]]) -> tuple[SceneView, ...]:
    """What is made of each scene, by number."""
    return tuple(sorted(map(_scene, scenes.values()), key=lambda scene: scene.number))


def _scene(entry: dict[str, Any]) -> SceneView:
    made = {
        part: entry[part]["sha256"] for part in ("picture", "narration", "segment") if part in entry
    }
    takes = {name: entry.get(name, 0) for name in ("picture_variation", "voice_variation")}
    return SceneView(number=entry["number"], **made, **takes)
