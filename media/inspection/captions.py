"""Whether captions are where they may be, are there at all, and can be read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from media.inspection.watching import Luma
from media.report import Expected, ExpectedCue, Finding

UPRIGHT_SAFE = (0.1, 0.1406, 0.8612, 0.7605)  # x0, y0, x1, y1
"""108..930 of 1080 and 270..1460 of 1920: clear of the buttons of Shorts, TikTok and Reels."""

TITLE_SAFE = (0.1, 0.1, 0.9, 0.9)  # the old rule of television, for all other shapes

_VALUES = np.clip((np.arange(256) - 16) / 219, 0, 1)
_LIGHT = np.where(_VALUES <= 0.04045, _VALUES / 12.92, ((_VALUES + 0.055) / 1.055) ** 2.4)
"""Relative luminance of each limited-range code value, by the sRGB curve that WCAG uses."""

LEAST_CONTRAST = 4.5  # WCAG 2.2, 1.4.3
_INK_TOLERANCE = 14  # code values that coding may move a letter's middle
_REACH_SHARE = 5 / 1080  # of the shorter side: how far beside a letter its ground is looked for
_LEAST_OUTLINE = 2.8
"""Outline of letters over the box's width. With it, captions in ten scripts and all styles (366 at
1080x1920) measure 5.8:1 and more, the same places without their captions 3.6:1 and less."""
OPENING_MS = 2_000


@dataclass
class Captions:
    """Looks into each caption's box at the middle of its time."""

    expected: Expected
    contrasts: list[tuple[ExpectedCue, float]] = field(
        default_factory=list[tuple[ExpectedCue, float]]
    )

    def __post_init__(self) -> None:
        boxed = [cue for cue in self.expected.cues if cue.box]
        self._due = sorted(boxed, key=_middle_ms)

    def see(self, at_ms: float, luma: Luma, small: Luma) -> None:
        """Measure the boxes that are due."""
        del small
        while self._due and at_ms >= _middle_ms(self._due[0]):
            cue = self._due.pop(0)
            x0, y0, x1, y1 = cue.box or (0, 0, 0, 0)
            inside = luma[max(0, y0) : max(0, y1), max(0, x0) : max(0, x1)]
            self.contrasts.append((cue, self._contrast(cue, inside) if inside.size else 1.0))

    def _contrast(self, cue: ExpectedCue, inside: Luma) -> float:
        """Emoji bring colours of their own: of them only light and shade can be asked."""
        if not any(sign.isalnum() for sign in cue.text):
            low, high = np.quantile(inside, [0.02, 0.98])
            return float(_ratio(_LIGHT[round(high)], _LIGHT[round(low)]))
        reach = max(3, round(min(self.expected.width_px, self.expected.height_px) * _REACH_SHARE))
        return contrast(inside, self.expected.inks, reach)

    def findings(self) -> list[Finding]:
        """Captions outside the safe area, invisible, or missing at the start."""
        outside = [_outside(cue, self.expected) for cue in self.expected.cues if cue.box]
        unread = [_unread(cue, ratio) for cue, ratio in self.contrasts if ratio < LEAST_CONTRAST]
        return [finding for finding in outside if finding] + unread + self._opening()

    def measurements(self) -> dict[str, float | None]:
        """The lowest contrast of any caption, the farthest outside, and when the first begins."""
        lowest = min((ratio for _, ratio in self.contrasts), default=None)
        boxed = [cue for cue in self.expected.cues if cue.box]
        over_px = max((_over_px(cue, self.expected) for cue in boxed), default=None)
        return {
            "caption_contrast": None if lowest is None else round(lowest, 2),
            "caption_outside_px": None if over_px is None else round(max(0.0, over_px), 1),
            "first_caption_ms": min((cue.start_ms for cue in self.expected.cues), default=None),
        }

    def _opening(self) -> list[Finding]:
        starts = [cue.start_ms for cue in self.expected.cues]
        if not starts or min(starts) < OPENING_MS:
            return []
        message = "No caption shows in the first two seconds. Let the first scene begin sooner."
        return [
            Finding(
                check="opening_caption", severity="fail", message=message, at_ms=min(starts),
                measured=min(starts), limit=OPENING_MS,
            )
        ]  # fmt: skip


def contrast(luma: Luma, inks: Iterable[str], reach_px: int) -> float:
    """The contrast (WCAG) at which letters in these colours ("#rrggbb") stand on their ground.

    Pixels in an ink's light that border on others are outline. Each is held against the lightest
    and the darkest within `reach_px`; the answer is what enough of them to be letters reach, 1
    where there is too little outline: a bright picture alone has hardly any.
    """
    ink = np.zeros(luma.shape, np.uint8)
    for colour in inks:
        code = np.rint(16 + 219 * _grey(colour))
        ink |= np.abs(luma.astype(np.int16) - code) <= _INK_TOLERANCE
    outline = ink > cv2.erode(ink, np.ones((3, 3), np.uint8))
    around = np.ones((2 * reach_px + 1, 2 * reach_px + 1), np.uint8)
    light = _LIGHT[np.asarray(cv2.dilate(luma, around), np.uint8)[outline]]
    dark = _LIGHT[np.asarray(cv2.erode(luma, around), np.uint8)[outline]]
    here = _LIGHT[luma[outline]]
    reached = np.sort(np.maximum(_ratio(light, here), _ratio(here, dark)))[::-1]
    enough = round(_LEAST_OUTLINE * luma.shape[1])
    return float(reached[enough]) if enough < len(reached) else 1.0


def _ratio(light: NDArray[np.float64], dark: NDArray[np.float64]) -> NDArray[np.float64]:
    return (light + 0.05) / (dark + 0.05)


def _grey(colour: str) -> float:
    """The luma of "#rrggbb" by BT.709, 0 to 1."""
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _middle_ms(cue: ExpectedCue) -> float:
    return (cue.start_ms + cue.end_ms) / 2


def _over_px(cue: ExpectedCue, expected: Expected) -> float:
    """How far the caption's box reaches out of the safe area; negative inside it."""
    wide, high = expected.width_px, expected.height_px
    shares = UPRIGHT_SAFE if high > 1.5 * wide else TITLE_SAFE
    safe = tuple(share * side for share, side in zip(shares, (wide, high) * 2, strict=True))
    x0, y0, x1, y1 = cue.box or (0, 0, 0, 0)
    return max(safe[0] - x0, safe[1] - y0, x1 - safe[2], y1 - safe[3])


def _outside(cue: ExpectedCue, expected: Expected) -> Finding | None:
    over_px = _over_px(cue, expected)
    if over_px <= 1:
        return None
    message = f"lies {over_px:.0f} px outside the area that apps keep free of buttons"
    return _finding("caption_safe_area", cue, message, round(over_px, 1), 0)


def _unread(cue: ExpectedCue, ratio: float) -> Finding:
    seen = f"cannot be read: its letters stand {ratio:.1f}:1 against what is behind them"
    message = seen if ratio > 1 else "is not to be seen where it should stand"
    found = _finding("caption_contrast", cue, message, round(ratio, 2), LEAST_CONTRAST)
    return found.model_copy(update={"at_ms": round(_middle_ms(cue))})  # where it was looked for


def _finding(check: str, cue: ExpectedCue, message: str, measured: float, limit: float) -> Finding:
    """No scene is named as the culprit: neither another picture nor another voice cures it."""
    return Finding(
        check=check,
        severity="fail",
        message=f"The caption {cue.text[:40]!r} of scene {cue.scene} {message}.",
        measured=measured,
        limit=limit,
        at_ms=cue.start_ms,
    )
