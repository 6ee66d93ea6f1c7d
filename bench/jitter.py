"""How steadily the camera moves: `python -m bench.jitter [seconds a scene]`.

A pattern of waves is filmed as any picture is: planned, drawn, encoded, decoded. Since the pattern
is a formula, the ideal frame is known at any fraction of a pixel; five patches of each frame's luma
are fitted against it. What is left is how far the picture stands from where it should.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import NamedTuple

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from bench.render import FRAME, STYLE, make_takes
from media.encode import encode, even_runs
from media.frames import Painter, Scene, open_scene
from media.motion import View, view
from media.planes import Planes, master_size
from media.style import load
from media.timeline import plan

WAVES, SHORTEST_PX, LONGEST_PX = 14, 14, 90  # of the master
PATCH_PX = 128
Floats = NDArray[np.float64]


class Pattern(NamedTuple):
    """Waves: numbers across and down in radians a pixel, and phases."""

    across: Floats
    down: Floats
    phase: Floats

    @classmethod
    def random(cls, seed: int) -> Pattern:
        """Waves of every direction."""
        random = np.random.default_rng(seed)
        number = 2 * np.pi / random.uniform(SHORTEST_PX, LONGEST_PX, WAVES)
        angle = random.uniform(0, 2 * np.pi, WAVES)
        return cls(number * np.cos(angle), number * np.sin(angle), random.uniform(0, 6.28, WAVES))

    def at(self, x: Floats, y: Floats) -> tuple[Floats, Floats, Floats]:
        """Grey, and its slopes across and down, on the grid of x and y."""
        turn = x[None, None, :] * self.across[:, None, None] + self.phase[:, None, None]
        turn = turn + y[None, :, None] * self.down[:, None, None]
        slope = 7 * np.cos(turn)
        return (
            128 + 7 * np.sin(turn).sum(axis=0),
            (slope * self.across[:, None, None]).sum(axis=0),
            (slope * self.down[:, None, None]).sum(axis=0),
        )


def seen_at(seen: View) -> tuple[Floats, Floats]:
    """The master's coordinate, in pixels from its first one's centre, of each column and row."""
    found = list[Floats]()
    for centre, own, side in zip(
        (seen.x, seen.y), master_size(FRAME), (FRAME.width_px, FRAME.height_px), strict=True
    ):
        step = own / side / seen.zoom
        found.append(centre * own - 0.5 + (np.arange(side) - (side - 1) / 2) * step)
    return found[0], found[1]


def missed(luma: NDArray[np.uint8], seen: View, pattern: Pattern) -> Floats:
    """Five patches' distance from their place, across and down: (5, 2) in pixels of the frame."""
    columns, rows = seen_at(seen)
    step = columns[1] - columns[0]
    found = list[Floats]()
    for x, y in ((0.1, 0.1), (0.8, 0.15), (0.45, 0.45), (0.12, 0.8), (0.8, 0.85)):
        left, top = int(x * FRAME.width_px), int(y * FRAME.height_px)
        here = np.s_[top : top + PATCH_PX, left : left + PATCH_PX]
        grey, across, down = pattern.at(columns[here[1]], rows[here[0]])
        # Luma is 16 + 219/255 grey; contrast and level are free, the resampler softens a little.
        known = np.stack([across, down, grey, np.ones_like(grey)], axis=-1).reshape(-1, 4)
        fit = np.linalg.lstsq(known, luma[here].astype(np.float64).ravel())[0]
        found.append(fit[:2] / fit[2] / step)
    return np.array(found)


def scenes(seconds: float, pattern: Pattern, folder: Path) -> Iterator[Scene]:
    """Two scenes without captions, whose camera plans share no move."""
    width, height = master_size(FRAME)
    grey, _, _ = pattern.at(np.arange(width, dtype=float), np.arange(height, dtype=float))
    cv2.imwrite(str(folder / "waves.png"), np.clip(np.rint(grey), 0, 255).astype(np.uint8))
    takes = tuple(
        take.model_copy(update={"picture": folder / "waves.png"})
        for take in make_takes(2 * seconds, folder)[:2]
    )
    style = load(STYLE)
    for body in plan(takes, style, FRAME).bodies:
        scene = open_scene(body, style, FRAME)
        yield replace(scene, body=replace(body, phrases=()))


def filmed(scene: Scene, folder: Path) -> Iterator[tuple[NDArray[np.uint8], NDArray[np.uint8]]]:
    """Each frame's luma as it is drawn, and as it comes out of the encoded file."""
    painter, planes = Painter(load(STYLE), FRAME, "en"), Planes.empty(FRAME)
    film = folder / "film.mp4"
    frames = scene.body.frames
    encode(
        lambda: partial(Painter(load(STYLE), FRAME, "en").body, scene),
        even_runs(frames, FRAME),
        FRAME,
        "default",
        film,
    )
    with av.open(str(film)) as container:
        for at, picture in enumerate(container.decode(video=0)):
            painter.body(scene, at, planes)
            yield planes.y, picture.to_ndarray()[: FRAME.height_px]


def main() -> None:
    """Print the rms and the largest distance, per move, as drawn and as encoded."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 8.0
    pattern, style = Pattern.random(1), load(STYLE)
    with tempfile.TemporaryDirectory() as name:
        for scene in scenes(seconds, pattern, Path(name)):
            found: dict[str, list[tuple[Floats, Floats]]] = {}
            for at, pair in enumerate(filmed(scene, Path(name))):
                seen = view(scene.shots, at, style.motion.easing)
                move = next(shot for shot in scene.shots if at < shot.end).move
                drawn, coded = (missed(luma, seen, pattern) for luma in pair)
                found.setdefault(move, []).append((drawn, coded))
            for move, rows in found.items():
                print(f"{move:>10}: {len(rows):4d} frames, " + said(rows), flush=True)


def said(rows: list[tuple[Floats, Floats]]) -> str:
    """Rms and largest value of both kinds of frame."""
    parts = list[str]()
    for kind, values in zip(("drawn", "encoded"), zip(*rows, strict=True), strict=True):
        error = np.array(values)
        rms = float(np.sqrt(np.square(error).mean()))
        parts.append(f"{kind} {rms:.4f} px rms, {np.abs(error).max():.3f} at most")
    return "; ".join(parts)


if __name__ == "__main__":
    main()
