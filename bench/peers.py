"""The same film by this project and by two rivals: `python -m bench.peers [seconds]`.

The rivals (`bench/rivals/`) run moviepy in a virtual environment that this makes, since moviepy
asks for an older Pillow. Each contestant is a fresh process; its start counts. `python -m
bench.peers alone 10 40 160` renders films of such lengths by this project only, for memory and
linearity.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
import venv
from pathlib import Path
from typing import NamedTuple

from pydantic import TypeAdapter

from bench.render import make_takes, voice, whole
from media.style import load
from media.timeline import Frame, Take, plan

MOVIEPY = "moviepy==2.2.1"
RIVALS = Path(__file__).parent / "rivals"
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


def ours(takes: tuple[Take, ...], folder: Path) -> Spent:
    """This project in a fresh process."""
    given = folder / "takes.json"
    given.write_bytes(TAKES.dump_json(takes))
    return spend([sys.executable, "-m", "bench.peers", "film", str(given)], folder / "film.mp4")


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


def rivals(takes: tuple[Take, ...], folder: Path) -> dict[str, Spent]:
    """Both rivals, after their environment is made."""
    home = folder / "venv"
    venv.create(home, with_pip=True)
    python = str(home / "bin/python")
    subprocess.run([python, "-m", "pip", "install", "-q", MOVIEPY], check=True)
    film = str(as_json(takes, folder))
    found: dict[str, Spent] = {}
    for name in ("one_pass", "four_passes"):
        out = folder / f"{name}.mp4"
        found[name] = spend([python, str(RIVALS / f"{name}.py"), film, str(out)], out)
        print(row(name, found[name]), flush=True)
    return found


def row(name: str, spent: Spent) -> str:
    """One line of the table."""
    return (
        f"{name:>14}: {spent.wall_s:7.1f} s wall, {spent.cpu_s:7.1f} s CPU, "
        f"{spent.memory_mb:6.0f} MB, file {spent.file_mb:5.1f} MB"
    )


def compare(seconds: float, folder: Path) -> None:
    """Print every contestant's row and the ratios."""
    takes = make_takes(seconds, folder)
    mine = ours(takes, folder)
    print(row("shortfactory", mine), flush=True)
    for rival, spent in rivals(takes, folder).items():
        wall, cpu = spent.wall_s / mine.wall_s, spent.cpu_s / mine.cpu_s
        print(f"{rival} / shortfactory = {wall:.1f} wall, {cpu:.1f} CPU", flush=True)


def main() -> None:
    """Do what the command line says."""
    given = sys.argv[1:]
    if given[:1] == ["film"]:
        path = Path(given[1])
        whole(TAKES.validate_json(path.read_bytes()), path.parent)
        return
    with tempfile.TemporaryDirectory() as name:
        if given[:1] == ["alone"]:
            for length in map(float, given[1:]):
                folder = Path(name)
                print(row(f"{length:g} s", ours(make_takes(length, folder), folder)), flush=True)
        else:
            compare(float(given[0]) if given else 12.0, Path(name))


if __name__ == "__main__":
    main()
