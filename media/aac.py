"""A soundtrack becomes AAC in a file of its own, ready to be laid beside a film's pictures."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import numpy as np
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.packet import Packet

from media.container import MP4_OPTIONS, mp4
from media.spool import stretches
from media.timeline import SAMPLE_RATE_HZ
from media.waveform import Sound

AAC_BLOCK = 1024  # samples; the encoder also puts one block of silence (priming) in front
AAC_BITS_PER_S = 192_000


def encode_sound(sound: Sound, out: Path) -> None:
    """Encode (n, 2) samples at 48 kHz into an audio-only MP4.

    Played from its first packet without an edit list it is the sound to the sample: the first
    1024 samples give way to the encoder's priming.

    Raises:
        MediaError: the encoder failed.
        StorageError: the file cannot be written.
    """
    with mp4(out, MP4_OPTIONS) as file:
        stream = file.add_stream("aac", rate=SAMPLE_RATE_HZ, layout="stereo")
        stream.bit_rate = AAC_BITS_PER_S
        stream.codec_context.options = {"aac_coder": "fast"}
        for count, packet in enumerate(_packets(stream, sound)):
            packet.pts = packet.dts = count * AAC_BLOCK
            packet.time_base = Fraction(1, SAMPLE_RATE_HZ)
            file.mux(packet)


def _packets(stream: AudioStream, sound: Sound) -> Iterator[Packet[AudioStream]]:
    at = 0
    for stretch in stretches(sound, start=AAC_BLOCK):
        for offset in range(0, len(stretch), AAC_BLOCK):
            block = np.ascontiguousarray(stretch[offset : offset + AAC_BLOCK].T)
            picture = AudioFrame.from_ndarray(block, format="fltp", layout="stereo")
            picture.sample_rate = SAMPLE_RATE_HZ
            picture.pts = at
            picture.time_base = Fraction(1, SAMPLE_RATE_HZ)
            at += block.shape[1]
            yield from stream.encode(picture)
    yield from stream.encode(None)
