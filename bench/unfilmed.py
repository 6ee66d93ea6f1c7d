"""The whole production line with everything real but the frames: for soaks and fault trials.

Pictures and narrations are inspected as always. What would be filmed is written down as a few
bytes and passes every test, so that thousands of calls can be watched on two cores.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from graph.database import Database, open_database
from graph.factory import Factory
from graph.line import Lines
from media.made import Film, Segment
from media.render import RenderDoor
from media.report import Report
from media.timeline import Take
from providers.claims import Claims
from providers.http import open_http
from shortfactory.settings import Settings


class Unfilmed(RenderDoor):
    """A render door that inspects for real and draws no frame."""

    async def segment(self, *given: Any, **_named: Any) -> Segment:
        """Write down what would be filmed."""
        take, _style, _frame, out, *_ = given
        text = f"{take.number} {take.picture.name} {take.voice.name}"
        await asyncio.to_thread(out.write_text, text)
        return Segment(frames=0, focus=(0.5, 0.5), wall_s=0, cpu_s=0)

    async def film(self, *given: Any, **_named: Any) -> Film:
        """Write down what would be joined."""
        takes, segments, _style, frame, out, *_ = given
        await asyncio.to_thread(out.write_text, "\n".join(path.name for path in segments))
        return _film(takes, frame.fps)

    async def cover(self, *given: Any, **_named: Any) -> None:
        """Take the first picture as it is."""
        picture, _title, _style, out, *_ = given
        await asyncio.to_thread(_copy, picture, out)

    async def report(self, *_given: Any, **_named: Any) -> Report:
        """Pass: there are no frames to find fault with."""
        return Report(passed=True, findings=(), measurements={})

    async def page(self, *given: Any, **_named: Any) -> None:
        """Write down which film the page would be about."""
        film, title, *_, out = given
        await asyncio.to_thread(out.write_text, f"{title} {film.name}")


def _film(takes: tuple[Take, ...], fps: int) -> Film:
    duration_ms = sum(take.voice_ms for take in takes)
    starts = tuple(range(len(takes)))
    return Film(
        frames=duration_ms * fps // 1000,
        duration_ms=duration_ms,
        cues=(),
        voice_starts=starts,
        body_starts=starts,
        wall_s=0,
        cpu_s=0,
    )


def _copy(source: Path, target: Path) -> None:
    target.write_bytes(source.read_bytes())


@dataclass(frozen=True)
class Workshop:
    """What many factories share: database, claims, inspectors. Stores are their own."""

    database: Database
    claims: Claims
    http: httpx.AsyncClient
    render: RenderDoor

    def factory(self, settings: Settings) -> Factory:
        """A factory with an empty memory: nothing made by another one is found again."""
        lines = Lines(settings, self.database, self.http, self.render)
        lines.ledger.claims = self.claims  # each set of claims keeps a connection to itself
        lines.read_ahead()
        return Factory(settings, self.database, lines)


@asynccontextmanager
async def open_workshop(settings: Settings, render: RenderDoor) -> AsyncGenerator[Workshop]:
    """Open the settings' database; close everything at the end."""
    async with (
        open_database(settings) as database,
        open_http(settings.gateway.largest_reply_bytes) as http,
    ):
        claims = Claims(database.pool)
        try:
            yield Workshop(database, claims, http, render)
        finally:
            await claims.close()
            render.close()
