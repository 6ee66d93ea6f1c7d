"""Finished pieces and a soundtrack become one MP4, packet by packet, with no second encode."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.container import OutputContainer
from av.error import FFmpegError
from av.packet import Packet
from av.video.stream import VideoStream

from media.files import DISK_FAULTS, whole_file
from media.spool import stretches
from media.timeline import SAMPLE_RATE_HZ, Frame
from media.waveform import Sound
from shortfactory.errors import MediaError

AAC_BLOCK = 1024  # samples; the encoder also puts one block of silence (priming) in front
AAC_BITS_PER_S = 192_000
REORDER_FRAMES = 1  # two B-frames without a pyramid: decoding runs one frame ahead
# No edit lists (YouTube and Instagram ask for none) and the index in front of the media.
MP4_OPTIONS = {
    "movflags": "+faststart+negative_cts_offsets",
    "use_editlist": "0",
    "video_track_timescale": "90000",
}
# Opening a file decodes a few pictures to guess what its header says; that costs 30 ms a piece.
UNSEEN: Any = [{"threads": "1", "skip_frame": "all"}]


class Stretch(NamedTuple):
    """A piece of the film: so many frames of a file from its frame `first`, a key frame."""

    path: Path
    first: int
    frames: int


def join(
    pieces: tuple[Stretch, ...],
    sound: Sound,
    frame: Frame,
    out: Path,
    tick: Callable[[int], None] = lambda _: None,
) -> int:
    """Write the film: pieces in order, sound (n, 2) at 48 kHz from its first frame.

    Sound and picture start together to the sample without an edit list: the first 1024 samples
    of the sound give way to the encoder's priming.

    Returns:
        The number of frames written.

    Raises:
        MediaError: a piece was encoded with other settings, is damaged, is not as long as it
            should be, or does not start with a key frame.
        StorageError: the file cannot be written.
    """
    with whole_file(out) as part:
        try:
            with av.open(str(part), "w", format="mp4", options=MP4_OPTIONS) as film:
                return _write(film, pieces, sound, frame, tick)
        except FFmpegError as error:
            if error.errno in DISK_FAULTS:
                raise OSError(error.errno, error.strerror) from error
            raise MediaError(f"{out.name} cannot be joined: {error.strerror}.") from error


def _write(
    film: OutputContainer,
    pieces: tuple[Stretch, ...],
    sound: Sound,
    frame: Frame,
    tick: Callable[[int], None],
) -> int:
    with av.open(str(pieces[0].path), stream_options=UNSEEN) as first:
        video = film.add_stream_from_template(first.streams.video[0])
    heard = film.add_stream("aac", rate=SAMPLE_RATE_HZ, layout="stereo")
    heard.bit_rate = AAC_BITS_PER_S
    heard.codec_context.options = {"aac_coder": "fast"}
    blocks = _sound_packets(heard, sound)
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


def _sound_packets(stream: AudioStream, sound: Sound) -> Iterator[Packet[AudioStream]]:
    """AAC packets; the first holds the encoder's priming and takes the place of 1024 samples."""
    count = at = 0
    for stretch in stretches(sound, start=AAC_BLOCK):
        for offset in range(0, len(stretch), AAC_BLOCK):
            block = np.ascontiguousarray(stretch[offset : offset + AAC_BLOCK].T)
            picture = AudioFrame.from_ndarray(block, format="fltp", layout="stereo")
            picture.sample_rate = SAMPLE_RATE_HZ
            picture.pts = at
            picture.time_base = Fraction(1, SAMPLE_RATE_HZ)
            at += block.shape[1]
            for packet in stream.encode(picture):
                yield _numbered(packet, count)
                count += 1
    for packet in stream.encode(None):
        yield _numbered(packet, count)
        count += 1


def _numbered(packet: Packet[AudioStream], count: int) -> Packet[AudioStream]:
    packet.pts = packet.dts = count * AAC_BLOCK
    packet.time_base = Fraction(1, SAMPLE_RATE_HZ)
    return packet
