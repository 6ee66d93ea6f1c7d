"""What captions are drawn with is freed with its last use: long films hold few sprites at a time.

A phrase's sprites are some megabytes; Python's search for objects that hold each other counts
objects and not bytes, and would come too late.
"""

import gc
import weakref

import pytest

import media.caption_paint
from media.frames import Painter, open_scene
from media.planes import Planes
from media.style import load, names
from media.timeline import plan


@pytest.fixture
def no_search():
    gc.collect()
    gc.disable()
    yield
    gc.enable()


@pytest.mark.parametrize("style", names())
def test_at_most_four_phrases_have_sprites_and_none_without_a_painter(
    style, takes, small, monkeypatch, no_search
):
    look = load(style)
    alive = weakref.WeakSet()
    lettered = media.caption_paint.Drawn

    def noted(*given):
        made = lettered(*given)
        alive.add(made)
        return made

    monkeypatch.setattr(media.caption_paint, "Drawn", noted)
    body = plan(takes(6000, 6000), look, small).bodies[0]
    scene, painter, out = (
        open_scene(body, look, small),
        Painter(look, small, "en"),
        Planes.empty(small),
    )
    most = 0
    for at in range(0, body.frames, 3):
        painter.body(scene, at, out)
        most = max(most, len(alive))
    assert 1 <= most <= 4
    del painter
    assert not alive
