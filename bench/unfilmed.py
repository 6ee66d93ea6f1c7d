"""The whole production line with everything real but the frames: for soaks and fault trials.

Pictures and narrations are inspected as always. What would be filmed is written down as a few
bytes and passes every test, so that thousands of calls can be watched on two cores.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from graph.database import open_database
from graph.factory import Factory
from graph.line import Lines
from media.made import Film, Segment
from media.render import RenderDoor
from media.report import Report
from media.timeline import Frame
from providers.http import open_http
from shortfactory.settings import Settings


class Unfilmed(RenderDoor):
    """A render door that inspects for real and draws no frame."""

    async def segment(self, take: Any, style: Any, frame: Any, out: Path, *_: Any) -> Segment:
        out.write_bytes(f"segment {take.number} {take.picture.name} {take.voice.name}".encode())
        return Segment(frames=0, focus=(0.5, 0.5), wall_s=0, cpu_s=0)

    async def film(
        self, takes: Any, segments: Any, style: Any, frame: Frame, out: Path, *_: Any
    ) -> Film:
        out.write_bytes(b"\n".join([segment.read_bytes() for segment in segments]))
        duration_ms = sum(take.voice_ms for take in takes)
        starts = tuple(range(len(takes)))
        return Film(
            frames=frame.frames(duration_ms / 1000),
            duration_ms=duration_ms,
            cues=(),
            voice_starts=starts,
            body_starts=starts,
            wall_s=0,
            cpu_s=0,
        )

    async def cover(self, picture: Path, title: str, style: str, out: Path) -> None:
        out.write_bytes(picture.read_bytes())

    async def report(self, film: Path, expected: Any) -> Report:
        return Report(passed=True, findings=(), measurements={})


@asynccontextmanager
async def open_unfilmed(settings: Settings) -> AsyncGenerator[Factory]:
    """The factory on the settings' own database and data home, with the door above."""
    async with (
        open_database(settings) as database,
        open_http(settings.gateway.largest_reply_bytes) as http,
    ):
        render = Unfilmed(settings.render.workers, settings.render.quality)
        try:
            lines = Lines(settings, database, http, render)
            lines.read_ahead()
            yield Factory(settings, database, lines)
        finally:
            render.close()
