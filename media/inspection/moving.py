"""Black, frozen and flashing pictures, seen frame by frame at a small size."""

from __future__ import annotations

from collections import deque

import cv2
import numpy as np
from numpy.typing import NDArray

from media.inspection.watching import Luma
from media.report import Expected, Finding

_TILES = (9, 16)  # across, down
_TEXTURED = 1.2  # mean deviation from the blurred picture, in code values
_MOVED = 1.1  # mean change of a tile in half a second, in code values; coding noise is below 0.8
_MOVING_SHARE = 0.06  # of the textured tiles
FROZEN_S = 1.5  # the camera always moves; a breath at a turning point is far shorter
_BLACK_MEAN, _BLACK_BRIGHT, _BLACK_BRIGHT_SHARE = 24.0, 48, 0.004  # black is 16
_FLASH_STEP = 24.0  # mean change of the whole picture within one frame
_FLASH_FRAMES = 3
_OPENING_MS = 2_000
_SPILL_SHARE = 0.04  # of the shorter side: how far effects, bars and shades reach over a box


class MovingPictures:
    """Keeps a few numbers a frame; `findings` reads them when the film is over."""

    def __init__(self, expected: Expected) -> None:
        self._expected = expected
        self._lag = max(2, expected.fps // 2)
        self._recent: deque[Luma] = deque(maxlen=self._lag + 1)
        self._free: NDArray[np.bool_] | None = None
        self._times_ms: list[float] = []
        self._black: list[bool] = []
        self._still: list[bool] = []
        self._steps: list[list[float]] = []

    def see(self, at_ms: float, luma: Luma, small: Luma) -> None:
        """Compare a frame with those before it."""
        del luma
        if self._free is None:
            self._free = outside_captions(self._expected, small)
        self._times_ms.append(at_ms)
        self._black.append(_is_black(small[self._free]))
        earlier = [self._recent[-k] for k in range(1, _FLASH_FRAMES + 2) if k <= len(self._recent)]
        steps = [float(cv2.absdiff(small, before).mean()) for before in earlier]
        self._steps.append(steps + [0.0] * (_FLASH_FRAMES + 1 - len(steps)))
        full = len(self._recent) >= self._lag
        self._still.append(full and not _moved(small, self._recent[-self._lag], self._free))
        self._recent.append(small)

    def findings(self) -> list[Finding]:
        """What was seen, in film order within each check."""
        return [*self._blacks(), *self._frozen(), *self._flashes(), *self._opening()]

    def measurements(self) -> dict[str, float]:
        """How much is black, stands still, flashes, and the largest change within one frame."""
        return {
            "black_frames": sum(self._black),
            "longest_still_s": max((s for _, _, s in self._stills()), default=0.0),
            "flashes": len(self._flashes()),
            "largest_step": round(max((steps[0] for steps in self._steps), default=0.0), 1),
        }

    def _blacks(self) -> list[Finding]:
        return [
            self._finding("black", first, f"is black for {frames} frames", frames, 0)
            for first, frames in _runs(self._black)
        ]

    def _stills(self) -> list[tuple[int, int, float]]:
        """(first frame found still, how many, seconds without motion) of every such run."""
        fps = self._expected.fps
        runs = _runs(self._still)
        return [(first, frames, round((frames + self._lag) / fps, 2)) for first, frames in runs]

    def _frozen(self) -> list[Finding]:
        found: list[Finding] = []
        for first, frames, seconds in self._stills():
            if seconds >= FROZEN_S:
                middle, start = first + frames // 2, max(0, first - self._lag)
                message = f"stands still for {seconds:.1f} s"
                finding = self._finding("frozen", start, message, seconds, FROZEN_S)
                scene = self._expected.scene_at(self._times_ms[middle])
                found.append(finding.model_copy(update={"scene": scene}))
        return found

    def _flashes(self) -> list[Finding]:
        """A picture that jumps away and is back within three frames."""
        steps = np.asarray(self._steps).reshape(-1, _FLASH_FRAMES + 1)
        found: dict[int, Finding] = {}
        for back in range(_FLASH_FRAMES + 1, len(steps)):
            for length in range(1, _FLASH_FRAMES + 1):
                away, returned = steps[back - length, 0], steps[back, length]
                if min(away, steps[back, 0]) > _FLASH_STEP and returned < 0.4 * away:
                    first = back - length
                    message = f"flashes for {length} frames"
                    flash = self._finding(
                        "flash", first, message, round(float(away), 1), _FLASH_STEP
                    )
                    found.setdefault(first, flash)
        return list(found.values())

    def _opening(self) -> list[Finding]:
        opening = [
            still
            for at_ms, still in zip(
                self._times_ms[self._lag :], self._still[self._lag :], strict=True
            )
            if at_ms < _OPENING_MS
        ]
        if not opening or not all(opening):
            return []
        message = "does not move in the first two seconds, when most viewers decide to stay"
        return [self._finding("opening_motion", 0, message, 0.0, _OPENING_MS)]

    def _finding(
        self, check: str, frame: int, message: str, measured: float, limit: float
    ) -> Finding:
        at_ms = round(self._times_ms[frame])
        scene = self._expected.scene_at(at_ms)
        where = f"in scene {scene}" if scene else "outside all scenes"
        return Finding(
            check=check,
            severity="fail",
            message=f"At {at_ms / 1000:.2f} s, {where}, the picture {message}.",
            measured=measured,
            limit=limit,
            scene=None if check == "opening_motion" else scene,
            at_ms=at_ms,
        )


def outside_captions(expected: Expected, picture: Luma) -> NDArray[np.bool_]:
    """Where no caption is ever drawn: a mask of the picture's own shape."""
    height, width = picture.shape
    free = np.ones((height, width), np.bool_)
    across, down = width / expected.width_px, height / expected.height_px
    spill = 1 + round(_SPILL_SHARE * min(height, width))
    for cue in expected.cues:
        if cue.box:
            x0, y0, x1, y1 = cue.box
            rows = slice(max(0, int(y0 * down) - spill), max(0, int(y1 * down) + 1 + spill))
            columns = slice(max(0, int(x0 * across) - spill), max(0, int(x1 * across) + 1 + spill))
            free[rows, columns] = False
    return free if free.mean() > 0.2 else np.ones_like(free)


def _is_black(pixels: Luma) -> bool:
    bright = float((pixels > _BLACK_BRIGHT).mean())
    return float(pixels.mean()) < _BLACK_MEAN and bright < _BLACK_BRIGHT_SHARE


def _moved(now: Luma, before: Luma, free: NDArray[np.bool_]) -> bool:
    """Whether textured places outside the captions changed; a flat picture is never still."""
    texture = cv2.absdiff(now, cv2.blur(now, (9, 9)))
    weights = free.astype(np.float32)
    weight = np.maximum(cv2.resize(weights, _TILES, interpolation=cv2.INTER_AREA), 1e-3)
    usable = (weight > 0.5) & (_per_tile(texture, weights) / weight > _TEXTURED)
    if usable.sum() < 3:
        return True
    change = _per_tile(cv2.absdiff(now, before), weights) / weight
    return float((change[usable] > _MOVED).mean()) >= _MOVING_SHARE


def _per_tile(values: NDArray[np.generic], weights: NDArray[np.float32]) -> NDArray[np.float32]:
    weighted = values.astype(np.float32) * weights
    return np.asarray(cv2.resize(weighted, _TILES, interpolation=cv2.INTER_AREA), np.float32)


def _runs(flags: list[bool]) -> list[tuple[int, int]]:
    """(first index, length) of every run of True."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], np.asarray(flags, np.int8), [0]])))
    return [(int(a), int(b - a)) for a, b in zip(edges[::2], edges[1::2], strict=True)]
