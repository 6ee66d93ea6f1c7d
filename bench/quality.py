"""VMAF and bit rate of every quality against the drawn frames: `python -m bench.quality [seconds]`.

Two pictures: the grainy one of `bench.render`, and flat art without grain.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from functools import partial
from pathlib import Path

import cv2
import imageio_ffmpeg
import numpy as np

from bench.render import FRAME, STYLE, make_takes
from media.encode import Draw, encode, even_runs
from media.frames import Painter, Scene, open_scene
from media.planes import Planes
from media.style import load
from media.timeline import plan
from media.x264 import SETTINGS

# Raw frames carry no tags: without these FFmpeg converts them to the film's colour space as if they
# were of another, and every quality seems 3 to 4 points worse than it is.
TAGS = "setparams=range=tv:colorspace=bt709:color_primaries=bt709:color_trc=bt709"


def flat(path: Path) -> None:
    """Plain shapes on a plain ground."""
    random = np.random.default_rng(3)
    image = np.full((1344, 768, 3), (60, 40, 90), np.uint8)
    for _ in range(14):
        place = (int(random.integers(0, 768)), int(random.integers(0, 1344)))
        colour = tuple(map(float, random.integers(40, 230, 3)))
        cv2.circle(image, place, int(random.integers(40, 180)), colour, -1, cv2.LINE_AA)
    cv2.imwrite(str(path), image)


def vmaf(film: Path, raw: Path, folder: Path) -> tuple[float, float]:
    """Mean and lowest VMAF of a film against raw NV12 frames of its size and rate."""
    log = folder / "vmaf.json"
    size = f"{FRAME.width_px}x{FRAME.height_px}"
    reference = ["-f", "rawvideo", "-pix_fmt", "nv12", "-s", size, "-r", str(FRAME.fps)]
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-i", str(film), *reference]
    compare = f"libvmaf=log_fmt=json:log_path={log}:n_threads=2"
    graph = f"[0]{TAGS}[film];[1]{TAGS}[drawn];[film][drawn]{compare}"
    command += ["-i", str(raw), "-lavfi", graph]
    subprocess.run([*command, "-f", "null", "-"], check=True)
    found = json.loads(log.read_text("utf-8"))["pooled_metrics"]["vmaf"]
    return found["mean"], found["min"]


def scenes(seconds: float, folder: Path) -> Iterable[tuple[str, Scene]]:
    """The first scene, grainy and flat."""
    style = load(STYLE)
    take = make_takes(seconds * 2, folder)[0]
    flat(folder / "flat.png")
    for name, picture in (("grainy", take.picture), ("flat", folder / "flat.png")):
        shown = take.model_copy(update={"picture": picture})
        body = plan((shown, shown.model_copy(update={"number": 2})), style, FRAME).bodies[0]
        yield name, open_scene(body, style, FRAME)


def measure(name: str, scene: Scene, frames: int, folder: Path) -> None:
    """Print one row a quality."""
    painter, planes = Painter(load(STYLE), FRAME, "en"), Planes.empty(FRAME)
    raw, film = folder / "raw.yuv", folder / "film.mp4"
    with raw.open("wb") as file:
        for at in range(frames):
            painter.body(scene, at, planes)
            file.writelines(plane.tobytes() for plane in planes)

    def artist() -> Draw:
        return partial(Painter(load(STYLE), FRAME, "en").body, scene)

    for quality in SETTINGS:
        encode(artist, even_runs(frames, FRAME), FRAME, quality, film)
        mean, lowest = vmaf(film, raw, folder)
        mbit_s = film.stat().st_size * 8 / 1e6 / (frames / FRAME.fps)
        print(f"{name:>7} {quality:>8}: VMAF {mean:.1f}, lowest {lowest:.1f}, {mbit_s:.1f} Mb/s")


def main() -> None:
    """Measure both pictures."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 4.0
    with tempfile.TemporaryDirectory() as name:
        for kind, scene in scenes(seconds, Path(name)):
            measure(kind, scene, round(seconds * FRAME.fps), Path(name))


if __name__ == "__main__":
    main()
