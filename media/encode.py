"""Frames become H.264: one piece, one closed run of packets, always the same bytes."""

from __future__ import annotations

from collections.abc import Callable, Collection, Generator, Iterator
from contextlib import contextmanager
from math import ceil
from pathlib import Path
from platform import machine
from queue import SimpleQueue
from threading import Thread
from typing import Any, Literal

import av
import numpy as np
from av.codec.context import Flags
from av.error import FFmpegError
from av.video.codeccontext import VideoCodecContext
from av.video.frame import PictureType, VideoFrame
from av.video.stream import VideoStream
from numpy.typing import NDArray

from media.files import DISK_FAULTS, whole_file
from media.planes import Planes
from media.timeline import Frame
from shortfactory.errors import MediaError

Quality = Literal["quick", "default", "best"]

GOP_S = 2
FRAMES_IN_FLIGHT = 6
BT709, LIMITED = 1, 1  # ITU-T H.273 code points; FFmpeg's AVCOL_RANGE_MPEG is 1 too
# `superfast` with macroblock-tree switched back on needs 35-40 % less time than `veryfast` at
# equal size and VMAF; at 17.5 grainy pictures reach VMAF 95. Threads are fixed because their
# number changes the bytes.
SETTINGS: dict[Quality, dict[str, str]] = {
    "quick": {"preset": "superfast", "crf": "21", "x264-params": "mbtree=1:rc-lookahead=10"},
    "default": {"preset": "superfast", "crf": "17.5", "x264-params": "mbtree=1:rc-lookahead=20"},
    "best": {"preset": "fast", "crf": "17", "x264-params": "rc-lookahead=40"},
}
# A camera over stills moves evenly: to look for a better place for every B-frame costs an eighth
# of the time and a tenth of the bits at the same VMAF. Scene cuts stay looked for: without that the
# rate control gives other bytes from run to run where it must hold pictures to their level.
SHARED = "bframes=2:b-adapt=0:b-pyramid=none:open-gop=0:stitchable=1:threads=4"
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


def encode(
    draw: Draw,
    frames: int,
    frame: Frame,
    quality: Quality,
    out: Path,
    tick: Callable[[int], None] = lambda _: None,
    starts: Collection[int] = (),
) -> None:
    """Encode one piece into a video-only MP4 of `frames` frames.

    Drawing runs in a thread of its own; both threads spend their time outside the interpreter's
    lock. `tick(done)` is called for each frame handed to the encoder and may raise to stop.
    Where several pieces follow each other, each begins with a key frame at one of the `starts`.

    Raises:
        MediaError: the encoder failed.
        StorageError: the file cannot be written.
    """
    with whole_file(out) as part, _drawn(draw, frames, frame) as pictures:
        try:
            with av.open(str(part), "w", format="mp4") as container:
                stream = _video_stream(container.add_stream("libx264", rate=frame.fps), frame)
                stream.codec_context.options = _options(quality, frame)
                for at, picture in enumerate(pictures):
                    picture.pict_type = PictureType.I if at in starts else PictureType.NONE
                    container.mux(stream.encode(picture))
                    tick(at + 1)
                container.mux(stream.encode(None))
        except FFmpegError as error:
            if error.errno in DISK_FAULTS:
                raise OSError(error.errno, error.strerror) from error
            raise MediaError(f"The encoder failed on {out.name}: {error.strerror}.") from error


def _options(quality: Quality, frame: Frame) -> dict[str, str]:
    options = dict(SETTINGS[quality])
    gop = GOP_S * frame.fps
    options["x264-params"] += f":{SHARED}{STEADY_ASM}:keyint={gop}:min-keyint={frame.fps // 2}"
    name, kbit_s = level(frame), LEVELS[level(frame)][2]
    # The High profile may take a quarter more, with a buffer of its own size: that is room for
    # the joins, where each piece's buffer begins anew.
    options["x264-params"] += f":level={name}:vbv-maxrate={kbit_s}:vbv-bufsize={kbit_s}"
    return options


def level(frame: Frame) -> str:
    """The lowest H.264 level whose decoders must play frames of this size and rate."""
    blocks = ceil(frame.width_px / 16) * ceil(frame.height_px / 16)
    fits = (
        name
        for name, (a_second, a_frame, _) in LEVELS.items()
        if blocks <= a_frame and blocks * frame.fps <= a_second
    )
    return next(fits)


def _video_stream(stream: VideoStream, frame: Frame) -> VideoStream:
    context: VideoCodecContext = stream.codec_context
    context.width, context.height = frame.width_px, frame.height_px
    context.pix_fmt = "nv12"  # how x264 keeps frames: planes apart would be interleaved first
    context.profile = "High"
    context.color_range = LIMITED
    context.colorspace = context.color_primaries = context.color_trc = BT709
    context.flags |= Flags.global_header
    return stream


@contextmanager
def _drawn(draw: Draw, frames: int, frame: Frame) -> Generator[Iterator[VideoFrame]]:
    """Frames drawn ahead by a thread, in a ring: each is free again when the next is asked for."""
    free: SimpleQueue[VideoFrame | None] = SimpleQueue()
    ready: SimpleQueue[VideoFrame | BaseException] = SimpleQueue()
    for _ in range(FRAMES_IN_FLIGHT):
        free.put(_blank(frame))

    def work() -> None:
        try:
            for at in range(frames):
                picture = free.get()
                if picture is None:
                    return
                draw(at, planes_of(picture))
                picture.pts = at
                ready.put(picture)
        except BaseException as error:  # noqa: BLE001 - raised again by the encoding thread
            ready.put(error)

    def hand_over() -> Iterator[VideoFrame]:
        for _ in range(frames):
            picture = ready.get()
            if isinstance(picture, BaseException):
                raise picture
            yield picture
            free.put(picture)

    thread = Thread(target=work, name="draw", daemon=True)
    thread.start()
    try:
        yield hand_over()
    finally:
        free.put(None)
        _drain(free)
        thread.join()


def _drain(free: SimpleQueue[VideoFrame | None]) -> None:
    """Leave only the stop sign, so that the drawing thread meets it next."""
    while not free.empty():
        free.get()
    free.put(None)


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
