"""The same film by this project and by two rivals: `python -m bench.peers [seconds [rounds]]`.

The rivals (`bench/rivals/`) run moviepy in a virtual environment that this makes, since moviepy
asks for an older Pillow. Each contestant is a fresh process; its start counts. They take turns in
every round; medians count.

`python -m bench.peers vmaf 12` holds each film against the same one with nothing lost on the way;
`python -m bench.peers alone 10 40 160` renders films of such lengths by this project only, for
memory and linearity.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
import venv
from pathlib import Path
from typing import NamedTuple

import imageio_ffmpeg
from pydantic import TypeAdapter

from bench.quality import vmaf
from bench.render import make_takes, raw_frames, voice, whole
from media.style import load
from media.timeline import Frame, Take, plan
from media.x264 import Quality

MOVIEPY = "moviepy==2.2.1"
RIVALS = Path(__file__).parent / "rivals"
RIVAL_NAMES = ("one_pass", "four_passes")
QUALITIES: tuple[Quality, ...] = ("default", "quick")
TAKES = TypeAdapter(tuple[Take, ...])
FONT = Path(__file__).parents[1] / "media/fonts/noto/NotoSans-Black.ttf"


class Spent(NamedTuple):
    """What one process and its children used."""

    wall_s: float
    cpu_s: float
    memory_mb: float  # the largest single process
    file_mb: float


def spend(command: list[str], out: Path) -> Spent:
    """Run a command that writes `out`.

    Raises:
        RuntimeError: it failed, with the end of what it said.
    """
    with tempfile.TemporaryFile() as said:
        began_s = time.perf_counter()
        child = subprocess.Popen(command, stdout=said, stderr=said)
        _, status, used = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        wall_s = time.perf_counter() - began_s
        if child.returncode:
            said.seek(0)
            raise RuntimeError(f"{command[1]} failed: {said.read()[-2000:].decode()}")
    size_mb = out.stat().st_size / 1e6
    return Spent(wall_s, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, size_mb)


def ours(takes: tuple[Take, ...], folder: Path, quality: Quality = "default") -> Spent:
    """This project in a fresh process."""
    given = folder / "takes.json"
    given.write_bytes(TAKES.dump_json(takes))
    command = [sys.executable, "-m", "bench.peers", "film", str(given), quality]
    return spend(command, folder / "film.mp4")


def as_json(takes: tuple[Take, ...], folder: Path) -> Path:
    """The film as the rivals read it: pictures, one voice, words in film time."""
    frame = Frame()
    line = plan(takes, load("editorial"), frame)
    long_s = line.frames / frame.fps
    words = [
        {
            "text": word.text,
            "start_s": start / 48_000 + word.start_ms / 1000,
            "end_s": start / 48_000 + word.end_ms / 1000,
        }
        for take, start in zip(takes, line.voice_starts, strict=True)
        for word in take.words
    ]
    film = {
        "pictures": [str(take.picture) for take in takes],
        "voice": str(voice(round(long_s * 1000), folder / "voice.wav")),
        "words": words,
        "scene_s": long_s / len(takes),
        "long_s": long_s,
        "font": str(FONT),
    }
    path = folder / "film.json"
    path.write_text(json.dumps(film), "utf-8")
    return path


def rival_python(folder: Path) -> str:
    """Make the rivals' environment."""
    home = folder / "venv"
    venv.create(home, with_pip=True)
    python = str(home / "bin/python")
    subprocess.run([python, "-m", "pip", "install", "-q", MOVIEPY], check=True)
    return python


def row(name: str, spent: Spent) -> str:
    """One line of the table."""
    return (
        f"{name:>18}: {spent.wall_s:7.1f} s wall, {spent.cpu_s:7.1f} s CPU, "
        f"{spent.memory_mb:6.0f} MB, file {spent.file_mb:5.1f} MB"
    )


def median(spent: list[Spent]) -> Spent:
    """What is in the middle, column by column."""
    return Spent(*map(statistics.median, zip(*spent, strict=True)))


def compare(seconds: float, rounds: int, folder: Path) -> None:
    """Print every contestant's rows, round by round, then medians and ratios."""
    takes = make_takes(seconds, folder)
    python, film = rival_python(folder), str(as_json(takes, folder))
    found: dict[str, list[Spent]] = {name: [] for name in (*QUALITIES, *RIVAL_NAMES)}
    for _ in range(rounds):
        for quality in QUALITIES:
            found[quality].append(ours(takes, folder, quality))
            print(row(quality, found[quality][-1]), flush=True)
        for name in RIVAL_NAMES:
            out = folder / f"{name}.mp4"
            found[name].append(spend([python, str(RIVALS / f"{name}.py"), film, str(out)], out))
            print(row(name, found[name][-1]), flush=True)
    for quality in QUALITIES:
        mine = median(found[quality])
        print(row(f"median {quality}", mine))
        for name in RIVAL_NAMES:
            spent = median(found[name])
            wall, cpu = spent.wall_s / mine.wall_s, spent.cpu_s / mine.cpu_s
            print(f"{row(f'median {name}', spent)}; {wall:.1f} wall, {cpu:.1f} CPU", flush=True)


def compare_quality(seconds: float, folder: Path) -> None:
    """Print the VMAF of every contestant's film against the same one with nothing lost."""
    takes = make_takes(seconds, folder)
    raw = folder / "raw.yuv"
    raw_frames(takes, raw)
    for quality in QUALITIES:
        film = whole(takes, folder, quality)
        print(quality_row(quality, *vmaf(film, raw, folder)), flush=True)
    python, told = rival_python(folder), str(as_json(takes, folder))
    for name in RIVAL_NAMES:
        lossy, lossless = folder / f"{name}.mp4", folder / f"{name}-lossless.mp4"
        script = [python, str(RIVALS / f"{name}.py"), told]
        spend([*script, str(lossy)], lossy)
        spend([*script, str(lossless), "lossless"], lossless)
        decode(lossless, raw)
        print(quality_row(name, *vmaf(lossy, raw, folder)), flush=True)


def decode(film: Path, raw: Path) -> None:
    """Write a film's frames as `vmaf` reads them."""
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-y", "-i", str(film)]
    subprocess.run([*command, "-f", "rawvideo", "-pix_fmt", "nv12", str(raw)], check=True)


def quality_row(name: str, mean: float, lowest: float) -> str:
    """One line of the table of quality."""
    return f"{name:>18}: VMAF {mean:.1f}, lowest frame {lowest:.1f}"


def main() -> None:
    """Do what the command line says."""
    given = sys.argv[1:]
    if given[:1] == ["film"]:
        path = Path(given[1])
        quality: Quality = "quick" if given[2:] == ["quick"] else "default"
        whole(TAKES.validate_json(path.read_bytes()), path.parent, quality)
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if given[:1] == ["alone"]:
            for length in map(float, given[1:]):
                print(row(f"{length:g} s", ours(make_takes(length, folder), folder)), flush=True)
        elif given[:1] == ["vmaf"]:
            compare_quality(float(given[1]), folder)
        else:
            seconds, rounds = [*map(float, given), *(12.0, 1.0)[len(given) :]]
            compare(seconds, round(rounds), folder)


if __name__ == "__main__":
    main()
