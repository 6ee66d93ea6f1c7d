"""Frames become H.264: a piece in runs beside each other, always the same bytes."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import accumulate, pairwise
from math import ceil
from pathlib import Path
from queue import SimpleQueue
from threading import Lock
from typing import Any

import numpy as np
from av.packet import Packet
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame
from av.video.stream import VideoStream
from numpy.typing import NDArray

from media.container import mp4
from media.planes import Planes
from media.timeline import Frame
from media.x264 import CODEC, GOP_S, REORDER_FRAMES, Quality, prepare

# Encoders at work beside each other: the pool has a worker for every two cores. One encoder of
# several threads, which wait for each other's rows, leaves a quarter of two cores idle.
DESKS = 2
DRAWN_AHEAD = 3  # to change less often between pictures and encoder saves 2 % of all CPU
Draw = Callable[[int, Planes], None]  # fills the planes with a frame, always with the same bytes
Artist = Callable[[], Draw]  # opens what draws any frame; what it opens serves one thread at a time


def encode(
    artist: Artist,
    runs: Sequence[int],
    frame: Frame,
    quality: Quality,
    out: Path,
    tick: Callable[[int], None] = lambda _: None,
) -> None:
    """Encode frames 0, 1, 2 and so on into a video-only MP4; each run has so many of them.

    Every run begins with a key frame and gives the same bytes whatever the others are. DESKS
    of them are drawn and encoded at a time, which keeps as many cores busy; all of that is spent
    outside the interpreter's lock. `tick(done)` is called for each frame and may raise to stop.

    Raises:
        MediaError: the encoder failed.
        StorageError: the file cannot be written.
    """
    with mp4(out) as container:
        stream = container.add_stream(CODEC, rate=frame.fps)
        prepare(stream.codec_context, frame, quality)
        for at, packet in enumerate(_packets(artist, runs, frame, quality, tick)):
            packet.stream = stream
            # x264's own are late in a run of a single frame, and would meet the next run's.
            packet.dts = at - REORDER_FRAMES
            container.mux(packet)


def even_runs(frames: int, frame: Frame) -> tuple[int, ...]:
    """Runs for a piece of so many frames: near equal, none longer than a group of pictures.

    They fill the desks evenly, so that none waits for the other at the piece's end.
    """
    rounds = ceil(frames / (GOP_S * frame.fps * DESKS))
    ends = [frames * at // (rounds * DESKS) for at in range(rounds * DESKS + 1)]
    return tuple(end - start for start, end in pairwise(ends) if end > start)


def _packets(
    artist: Artist,
    runs: Sequence[int],
    frame: Frame,
    quality: Quality,
    tick: Callable[[int], None],
) -> Iterator[Packet[VideoStream]]:
    """The packets of all runs in order, while later runs are drawn and encoded."""
    desks: SimpleQueue[_Desk] = SimpleQueue()
    count = _Count(tick)
    for _ in range(min(DESKS, len(runs))):
        desks.put(_Desk(artist(), frame, quality))

    def work(first: int, frames: int) -> list[Packet[VideoStream]]:
        desk = desks.get()
        try:
            return desk.encode(first, frames, count)
        except BaseException:
            count.stop()
            raise
        finally:
            desks.put(desk)

    with ThreadPoolExecutor(DESKS, "encode") as pool:
        firsts = accumulate(runs, initial=0)
        waiting = deque(pool.submit(work, *run) for run in zip(firsts, runs, strict=False))
        try:
            while waiting:
                yield from waiting.popleft().result()
        finally:
            count.stop()
            pool.shutdown(cancel_futures=True)


class _Count:
    """Frames done at all desks, and whether every desk is to stop at its next frame."""

    def __init__(self, tick: Callable[[int], None]) -> None:
        self._tick, self._done, self._lock = tick, 0, Lock()
        self.stopped = False

    def another(self) -> None:
        """Count one more frame."""
        with self._lock:
            self._done += 1
            self._tick(self._done)

    def stop(self) -> None:
        """Let every desk end."""
        self.stopped = True


class _Desk:
    """Draws and encodes one run after another, in the memory of a few frames."""

    def __init__(self, draw: Draw, frame: Frame, quality: Quality) -> None:
        self._draw, self._frame = draw, frame
        self._quality: Quality = quality
        self._pictures = [_blank(frame) for _ in range(DRAWN_AHEAD)]
        self._planes = [planes_of(picture) for picture in self._pictures]

    def encode(self, first: int, frames: int, count: _Count) -> list[Packet[VideoStream]]:
        """The packets of a run, in film time."""
        encoder = VideoCodecContext.create(CODEC, "w")
        prepare(encoder, self._frame, self._quality)
        found: list[Packet[VideoStream]] = []
        end = first + frames
        for at in range(first, end, DRAWN_AHEAD):
            if count.stopped:
                return found
            for picture in self._drawn(range(at, min(at + DRAWN_AHEAD, end))):
                found += encoder.encode(picture)
                count.another()
        return found + encoder.encode(None)

    def _drawn(self, numbers: range) -> list[VideoFrame]:
        drawn = self._pictures[: len(numbers)]
        for number, picture, planes in zip(numbers, drawn, self._planes, strict=False):
            self._draw(number, planes)
            picture.pts = number
        return drawn


def planes_of(picture: VideoFrame) -> Planes:
    """The frame's own memory as arrays; writing to them draws."""
    luma, chroma = _rows(picture)
    half = (picture.height // 2, picture.width // 2, 2)
    return Planes(luma[:, : picture.width], chroma[:, : picture.width].reshape(half))


def _blank(frame: Frame) -> VideoFrame:
    """A frame whose padding is zero too: x264 reads it, and fresh memory changes its bytes."""
    picture = VideoFrame(frame.width_px, frame.height_px, "nv12")
    for rows in _rows(picture):
        rows[:] = 0
    return picture


def _rows(picture: VideoFrame) -> list[NDArray[np.uint8]]:
    """Each plane's rows with their padding."""
    found: list[NDArray[np.uint8]] = []
    for plane in picture.planes:
        memory: Any = plane  # PyAV does not declare its buffer protocol
        found.append(np.frombuffer(memory, np.uint8).reshape(plane.height, plane.line_size))
    return found
