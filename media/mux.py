"""Finished pieces and a soundtrack become one MP4, packet by packet, with no second encode."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

import av
from av.audio.stream import AudioStream
from av.container import InputContainer, OutputContainer
from av.packet import Packet
from av.video.stream import VideoStream

from media.container import MP4_OPTIONS, mp4
from media.timeline import SAMPLE_RATE_HZ, Frame
from media.x264 import REORDER_FRAMES
from shortfactory.errors import MediaError

# Opening a file decodes a few pictures to guess what its header says; that costs 30 ms a piece.
UNSEEN: Any = [{"threads": "1", "skip_frame": "all"}]


class Stretch(NamedTuple):
    """A piece of the film: so many frames of a file from its frame `first`, a key frame."""

    path: Path
    first: int
    frames: int


def join(
    pieces: tuple[Stretch, ...],
    sound: Path,
    frame: Frame,
    out: Path,
    tick: Callable[[int], None] = lambda _: None,
) -> int:
    """Write the film: pieces in order, and an encoded sound that starts with them to the sample.

    Returns:
        The number of frames written.

    Raises:
        MediaError: a piece was encoded with other settings, is damaged, is not as long as it
            should be, or does not start with a key frame.
        StorageError: the file cannot be written.
    """
    with mp4(out, MP4_OPTIONS) as film, av.open(str(sound)) as heard:
        return _write(film, pieces, heard, frame, tick)


def _write(
    film: OutputContainer,
    pieces: tuple[Stretch, ...],
    sound: InputContainer,
    frame: Frame,
    tick: Callable[[int], None],
) -> int:
    with av.open(str(pieces[0].path), stream_options=UNSEEN) as first:
        video = film.add_stream_from_template(first.streams.video[0])
    heard = film.add_stream_from_template(sound.streams.audio[0])
    blocks = _sound_packets(sound, heard)
    frames = 0
    for packet in _picture_packets(pieces, video, frame):
        film.mux(packet)
        frames += 1
        tick(frames)
        _mux_until(film, blocks, frames / frame.fps)
    for packet in blocks:
        film.mux(packet)
    return frames


def _mux_until(film: OutputContainer, blocks: Iterator[Packet[AudioStream]], second: float) -> None:
    """Interleave: sound follows the picture closely."""
    for packet in blocks:
        film.mux(packet)
        if packet.pts is not None and packet.pts >= second * SAMPLE_RATE_HZ:
            return


def _sound_packets(sound: InputContainer, stream: AudioStream) -> Iterator[Packet[AudioStream]]:
    for packet in sound.demux(sound.streams.audio[0]):
        if packet.size:
            packet.stream = stream
            yield packet


def _picture_packets(
    pieces: tuple[Stretch, ...], stream: VideoStream, frame: Frame
) -> Iterator[Packet[VideoStream]]:
    """Every piece's packets with times counted from the film's start."""
    start, headers = 0, b""
    for path, first, frames in pieces:
        with av.open(str(path), stream_options=UNSEEN) as piece:
            source = piece.streams.video[0]
            mine = source.codec_context.extradata or b""
            headers = headers or mine
            if mine != headers:
                raise MediaError(f"{path.name} was encoded with other settings than its film.")
            count = 0
            filled = (packet for packet in piece.demux(source) if packet.size)
            for packet in _placed(islice(filled, first, first + frames), start, stream, frame):
                count += 1
                yield packet
            if count != frames:
                raise MediaError(
                    f"{path.name} holds {count} frames of its piece's {frames}.",
                    cure="Render its scene again.",
                )
            start += count


def _placed(
    packets: Iterator[Packet[VideoStream]], start: int, stream: VideoStream, frame: Frame
) -> Iterator[Packet[VideoStream]]:
    """A piece's packets at their place in the film; none if it begins without a key frame."""
    first, step = 0, Fraction(1, frame.fps)
    for index, packet in enumerate(packets):
        if not index:
            if not packet.is_keyframe:
                return
            first = packet.pts or 0  # the group is closed: nothing is shown before its key frame
        seconds = ((packet.pts or 0) - first) * (packet.time_base or step)
        packet.stream = stream
        packet.time_base = step
        packet.pts = start + round(seconds / step)
        packet.dts = start + index - REORDER_FRAMES
        packet.duration = 1
        yield packet
