"""Whether captions are where they may be, are there at all, and can be read."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from media.inspection.watching import Luma
from media.report import Expected, ExpectedCue, Finding

UPRIGHT_SAFE = (0.1, 0.1406, 0.8612, 0.7605)  # x0, y0, x1, y1
"""108..930 of 1080 and 270..1460 of 1920: clear of the buttons of Shorts, TikTok and Reels."""

TITLE_SAFE = (0.1, 0.1, 0.9, 0.9)  # the old rule of television, for all other shapes

LEAST_CONTRAST = 4.5  # WCAG 2.2, 1.4.3
_TEXT_SHARE = 0.02  # of the box that letters cover at the least
_OPENING_MS = 2_000


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
            self.contrasts.append((cue, contrast(inside) if inside.size else 1.0))

    def findings(self) -> list[Finding]:
        """Captions outside the safe area, invisible, or missing at the start."""
        outside = [_outside(cue, self.expected) for cue in self.expected.cues if cue.box]
        unread = [
            _finding(
                "caption_contrast",
                cue,
                f"cannot be read: its letters stand {ratio:.1f}:1 against what is behind them",
                round(ratio, 2),
                LEAST_CONTRAST,
            )
            for cue, ratio in self.contrasts
            if ratio < LEAST_CONTRAST
        ]
        return [finding for finding in outside if finding] + unread + self._opening()

    def measurements(self) -> dict[str, float | None]:
        """The lowest contrast of any caption."""
        lowest = min((ratio for _, ratio in self.contrasts), default=None)
        return {"caption_contrast": None if lowest is None else round(lowest, 2)}

    def _opening(self) -> list[Finding]:
        starts = [cue.start_ms for cue in self.expected.cues]
        if not starts or min(starts) < _OPENING_MS:
            return []
        message = "No caption shows in the first two seconds. Let the first scene begin sooner."
        return [
            Finding(
                check="opening_caption", severity="fail", message=message, at_ms=min(starts),
                measured=min(starts), limit=_OPENING_MS,
            )
        ]  # fmt: skip


def contrast(luma: Luma) -> float:
    """The contrast ratio (WCAG) between the brightest and the darkest of what letters cover."""
    low, high = np.quantile(luma, [_TEXT_SHARE, 1 - _TEXT_SHARE])
    return (_light(float(high)) + 0.05) / (_light(float(low)) + 0.05)


def _light(code: float) -> float:
    """Relative luminance of a limited-range code value, by the sRGB curve WCAG uses."""
    value = min(1.0, max(0.0, (code - 16) / 219))
    return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4


def _middle_ms(cue: ExpectedCue) -> float:
    return (cue.start_ms + cue.end_ms) / 2


def _outside(cue: ExpectedCue, expected: Expected) -> Finding | None:
    wide, high = expected.width_px, expected.height_px
    shares = UPRIGHT_SAFE if high > 1.5 * wide else TITLE_SAFE
    safe = tuple(share * side for share, side in zip(shares, (wide, high) * 2, strict=True))
    x0, y0, x1, y1 = cue.box or (0, 0, 0, 0)
    over_px = max(safe[0] - x0, safe[1] - y0, x1 - safe[2], y1 - safe[3])
    if over_px <= 1:
        return None
    message = f"lies {over_px:.0f} px outside the area that apps keep free of buttons"
    return _finding("caption_safe_area", cue, message, round(over_px, 1), 0)


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
