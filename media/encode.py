"""Frames become H.264: one piece, one closed run of packets, always the same bytes."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction
from itertools import accumulate, pairwise
from math import ceil
from pathlib import Path
from platform import machine
from queue import SimpleQueue
from threading import Lock
from typing import Any, Literal

import numpy as np
from av.codec.context import Flags
from av.packet import Packet
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame
from av.video.stream import VideoStream
from numpy.typing import NDArray

from media.container import mp4
from media.planes import Planes
from media.timeline import Frame

Quality = Literal["quick", "default", "best"]

GOP_S = 2
# Encoders at work beside each other: the pool has a worker for every two cores. One encoder of
# several threads, which wait for each other's rows, leaves a quarter of two cores idle.
LANES = 2
DRAWN_AHEAD = 3  # to change less often between pictures and encoder saves 2 % of all CPU
REORDER_FRAMES = 1  # two B-frames without a pyramid: decoding runs one frame ahead
BT709, LIMITED = 1, 1  # ITU-T H.273 code points; FFmpeg's AVCOL_RANGE_MPEG is 1 too
# `superfast` with macroblock-tree switched back on needs 35-40 % less time than `veryfast` at
# equal size and VMAF. To look six frames ahead at a lower factor, and not twenty, takes a fifth
# fewer bits for the same VMAF, and 6 MB less a frame and lane. An encoder has one thread: their
# number would change the bytes.
SETTINGS: dict[Quality, dict[str, str]] = {
    "quick": {"preset": "superfast", "crf": "19.5", "x264-params": "mbtree=1:rc-lookahead=6"},
    "default": {"preset": "superfast", "crf": "17", "x264-params": "mbtree=1:rc-lookahead=6"},
    "best": {"preset": "fast", "crf": "17", "x264-params": "rc-lookahead=20"},
}
# A camera over stills moves evenly: to look for a better place for every B-frame costs an eighth
# of the time and a tenth of the bits at the same VMAF. Scene cuts stay looked for: without that the
# rate control gives other bytes from run to run where it must hold pictures to their level.
SHARED = "bframes=2:b-adapt=0:b-pyramid=none:open-gop=0:stitchable=1:threads=1"
# ITU-T H.264 table A-1: macroblocks (16x16) a second, macroblocks a frame, kbit a second.
LEVELS = {
    "3.0": (40_500, 1_620, 10_000),
    "3.1": (108_000, 3_600, 14_000),
    "3.2": (216_000, 5_120, 20_000),
    "4.0": (245_760, 8_192, 20_000),
    "4.2": (522_240, 8_704, 50_000),
    "5.0": (589_824, 22_080, 135_000),
    "5.1": (983_040, 36_864, 240_000),
    "5.2": (2_073_600, 36_864, 240_000),
    "6.0": (4_177_920, 139_264, 240_000),
}
# x264's AVX-512 macroblock-tree reads memory it never wrote: with it the same frames give other
# bytes from run to run (measured on crossfades; AVX2 gave the same bytes every time).
STEADY_ASM = ":asm=avx2" if machine().lower() in ("x86_64", "amd64") else ""


Draw = Callable[[int, Planes], None]  # fills the planes with a frame, always with the same bytes
Artist = Callable[[], Draw]  # opens what draws any frame; what it opens serves one thread


def encode(
    artist: Artist,
    runs: Sequence[int],
    frame: Frame,
    quality: Quality,
    out: Path,
    tick: Callable[[int], None] = lambda _: None,
) -> None:
    """Encode frames 0, 1, 2 and so on into a video-only MP4; each run has so many of them.

    Every run begins with a key frame and gives the same bytes whatever the others are. LANES
    of them are drawn and encoded at a time, which keeps as many cores busy; all of that is spent
    outside the interpreter's lock. `tick(done)` is called for each frame and may raise to stop.

    Raises:
        MediaError: the encoder failed.
        StorageError: the file cannot be written.
    """
    with mp4(out) as container:
        stream = container.add_stream("libx264", rate=frame.fps)
        _prepare(stream.codec_context, frame, quality)
        for at, packet in enumerate(_packets(artist, runs, frame, quality, tick)):
            packet.stream = stream
            # x264's own are late in a run of a single frame, and would meet the next run's.
            packet.dts = at - REORDER_FRAMES
            container.mux(packet)


def even_runs(frames: int, frame: Frame) -> tuple[int, ...]:
    """Runs for a piece of so many frames: near equal, none longer than a group of pictures.

    They fill the lanes evenly, so that none waits for the other at the piece's end.
    """
    rounds = ceil(frames / (GOP_S * frame.fps * LANES))
    ends = [frames * at // (rounds * LANES) for at in range(rounds * LANES + 1)]
    return tuple(end - start for start, end in pairwise(ends) if end > start)


def _packets(
    artist: Artist,
    runs: Sequence[int],
    frame: Frame,
    quality: Quality,
    tick: Callable[[int], None],
) -> Iterator[Packet[VideoStream]]:
    """The packets of all runs in order, while later runs are drawn and encoded."""
    lanes: SimpleQueue[_Lane] = SimpleQueue()
    count = _Count(tick)
    for _ in range(min(LANES, len(runs))):
        lanes.put(_Lane(artist(), frame, quality))

    def work(first: int, frames: int) -> list[Packet[VideoStream]]:
        lane = lanes.get()
        try:
            return lane.encode(first, frames, count)
        except BaseException:
            count.stop()
            raise
        finally:
            lanes.put(lane)

    with ThreadPoolExecutor(LANES, "encode") as pool:
        firsts = accumulate(runs, initial=0)
        waiting = deque(pool.submit(work, *run) for run in zip(firsts, runs, strict=False))
        try:
            while waiting:
                yield from waiting.popleft().result()
        finally:
            count.stop()
            pool.shutdown(cancel_futures=True)


class _Count:
    """Frames done in all lanes, and whether every lane is to stop at its next frame."""

    def __init__(self, tick: Callable[[int], None]) -> None:
        self._tick, self._done, self._lock = tick, 0, Lock()
        self.stopped = False

    def another(self) -> None:
        """Count one more frame."""
        with self._lock:
            self._done += 1
            self._tick(self._done)

    def stop(self) -> None:
        """Let every lane end."""
        self.stopped = True


class _Lane:
    """Draws and encodes one run after another, in the memory of a few frames."""

    def __init__(self, draw: Draw, frame: Frame, quality: Quality) -> None:
        self._draw, self._frame = draw, frame
        self._quality: Quality = quality
        self._pictures = [_blank(frame) for _ in range(DRAWN_AHEAD)]
        self._planes = [planes_of(picture) for picture in self._pictures]

    def encode(self, first: int, frames: int, count: _Count) -> list[Packet[VideoStream]]:
        """The packets of a run, in film time."""
        encoder = VideoCodecContext.create("libx264", "w")
        _prepare(encoder, self._frame, self._quality)
        found: list[Packet[VideoStream]] = []
        end = first + frames
        for at in range(first, end, DRAWN_AHEAD):
            for picture in self._drawn(range(at, min(at + DRAWN_AHEAD, end))):
                if count.stopped:
                    return found
                found += encoder.encode(picture)
                count.another()
        return found + encoder.encode(None)

    def _drawn(self, numbers: range) -> list[VideoFrame]:
        drawn = self._pictures[: len(numbers)]
        for number, picture, planes in zip(numbers, drawn, self._planes, strict=False):
            self._draw(number, planes)
            picture.pts = number
        return drawn


def _prepare(encoder: VideoCodecContext, frame: Frame, quality: Quality) -> None:
    encoder.width, encoder.height = frame.width_px, frame.height_px
    encoder.framerate, encoder.time_base = Fraction(frame.fps), Fraction(1, frame.fps)
    encoder.pix_fmt = "nv12"  # how x264 keeps frames: planes apart would be interleaved first
    encoder.profile = "High"
    encoder.color_range = LIMITED
    encoder.colorspace = encoder.color_primaries = encoder.color_trc = BT709
    encoder.flags |= Flags.global_header
    encoder.options = options(quality, frame)


def options(quality: Quality, frame: Frame) -> dict[str, str]:
    """What libx264 is told."""
    told = dict(SETTINGS[quality])
    gop = GOP_S * frame.fps
    told["x264-params"] += f":{SHARED}{STEADY_ASM}:keyint={gop}:min-keyint={frame.fps // 2}"
    name, kbit_s = level(frame), LEVELS[level(frame)][2]
    # Each run's buffer begins anew: half a second of it in two is what the High profile may take
    # above its level's rate, a quarter.
    told["x264-params"] += f":level={name}:vbv-maxrate={kbit_s}:vbv-bufsize={kbit_s // 2}"
    return told


def level(frame: Frame) -> str:
    """The lowest H.264 level whose decoders must play frames of this size and rate."""
    blocks = ceil(frame.width_px / 16) * ceil(frame.height_px / 16)
    fits = (
        name
        for name, (a_second, a_frame, _) in LEVELS.items()
        if blocks <= a_frame and blocks * frame.fps <= a_second
    )
    return next(fits)


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
