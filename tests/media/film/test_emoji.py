"""Emoji in captions: each in its own place, at any size."""

from itertools import pairwise

import pytest

from media.caption_paint import Captioner
from media.phrases import phrases
from media.planes import Planes
from media.style import load, names
from media.timeline import Frame
from media.typeset import Type, set_lines
from shortfactory.story import Word

LINE = ("🐝", "🌻", "a", "👨‍👩‍👧", "💪🏽", "🟦")


def timed(words):
    return tuple(
        Word(text=word, start_ms=at * 300, end_ms=at * 300 + 280) for at, word in enumerate(words)
    )


@pytest.mark.parametrize("size_px", [21, 84])
@pytest.mark.parametrize("family", ["Noto Sans", "Manrope", "Bebas Neue"])
def test_words_between_emoji_stand_side_by_side(family, size_px):
    """An emoji's own colours, and their edges, are no piece of another word."""
    line = tuple(f"{word} " for word in LINE)
    words = set_lines((line,), Type(family, "Black", size_px)).words
    assert all(0 < word.width < 2 * size_px for word in words)
    assert all(left.right <= right.left for left, right in pairwise(words))


@pytest.mark.parametrize("name", names())
@pytest.mark.parametrize("width_px", [64, 90, 270])
def test_emoji_of_a_few_pixels_are_drawn(width_px, name):
    frame, style = Frame(width_px=width_px, height_px=16 * width_px // 18 * 2), load(name).captions
    parts = phrases(" ".join(LINE), timed(LINE), 300 * len(LINE), "", style)
    captioner, out = Captioner(style, frame, "en"), Planes.empty(frame)
    before = out.y.copy()
    for ms in range(20, 300 * len(LINE), 100):
        captioner.draw(out, parts, ms)
    assert (out.y != before).any()
