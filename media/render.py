"""The one door through which CPU leaves: segments, films, covers and reports, in worker processes.

Importing this is cheap; pixels, codecs and fonts load in the workers. A render needs about half
a gigabyte, so memory is bounded by the number of workers. Pictures and voices are checked on a
place of their own: a check takes a moment, and must not wait for the renders of other scenes.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any, Literal

from media.lane import Lane
from media.made import Film, Segment
from media.timeline import Frame, Take
from media.worker import DONE, FIELDS, STOP, TOTAL, Job, run, start
from shortfactory.errors import MediaError

if TYPE_CHECKING:
    from media.report import Expected, Finding, Report
    from shortfactory.sight import Sight
    from shortfactory.story import Effects, Word

PROGRESS_EVERY_S = 0.1
RENDERER_VERSION = "12"
"""Part of the key of every rendered file: raised when the same input gives other pixels."""

CHECKS: frozenset[Job] = frozenset({"picture", "voice"})
STOPPING_S = 0.8  # a job looks at the board once a frame
Progress = Callable[[int, int], None]
Submitted = tuple[ProcessPoolExecutor, Future[Any]]


class RenderDoor:
    """Renders in a pool of worker processes, started with the first job; one door a process.

    Files appear whole or not at all. Cancelling the awaiting task stops its job within a second;
    a job that still waits for a worker never starts. A worker that is killed fails the jobs of
    its pool with MediaError, and the next job gets fresh workers.
    """

    def __init__(
        self, workers: int = 0, quality: Literal["quick", "default", "best"] = "default"
    ) -> None:
        """Take the number of workers (0: half the cores) and the quality of every film."""
        self.workers = workers or max(1, (os.cpu_count() or 2) // 2)
        self.quality = quality
        self._context = get_context("spawn")
        self._renders, self._checks = Lane(range(self.workers)), Lane((self.workers,))
        self._places = self.workers + 1
        self._board = self._context.RawArray("q", self._places * FIELDS)
        self._pool: ProcessPoolExecutor | None = None
        self._starting = Lock()

    async def segment(
        self,
        take: Take,
        style: str,
        frame: Frame,
        out: Path,
        progress: Progress | None = None,
    ) -> Segment:
        """Encode one scene's body into `out`, whatever the other scenes are.

        The same take, style, frame and quality give the same bytes. `progress` is called with
        frames done and frames in all.

        Raises:
            InvalidInput: an unknown style.
            MediaError: a picture that cannot be filmed, or a killed worker.
            StorageError: `out` cannot be written.
        """
        values = {"take": take, "style": style, "frame": frame, "out": out}
        return await self._run("segment", values | {"quality": self.quality}, progress)

    async def film(
        self,
        takes: tuple[Take, ...],
        segments: tuple[Path, ...],
        style: str,
        frame: Frame,
        out: Path,
        progress: Progress | None = None,
        music: Path | None = None,
        effects: Effects = "auto",
    ) -> Film:
        """Join segments (one a take, in order) into the film, with transitions and sound.

        Only the transitions are encoded here; the segments' packets are copied.

        Raises:
            InvalidInput: an unknown style, or takes not numbered 1, 2, 3 and so on.
            MediaError: a segment of another style, size or quality; an unreadable voice, picture
                or music; a killed worker.
            StorageError: `out` cannot be written.
        """
        values = {"takes": takes, "segments": segments, "style": style, "frame": frame, "out": out}
        values |= {"quality": self.quality, "music": music, "effects": effects}
        return await self._run("film", values, progress)

    async def cover(
        self, picture: Path, title: str, style: str, out: Path, sight: Sight | None = None
    ) -> None:
        """Draw the cover image: 1080x1920 PNG, its title inside the feed's crop and off faces.

        Raises:
            InvalidInput: an unknown style.
            MediaError: the picture cannot be read, or a killed worker.
            StorageError: `out` cannot be written.
        """
        values = {"picture": picture, "title": title, "style": style, "out": out}
        await self._run("cover", values | {"sight": sight})

    async def check_picture(self, picture: Path, frame: Frame) -> list[Finding]:
        """Measure a picture before a film is made of it. See `media.inspect`."""
        return await self._run("picture", {"path": picture, "frame": frame})

    async def check_voice(self, voice: Path, text: str, words: tuple[Word, ...]) -> list[Finding]:
        """Hold word times against their narration. See `media.inspect`."""
        return await self._run("voice", {"path": voice, "text": text, "words": words})

    async def check_music(self, music: Path) -> None:
        """Decode somebody's own music before it is used. Raises InvalidInput where it cannot be."""
        await self._run("music", {"path": music})

    async def report(self, film: Path, expected: Expected) -> Report:
        """Measure a finished film. See `media.inspect`."""
        return await self._run("report", {"path": film, "expected": expected})

    async def page(
        self, film: Path, title: str, report: Report, expected: Expected, out: Path
    ) -> None:
        """Write a report as one HTML page for a person, with the film's frames inside.

        Raises:
            MediaError: a killed worker.
            StorageError: `out` cannot be written.
        """
        values = {"path": film, "title": title, "report": report, "expected": expected}
        await self._run("page", values | {"out": out})

    async def handoff(
        self,
        takes: tuple[Take, ...],
        style: str,
        frame: Frame,
        title: str,
        out: Path,
        progress: Progress | None = None,
        music: Path | None = None,
        effects: Effects = "auto",
    ) -> None:
        """Write a zip for editing programs, drawing every frame again; raises as `film` does."""
        values = {"takes": takes, "style": style, "frame": frame, "title": title, "out": out}
        values |= {"quality": self.quality, "music": music, "effects": effects}
        await self._run("handoff", values, progress)

    def close(self) -> None:
        """Stop the workers; running jobs end at their next frame."""
        for slot in range(self._places):
            self._board[slot * FIELDS + STOP] = 1
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)
            self._pool = None

    async def _run(self, job: Job, values: dict[str, Any], progress: Progress | None = None) -> Any:
        lane = self._checks if job in CHECKS else self._renders
        slot = await lane.take()
        self._board[slot * FIELDS : (slot + 1) * FIELDS] = [0] * FIELDS
        # In a thread: starting a worker takes a moment that the event loop must not lose.
        submitting = asyncio.create_task(asyncio.to_thread(self._submit, slot, job, values))
        # A stopped job may still be ending when its task is gone; only its end frees the slot.
        submitting.add_done_callback(lambda submitted: self._free_after(lane, slot, submitted))
        try:
            pool, future = await asyncio.shield(submitting)
            waiting = asyncio.wrap_future(future)
        except asyncio.CancelledError:
            self._board[slot * FIELDS + STOP] = 1
            raise
        try:
            return await self._watch(waiting, slot, progress)
        except BrokenProcessPool:
            self._drop(pool)
            raise MediaError(
                f"A render worker was killed while it made a {job}.",
                cure="Usually memory ran out; use fewer workers and try again.",
            ) from None

    def _submit(self, slot: int, job: Job, values: dict[str, Any]) -> Submitted:
        with self._starting:
            pool = self._ready_pool()
            try:
                return pool, pool.submit(run, slot, job, values)
            except BrokenProcessPool:  # a worker was killed while nothing was rendered
                self._drop(pool)
                pool = self._ready_pool()
                return pool, pool.submit(run, slot, job, values)

    def _free_after(self, lane: Lane, slot: int, submitted: asyncio.Task[Submitted]) -> None:
        if submitted.exception() is not None:
            return lane.leave(slot)

        def leave(ended: asyncio.Future[Any]) -> None:
            if not ended.cancelled():
                ended.exception()  # seen: a stopped job's error has nobody left to tell
            lane.leave(slot)

        return asyncio.wrap_future(submitted.result()[1]).add_done_callback(leave)

    async def _watch(
        self, waiting: asyncio.Future[Any], slot: int, progress: Progress | None
    ) -> Any:
        """Wait for the job, passing progress on; stop it when this task is cancelled."""
        told = (0, 0)
        try:
            while not waiting.done():
                await asyncio.wait([waiting], timeout=PROGRESS_EVERY_S)
                told = self._tell(slot, told, progress)
        except asyncio.CancelledError:
            self._board[slot * FIELDS + STOP] = 1
            await asyncio.wait([waiting], timeout=STOPPING_S)
            raise
        return waiting.result()

    def _tell(self, slot: int, told: tuple[int, int], progress: Progress | None) -> tuple[int, int]:
        now = (self._board[slot * FIELDS + DONE], self._board[slot * FIELDS + TOTAL])
        if progress is not None and now != told:
            progress(*now)
        return now

    def _ready_pool(self) -> ProcessPoolExecutor:
        if self._pool is None:
            self._pool = ProcessPoolExecutor(
                self._places, self._context, initializer=start, initargs=(self._board,)
            )
        return self._pool

    def _drop(self, pool: ProcessPoolExecutor) -> None:
        """Forget a broken pool once, however many of its jobs report it."""
        if self._pool is pool:
            pool.shutdown(wait=False)
            self._pool = None
