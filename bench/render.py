"""Whole renders against x264 alone on the same frames: `python -m bench.render [seconds]`.

All run in turns in one process, at the same settings; medians of wall and CPU count. x264 runs as
it mostly does, one encode by four threads, and in the renderer's own runs beside each other.
"""

import os
import shutil
import statistics
import sys
import tempfile
import time
import wave
from collections.abc import Callable, Iterator
from pathlib import Path

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from media.encode import encode, even_runs
from media.film import make_film, make_segment
from media.frames import Painter, open_scene
from media.planes import Planes
from media.style import load
from media.timeline import Frame, Take, plan
from media.x264 import Quality, options
from shortfactory.story import Word

ROUNDS = 3
FRAME = Frame()
STYLE = "editorial"
TEXT = (
    "The smartest mind down there has three hearts and it never forgets a face. It opens jars "
    "from the inside, walks out of its tank at night and comes back before breakfast."
)


def still(number: int, path: Path) -> Path:
    """A photo-like picture: 1/f noise, shapes, grain."""
    random = np.random.default_rng(number)
    field = random.normal(size=(1344, 768)).astype(np.float32)
    noise = sum(cv2.GaussianBlur(field, (0, 0), size) * size for size in (2, 8, 32))
    image = random.integers(30, 160, 3) + (noise / np.abs(noise).max() * 60)[:, :, None]
    for _ in range(12):
        place = (int(random.integers(0, 768)), int(random.integers(0, 1344)))
        axes = (int(random.integers(30, 160)), int(random.integers(30, 160)))
        colour = tuple(map(float, random.integers(30, 240, 3)))
        cv2.ellipse(image, place, axes, 0, 0, 360, colour, -1, cv2.LINE_AA)
    image += random.normal(size=image.shape) * 4
    cv2.imwrite(str(path), np.clip(image, 0, 255).astype(np.uint8))
    return path


def voice(long_ms: int, path: Path) -> Path:
    """Syllables of a hum."""
    at = np.arange(long_ms * 48) / 48_000
    samples = np.sin(2 * np.pi * 140 * at) * np.clip(np.sin(2 * np.pi * 3 * at), 0, 1) * 0.5
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(48_000)
        file.writeframes((samples * 32_000).astype("<i2").tobytes())
    return path


def make_takes(seconds: float, folder: Path) -> tuple[Take, ...]:
    """Scenes of about seven and a half seconds, 3.4 words a second."""
    count = max(2, round(seconds / 7.5))
    voice_ms = round(seconds * 1000 / count) - 350
    words = TEXT.split()[: round(voice_ms / 1000 * 3.4)]
    step = voice_ms / len(words)
    timed = tuple(
        Word(text=word, start_ms=round(at * step), end_ms=round((at + 0.9) * step))
        for at, word in enumerate(words)
    )
    return tuple(
        Take(
            number=number,
            kind="hook" if number == 1 else "close" if number == count else "body",
            picture=still(number, folder / f"{number}.png"),
            voice=voice(voice_ms, folder / f"{number}.wav"),
            voice_ms=voice_ms,
            text=" ".join(words),
            words=timed,
            keyword="three hearts",
        )
        for number in range(1, count + 1)
    )


def whole(takes: tuple[Take, ...], folder: Path, quality: Quality = "default") -> Path:
    """Segments, joints, captions, sound, one file."""
    for take in takes:
        os.utime(take.picture)  # a new picture for the renderer, which keeps the last few open
    segments = tuple(folder / f"{take.number}.mp4" for take in takes)
    for take, out in zip(takes, segments, strict=True):
        make_segment(take, STYLE, FRAME, out, quality, lambda *_: None)
    make_film(takes, segments, STYLE, FRAME, folder / "film.mp4", quality, None, lambda *_: None)
    return folder / "film.mp4"


def raw_frames(takes: tuple[Take, ...], out: Path) -> int:
    """Draw every frame of the film once, into planes on a memory disk."""
    style = load(STYLE)
    painter, planes = Painter(style, FRAME, "en"), Planes.empty(FRAME)
    line = plan(takes, style, FRAME)
    with out.open("wb") as file:
        for piece in line.pieces:
            left, right = (
                open_scene(body, style, FRAME) for body in (line.bodies * 2)[piece.scene :][:2]
            )
            after = left.body.frames if piece.kind == "coda" else 0
            for at in range(piece.frames):
                if piece.kind == "joint":
                    painter.joint(left, right, at, planes)
                else:
                    painter.body(left, after + at, planes)
                file.writelines(plane.tobytes() for plane in planes)
    return line.frames


def in_runs(raw: Path, frames: int, out: Path) -> None:
    """x264 on ready frames, at the renderer's settings and in its runs."""
    source = ready(raw, frames)
    height = FRAME.height_px

    def draw(at: int, planes: Planes) -> None:
        planes.y[:] = source[at, :height]
        planes.uv[:] = source[at, height:].reshape(planes.uv.shape)

    encode(lambda: draw, even_runs(frames, FRAME), FRAME, "default", out)


def alone(raw: Path, frames: int, out: Path) -> None:
    """x264 as it is mostly run: one encode by four threads, else at the renderer's settings."""
    source = ready(raw, frames)
    with av.open(str(out), "w") as film:
        stream = film.add_stream("libx264", rate=FRAME.fps)
        stream.width, stream.height, stream.pix_fmt = FRAME.width_px, FRAME.height_px, "nv12"
        told = options("default", FRAME)
        stream.codec_context.options = told | {"x264-params": told["x264-params"] + ":threads=4"}
        for at in range(frames):
            picture = av.VideoFrame.from_numpy_buffer(source[at], "nv12", FRAME.width_px)
            picture.pts = at
            film.mux(stream.encode(picture))
        film.mux(stream.encode(None))


def ready(raw: Path, frames: int) -> NDArray[np.uint8]:
    """The frames that `raw_frames` wrote, read where they are."""
    shape = (frames, FRAME.height_px * 3 // 2, FRAME.width_px)
    return np.memmap(raw, np.uint8, "r+", shape=shape)


def timed(work: Callable[[], object]) -> tuple[float, float]:
    """Wall and CPU seconds."""
    wall_s, cpu_s = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - wall_s, time.process_time() - cpu_s


def rounds(takes: tuple[Take, ...], folder: Path) -> Iterator[tuple[str, float, float]]:
    """A B A B, after the raw frames are drawn."""
    raw = folder / "frames.yuv"
    frames = raw_frames(takes, raw)
    for _ in range(ROUNDS):
        yield "whole", *timed(lambda: whole(takes, folder))
        yield "x264", *timed(lambda: alone(raw, frames, folder / "alone.mp4"))
        yield "runs", *timed(lambda: in_runs(raw, frames, folder / "runs.mp4"))


def main() -> None:
    """Print medians and their ratio."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 15.0
    memory = Path("/dev/shm")
    folder = Path(tempfile.mkdtemp(dir=memory if memory.is_dir() else None))
    try:
        takes = make_takes(seconds, folder)
        frames = plan(takes, load(STYLE), FRAME).frames
        found: dict[str, list[tuple[float, float]]] = {"whole": [], "x264": [], "runs": []}
        for name, wall_s, cpu_s in rounds(takes, folder):
            found[name].append((wall_s, cpu_s))
            print(f"{name:>6}: {wall_s:6.2f} s wall, {cpu_s:6.2f} s CPU", flush=True)
        middle = {
            name: [statistics.median(run[at] for run in runs) for at in (0, 1)]
            for name, runs in found.items()
        }
        for peer, name in (("x264", "x264 alone"), ("runs", "x264 in our runs")):
            wall, cpu = (middle["whole"][at] / middle[peer][at] for at in (0, 1))
            print(f"{frames} frames: whole / {name} = {wall:.2f} wall, {cpu:.2f} CPU")
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
