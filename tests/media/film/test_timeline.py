"""Every frame is covered once and sums are exact, for any scene lengths."""

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from media.style import load, names
from media.timeline import Frame, Take, Timeline, plan, plan_body
from shortfactory.errors import InvalidInput
from shortfactory.story import Word

KINDS = st.sampled_from(("hook", "body", "close"))


@st.composite
def some_takes(draw: st.DrawFn) -> tuple[Take, ...]:
    lengths = draw(st.lists(st.integers(0, 20_000), min_size=1, max_size=8))
    return tuple(
        Take(
            number=number,
            kind=draw(KINDS),
            picture=Path("p.png"),
            voice=Path("v.wav"),
            voice_ms=voice_ms,
            text="One two three, four.",
            words=tuple(
                Word(text=text, start_ms=draw(st.integers(0, 25_000)), end_ms=0)
                for text in ("One", "two", "three", "four")
            ),
        )
        for number, voice_ms in enumerate(lengths, 1)
    )


def laid_out(takes: tuple[Take, ...], style: str, fps: int) -> Timeline:
    return plan(takes, load(style), Frame(fps=fps))


@settings(max_examples=150, deadline=None)
@given(some_takes(), st.sampled_from(names()), st.sampled_from((24, 25, 30, 60)))
def test_pieces_cover_every_frame_once(takes, style, fps):
    film = laid_out(takes, style, fps)
    assert film.pieces[0].start == 0
    assert all(a.start + a.frames == b.start for a, b in pairwise(film.pieces))
    assert all(piece.frames >= 2 for piece in film.pieces)
    assert film.frames == sum(piece.frames for piece in film.pieces)
    assert film.samples * fps == film.frames * 48_000


@settings(max_examples=150, deadline=None)
@given(some_takes(), st.sampled_from(names()))
def test_voices_follow_one_another_and_end_inside_the_film(takes, style):
    film = laid_out(takes, style, 30)
    ends = [
        start + take.voice_ms * 48 for start, take in zip(film.voice_starts, takes, strict=True)
    ]
    assert film.voice_starts[0] >= 0
    assert ends[-1] <= film.samples
    for end, start in zip(ends, film.voice_starts[1:], strict=False):
        assert end < start


@settings(max_examples=100, deadline=None)
@given(some_takes(), st.sampled_from(names()))
def test_cues_stay_in_order_and_inside_the_film(takes, style):
    film = laid_out(takes, style, 30)
    cues = film.cues
    assert all(a.end_ms <= b.start_ms for a, b in pairwise(cues))
    assert all(cue.start_ms <= cue.end_ms <= film.frame.ms(film.frames) for cue in cues)


@settings(max_examples=60, deadline=None)
@given(some_takes(), some_takes())
def test_a_body_depends_on_its_own_take_alone(takes, others):
    style, frame = load("editorial"), Frame()
    mixed = (*takes, *(t.model_copy(update={"number": t.number + len(takes)}) for t in others))
    alone = [plan_body(take, style, frame) for take in takes]
    assert list(plan(mixed, style, frame).bodies)[: len(takes)] == alone


@pytest.mark.parametrize("numbers", [(), (2,), (1, 3), (1, 1)])
def test_takes_are_numbered_from_one(numbers, takes):
    wrong = tuple(takes(500, 500)[0].model_copy(update={"number": n}) for n in numbers)
    with pytest.raises(InvalidInput, match="number them 1, 2, 3"):
        plan(wrong, load("editorial"), Frame())
