"""How sharp and how alike pictures are: measures on single luma planes, and the scenes' checks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from itertools import combinations, pairwise
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from media.inspection.moving import outside_captions
from media.inspection.watching import Luma
from media.report import Expected, Finding, SceneSpan

WIDEST_EDGE_PX = 9.0  # a step blurred by a Gaussian of 4 px; sharp pictures have 2 to 5
FLATTEST = 6.0  # standard deviation of luma
_NEIGHBOURHOOD_PX = 15
_STRONGEST_SHARE = 0.003
_FAINTEST_EDGE = 25  # code values
# Correlation of detail, over the whole and over most patches. The whole alone calls two pictures
# with a sun of one size the same (up to 0.86); patches of such pairs reach 0.5, those of
# most other cuttings of one picture begin above 0.6.
_WHOLE, ALIKE = 0.72, 0.6
_PATCHES, _MOST_PATCHES, _PLAIN = 5, 0.3, 1.5  # to a side; this quantile; deviation without detail
_ZOOMS = (0.78, 0.82, 0.86, 0.9, 0.94, 0.97, 1.0, 1.03, 1.06, 1.1, 1.15, 1.2, 1.25)
_LOOKS = (0.3, 0.5, 0.7)  # shares of a scene at which it is looked at; transitions are outside
_DETAIL_SIGMA = 4.0
_DETAIL_WIDTH_PX = 72
_CORE = 0.7  # share of a picture that is searched for in another


@dataclass(frozen=True)
class Still:
    """What one look at a picture says."""

    edge_px: float | None
    deviation: float


def look(luma: Luma, free: NDArray[np.bool_] | None = None) -> Still:
    """Measure a luma plane, where `free` allows.

    `edge_px` is how many pixels the strongest edges are spread over (about 2 for a perfect
    step), None where no edge is strong enough to tell.
    """
    mask = None if free is None else free.view(np.uint8)
    horizontal = cv2.Sobel(luma, cv2.CV_32F, 1, 0, scale=0.125)
    slope = cv2.magnitude(horizontal, cv2.Sobel(luma, cv2.CV_32F, 0, 1, scale=0.125))
    if mask is not None:
        slope *= mask
    kernel = np.ones((_NEIGHBOURHOOD_PX, _NEIGHBOURHOOD_PX), np.uint8)
    height = cv2.subtract(cv2.dilate(luma, kernel), cv2.erode(luma, kernel))
    strongest = slope > np.quantile(slope[::3, ::3], 1 - _STRONGEST_SHARE)
    steep, tall = slope[strongest], height[strongest]
    clear = tall > _FAINTEST_EDGE
    enough = clear.sum() * 2 > max(1, len(clear))
    edge_px = float(np.median(tall[clear] / steep[clear])) if enough else None
    return Still(edge_px, float(cv2.meanStdDev(luma, mask=mask)[1].item()))


@dataclass
class Stills:
    """Looks at every scene three times; keeps one small picture of each."""

    expected: Expected
    looks: dict[int, list[Still]] = field(default_factory=dict[int, list[Still]])
    pictures: dict[int, Luma] = field(default_factory=dict[int, Luma])

    def __post_init__(self) -> None:
        self._due = sorted(
            (scene.start_ms + share * (scene.end_ms - scene.start_ms), scene.number, share)
            for scene in self.expected.scenes
            for share in _LOOKS
        )

    def see(self, at_ms: float, luma: Luma, small: Luma) -> None:
        """Look at the first frame after each chosen moment."""
        while self._due and at_ms >= self._due[0][0]:
            _, number, share = self._due.pop(0)
            free = outside_captions(self.expected, luma)
            self.looks.setdefault(number, []).append(look(luma, free))
            if share == _LOOKS[1]:
                self.pictures[number] = small

    def findings(self) -> list[Finding]:
        """Flat, blurred and repeated pictures."""
        return [*self._poor(), *self._repeated()]

    def measurements(self) -> dict[str, float | None]:
        """The edge width of each scene's sharpest look, and how alike the likest two are."""
        edges = {f"edge_px_scene_{number}": _sharpest(seen) for number, seen in self.looks.items()}
        return {**edges, "likeness": round(max(self._pairs.values()), 2) if self._pairs else None}

    def _poor(self) -> Iterator[Finding]:
        for number, seen in self.looks.items():
            scene = next(each for each in self.expected.scenes if each.number == number)
            fault = faults_of(_sharpest(seen), max(still.deviation for still in seen))
            if fault:
                check, message, measured, limit = fault
                yield _finding(check, scene, message, measured, limit)

    @cached_property
    def _pairs(self) -> dict[tuple[int, int], float]:
        """How alike every two scenes are."""
        details = {n: _detail(self._outside(picture)) for n, picture in self.pictures.items()}
        return {
            (first, second): likeness(details[first], details[second])
            for first, second in combinations(details, 2)
        }

    def _repeated(self) -> Iterator[Finding]:
        for (first, second), alike in self._pairs.items():
            if alike > ALIKE:
                scene = next(each for each in self.expected.scenes if each.number == second)
                message = f"shows the same picture as scene {first}"
                found = _finding("duplicate", scene, message, round(alike, 2), ALIKE)
                yield found.model_copy(update={"twin": first})

    def _outside(self, picture: Luma) -> Luma:
        """The taller part of the picture above or below all captions."""
        rows = np.flatnonzero(~outside_captions(self.expected, picture).all(axis=1))
        if not len(rows):
            return picture
        above, below = picture[: rows[0]], picture[rows[-1] + 1 :]
        taller = max(above, below, key=len)
        return taller if len(taller) * 4 >= len(picture) else picture


def faults_of(
    edge_px: float | None, deviation: float
) -> tuple[str, str, float | str, float] | None:
    """Whether a picture is flat or blurred: check, message, measured, limit."""
    if deviation < FLATTEST:
        return "flat", "shows almost nothing", round(deviation, 1), FLATTEST
    if edge_px is None:
        return "sharpness", "has no edge at all: it is blurred", "no edge", WIDEST_EDGE_PX
    if edge_px > WIDEST_EDGE_PX:
        message = f"is blurred: its sharpest edges are {edge_px:.0f} px wide"
        return "sharpness", message, round(edge_px, 1), WIDEST_EDGE_PX
    return None


def likeness(one: NDArray[np.float32], other: NDArray[np.float32]) -> float:
    """How well most patches of one picture's core are found in another, at some zoom: -1 to 1.

    -1 where not even the whole is found.
    """
    height, width = one.shape
    top, left = round(height * (1 - _CORE) / 2), round(width * (1 - _CORE) / 2)
    core = one[top : height - top, left : width - left]
    best, found = _WHOLE, -1.0
    for zoom in _ZOOMS:
        size = (round(core.shape[1] * zoom), round(core.shape[0] * zoom))
        if size[0] <= other.shape[1] and size[1] <= other.shape[0]:
            template = cv2.resize(core, size, interpolation=cv2.INTER_AREA)
            if template.std() > 0.5:
                fits = cv2.matchTemplate(other, template, cv2.TM_CCOEFF_NORMED)
                _, fit, _, (x, y) = cv2.minMaxLoc(fits)
                if fit > best:
                    best = fit
                    found = _patchwise(template, other[y : y + size[1], x : x + size[0]])
    return found


def _patchwise(one: NDArray[Any], other: NDArray[np.float32]) -> float:
    fits = [
        float(cv2.matchTemplate(mine, yours, cv2.TM_CCOEFF_NORMED)[0, 0])
        for mine, yours in zip(_patches(one), _patches(other), strict=True)
        if max(mine.std(), yours.std()) > _PLAIN
    ]
    return float(np.quantile(fits, _MOST_PATCHES)) if fits else -1.0


def _patches(picture: NDArray[Any]) -> Iterator[NDArray[Any]]:
    rows, columns = (np.linspace(0, side, _PATCHES + 1, dtype=int) for side in picture.shape)
    for top, bottom in pairwise(rows):
        for left, right in pairwise(columns):
            yield picture[top:bottom, left:right]


def _detail(picture: Luma) -> NDArray[np.float32]:
    """Shapes without the broad light and shade that pictures of one style share."""
    height = round(picture.shape[0] * _DETAIL_WIDTH_PX / picture.shape[1])
    size = (_DETAIL_WIDTH_PX, max(1, height))
    values = cv2.resize(picture, size, interpolation=cv2.INTER_AREA).astype(np.float32)
    return values - cv2.GaussianBlur(values, (0, 0), _DETAIL_SIGMA)


def _sharpest(seen: list[Still]) -> float | None:
    widths = [still.edge_px for still in seen if still.edge_px is not None]
    return round(min(widths), 2) if widths else None


def _finding(
    check: str, scene: SceneSpan, message: str, measured: float | str, limit: float
) -> Finding:
    return Finding(
        check=check,
        severity="fail",
        message=f"Scene {scene.number} {message}. Draw its picture again.",
        measured=measured,
        limit=limit,
        scene=scene.number,
        at_ms=(scene.start_ms + scene.end_ms) // 2,
    )
