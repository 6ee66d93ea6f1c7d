"""The cover image: a still with a designed title inside what the feed's crop leaves of it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pyvips
from numpy.typing import NDArray

from media.contrast import deepened, ink_on, ratio
from media.faces import inside
from media.files import whole_file
from media.focus import find_focus, salient_share
from media.frames import FOCUS_SIDE_PX, rgb
from media.overlap import Bounds, covered_share
from media.picture import cover, fit, kept_part
from media.script_text import clean, width_em
from media.style import Style
from media.typeset import Setting, Type, set_lines
from shortfactory.errors import InvalidInput
from shortfactory.sight import Sight

WIDTH_PX, HEIGHT_PX = 1080, 1920
# Profile grids crop a cover to 1:1 or 3:4 around its middle; the square 420..1500 is in both.
TITLE_LEFT, TITLE_RIGHT, TITLE_TOP, TITLE_BOTTOM = 90, 990, 470, 1470
TITLE_HIGH_PX = 440
ROOM_PX = TITLE_RIGHT - TITLE_LEFT
LARGEST_PX, SMALLEST_PX, MOST_LINES = 250.0, 56.0, 4
TIGHTNESS = 0.78  # display type stands closer than text does
LEAST_CONTRAST = 3.0  # WCAG 2.2, 1.4.3, for type as large as this
SHADE_REACH_PX = 120  # above and below the title, where its shade still hides a picture
UPPER_COST = 0.15  # a subject looks out over its title
FACE_COST = 10.0  # of a face wholly hidden; a tenth of one weighs as much as all that is salient
BAR_WIDE_PX, BAR_HIGH_PX, BAR_GAP_PX = 150, 18, 44


def draw_cover(
    picture: Path, title: str, style: Style, out: Path, sight: Sight | None = None
) -> None:
    """Write a cover of 1080x1920 as PNG; the title stands away from the picture's subject.

    `sight` is what somebody saw who looked at the picture: its faces are spared before all else.

    Raises:
        InvalidInput: the title is empty.
        MediaError: the picture cannot be read.
        StorageError: `out` cannot be written.
    """
    words = clean(title).split()
    if not words:
        raise InvalidInput("title", title, "give a cover at least one word")
    ground = rgb(style.palette[0])
    seen = sight or Sight()
    focus = seen.focus or find_focus(fit(picture, FOCUS_SIDE_PX, ground))
    image, _ = cover(picture, WIDTH_PX, HEIGHT_PX, focus, ground)
    canvas = cv2.resize(image, (WIDTH_PX, HEIGHT_PX), interpolation=cv2.INTER_CUBIC)
    canvas = canvas.astype(np.float32)
    setting = _set_title(words, style)
    block = setting.ink.shape[0] + BAR_GAP_PX + BAR_HIGH_PX
    part = kept_part(picture, WIDTH_PX, HEIGHT_PX, focus)
    faces = tuple(inside(face, part) for face in seen.faces)
    top = _calmer((TITLE_TOP, TITLE_BOTTOM - block), block, image, faces)
    _shade(canvas, ground, top, top + block)
    _bar(canvas, rgb(_inks(style)[1]), top)
    _ink(canvas, setting, style, top + BAR_HIGH_PX + BAR_GAP_PX)
    data = pyvips.Image.new_from_array(np.clip(np.rint(canvas), 0, 255).astype(np.uint8))
    encoded: bytes = data.copy(interpretation="srgb").pngsave_buffer(compression=6)
    with whole_file(out) as part:
        part.write_bytes(encoded)


def _calmer(
    tops: tuple[int, int], block: int, image: NDArray[Any], faces: tuple[Bounds, ...]
) -> int:
    """The place that covers less of a face, or clearly less of the eye's goal; else the lower."""
    left, right = TITLE_LEFT / WIDTH_PX, TITLE_RIGHT / WIDTH_PX

    def cost(top: int) -> float:
        first, last = top - SHADE_REACH_PX, top + block + SHADE_REACH_PX
        box = (left, first / HEIGHT_PX, right, last / HEIGHT_PX)
        hidden = max((covered_share(face, box) for face in faces), default=0.0)
        upper = UPPER_COST * (top == tops[0])
        return salient_share(image, box) + FACE_COST * hidden + upper

    return min(tops, key=cost)


def _set_title(words: list[str], style: Style) -> Setting:
    """The largest type in which the title fits, its last line in the accent."""
    shown = [word.upper() if style.captions.upper else word for word in words]
    counts = range(1, min(MOST_LINES, len(shown)) + 1)
    lines = max((_balanced(shown, count) for count in counts), key=_guessed_px)
    size_px = max(_guessed_px(lines), SMALLEST_PX)
    kind = Type(style.captions.font, style.captions.weight, size_px, tightness=TIGHTNESS)
    setting = set_lines(lines, kind)
    # widths were guessed for an average face; now this face has been measured
    share = min(ROOM_PX / setting.ink.shape[1], TITLE_HIGH_PX / setting.ink.shape[0])
    kind = replace(kind, size_px=min(kind.size_px * share * 0.99, LARGEST_PX))
    text, accent = _inks(style)
    heads = sum(map(len, lines)) - len(lines[-1])
    last = accent if heads else text
    return set_lines(lines, kind, (text,) * heads + (last,) * len(lines[-1]))


def _guessed_px(lines: tuple[tuple[str, ...], ...]) -> float:
    widest = max(width_em("".join(line).rstrip()) for line in lines)
    return min(ROOM_PX / widest, TITLE_HIGH_PX / (1.25 * len(lines)), LARGEST_PX)


def _balanced(words: list[str], count: int) -> tuple[tuple[str, ...], ...]:
    """Cut into `count` lines whose widest is as narrow as can be."""
    widths = [width_em(word) + 0.28 for word in words]
    best: dict[int, tuple[float, tuple[int, ...]]] = {0: (0.0, ())}
    for _ in range(count):
        best = {
            end: min(
                (max(widest, sum(widths[start:end])), (*cuts, end))
                for start, (widest, cuts) in best.items()
                if start < end
            )
            for end in range(1, len(words) + 1)
            if any(start < end for start in best)
        }
    cuts = best[len(words)][1]
    starts = (0, *cuts[:-1])
    return tuple(
        tuple(f"{word} " for word in words[start:end])
        for start, end in zip(starts, cuts, strict=True)
    )


def _shade(canvas: NDArray[Any], colour: tuple[int, int, int], top: int, bottom: int) -> None:
    """Darken towards the palette's ground behind the title, with no edge to be seen."""
    rows = np.arange(HEIGHT_PX, dtype=np.float32)
    far = np.maximum(np.maximum((top - rows) / 110, (rows - bottom) / 230), 0)
    share = 0.74 * np.exp(-(far**2))[:, None, None]
    canvas *= 1 - share
    canvas += np.array(colour, np.float32) * share


def _bar(canvas: NDArray[Any], colour: tuple[int, int, int], top: int) -> None:
    left = (WIDTH_PX - BAR_WIDE_PX) // 2
    canvas[top : top + BAR_HIGH_PX, left : left + BAR_WIDE_PX] = colour


def _inks(style: Style) -> tuple[str, str]:
    """The colours of the title and of its last line, both readable on the palette's ground."""
    ground, accent = style.palette[0], style.palette[-1]
    text = style.captions.text
    text = text if ratio(text, ground) >= LEAST_CONTRAST else ink_on(ground)
    return text, deepened(accent, ground, LEAST_CONTRAST)


def _ink(canvas: NDArray[Any], setting: Setting, style: Style, top: int) -> None:
    height, width = setting.ink.shape[:2]
    left = (WIDTH_PX - width) // 2
    alpha = setting.ink[:, :, 3].astype(np.float32) / 255
    here = canvas[top : top + height, left : left + width]
    text, _ = _inks(style)
    if ratio(text, "#000000") > ratio(text, "#ffffff"):  # a shadow lifts only light type
        shadow = np.asarray(cv2.GaussianBlur(alpha, (0, 0), 9)) * 0.55
        here *= (1 - shadow[: len(here)])[:, :, None]
    here *= (1 - alpha[: len(here)])[:, :, None]
    here += setting.ink[: len(here), :, :3].astype(np.float32) * alpha[: len(here), :, None]
