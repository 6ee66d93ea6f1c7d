"""One pass over the pictures of a film: every frame is decoded once and shown to all observers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import av
import cv2
import numpy as np
from av.container import InputContainer
from av.error import FFmpegError
from numpy.typing import NDArray

Luma = NDArray[np.uint8]
SMALL_WIDTH_PX = 135
_PLANAR_8_BIT = frozenset({"yuv420p", "yuvj420p", "yuv422p", "yuv444p", "nv12", "gray"})


class Observer(Protocol):
    """Looks at frames as they pass and keeps only what it needs."""

    def see(self, at_ms: float, luma: Luma, small: Luma) -> None:
        """Look at one frame: its time, its luma plane, and the plane SMALL_WIDTH_PX wide.

        The full plane is the decoder's memory: it is gone after this call.
        """
        ...


@dataclass
class Watched:
    """What passing through the file showed."""

    frames: int = 0
    declared_frames: int = 0
    times_ms: list[float] = field(default_factory=list[float])
    keyframes_ms: list[float] = field(default_factory=list[float])
    audio_start_ms: float | None = None
    audio_end_ms: float = 0.0
    error: str = ""

    @property
    def duration_ms(self) -> float:
        """The length of the pictures: the last frame lasts as long as the others."""
        if len(self.times_ms) < 2:
            return 0.0
        step = (self.times_ms[-1] - self.times_ms[0]) / (len(self.times_ms) - 1)
        return self.times_ms[-1] - self.times_ms[0] + step


def watch(path: Path, observers: Sequence[Observer]) -> Watched:
    """Decode all pictures once; a fault in the data ends the pass and is named in `error`.

    Of small holes in a film (400 to 4,000 bytes) one in ten decodes as some other picture and is
    not seen here; the artifact store holds the whole file against its sha256 for that.
    """
    watched = Watched()
    try:
        with av.open(path) as film:
            _pass_through(film, observers, watched)
    except (FFmpegError, OSError, ValueError) as error:
        watched.error = str(error)
    return watched


def _pass_through(film: InputContainer, observers: Sequence[Observer], watched: Watched) -> None:
    video = film.streams.video[0]
    video.thread_type = "AUTO"
    # without it the decoder hides damage behind a copy of the picture before
    video.codec_context.options = {"err_detect": "explode"}
    watched.declared_frames = video.frames
    for packet in film.demux(video, *film.streams.audio[:1]):
        if packet.stream.type == "audio":
            _note_audio(packet, watched)
            continue
        if packet.is_keyframe and packet.pts is not None:
            watched.keyframes_ms.append(_ms(packet))
        for frame in packet.decode():
            if isinstance(frame, av.VideoFrame):
                _show(frame, observers, watched)


def _show(frame: av.VideoFrame, observers: Sequence[Observer], watched: Watched) -> None:
    luma = _luma(frame)
    # every second row of a large picture says enough, in half the time
    rows = luma[::2] if luma.shape[1] >= 4 * SMALL_WIDTH_PX else luma
    small = cv2.resize(rows, _small_size(luma), interpolation=cv2.INTER_AREA)
    at_ms = float((frame.time or 0.0) * 1000)
    watched.frames += 1
    watched.times_ms.append(at_ms)
    for observer in observers:
        observer.see(at_ms, luma, np.asarray(small, np.uint8))


def _note_audio(packet: av.Packet[Any], watched: Watched) -> None:
    if packet.pts is None:
        return
    if watched.audio_start_ms is None:
        watched.audio_start_ms = _ms(packet)
    watched.audio_end_ms = _ms(packet) + float((packet.duration or 0) * packet.time_base * 1000)


def _ms(packet: av.Packet[Any]) -> float:
    return float((packet.pts or 0) * packet.time_base * 1000)


def _luma(frame: av.VideoFrame) -> Luma:
    if frame.format.name not in _PLANAR_8_BIT:
        frame = frame.reformat(format="yuv420p")
    plane = frame.planes[0]
    rows = np.frombuffer(memoryview(plane), np.uint8).reshape(-1, plane.line_size)
    return rows[: frame.height, : frame.width]


def _small_size(luma: Luma) -> tuple[int, int]:
    height, width = luma.shape
    small = min(width, SMALL_WIDTH_PX)
    return small, max(1, round(height * small / width))
