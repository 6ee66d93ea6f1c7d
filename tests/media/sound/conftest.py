"""Sounds made on the spot: speech-like syllables, tones, and files of any format."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest

RATE_HZ = 48_000


@pytest.fixture(scope="session")
def syllables():
    """Build mono speech at 48 kHz that sounds exactly during the given (start_ms, end_ms)."""

    def build(spans, length_ms, level=0.5, pitch_hz=130.0, rate_hz=RATE_HZ):
        out = np.zeros(length_ms * rate_hz // 1000, np.float32)
        for start_ms, end_ms in spans:
            n = (end_ms - start_ms) * rate_hz // 1000
            t = np.arange(n) / rate_hz
            wave = sum(
                np.sin(2 * np.pi * pitch_hz * k * t) * np.exp(-(((pitch_hz * k - 700) / 900) ** 2))
                for k in range(1, 24)
            )
            edge = np.minimum(1, np.minimum(t, t[::-1]) / 0.008)
            at = start_ms * rate_hz // 1000
            out[at : at + n] += level * wave * edge / np.abs(wave).max()
        return out

    return build


@pytest.fixture
def write_sound(tmp_path):
    """Write samples (n,) or (n, channels) to a file; the suffix chooses the format."""

    def write(name, samples, rate_hz=RATE_HZ) -> Path:
        path = tmp_path / name
        codec = {"wav": "pcm_s16le", "mp3": "libmp3lame", "m4a": "aac", "flac": "flac"}
        pcm = np.atleast_2d(np.asarray(samples, np.float32).T)
        with av.open(path, "w") as out:
            layout = "stereo" if len(pcm) == 2 else "mono"
            stream = out.add_stream(codec[path.suffix[1:]], rate=rate_hz, layout=layout)
            if path.suffix == ".m4a":  # as the film's own encoder is set
                stream.bit_rate, stream.options = 192_000, {"aac_coder": "fast"}
            interleaved = (np.clip(pcm, -1, 1) * 32767).T.reshape(1, -1).astype(np.int16)
            frame = av.AudioFrame.from_ndarray(interleaved, format="s16", layout=layout)
            frame.sample_rate = rate_hz
            resampler = av.AudioResampler(format=stream.format, layout=layout, rate=rate_hz)
            for piece in _pieces(resampler.resample(frame), stream.codec_context.frame_size):
                out.mux(stream.encode(piece))
            out.mux(stream.encode(None))
        return path

    return write


def _pieces(frames, size):
    if not size:
        return frames
    fifo = av.AudioFifo()
    for frame in frames:
        frame.pts = None
        fifo.write(frame)
    pieces = fifo.read_many(size)
    rest = fifo.read()
    return [*pieces, rest] if rest else pieces
