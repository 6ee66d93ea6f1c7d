"""Frames become packets at several desks: order, bytes, rate, and how everything stops."""

from collections import Counter

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import media.encode
from media.encode import DESKS, DRAWN_AHEAD, encode, even_runs
from media.timeline import Frame
from media.x264 import GOP_S, LEVELS, level
from shortfactory.errors import MediaError

SMALL = Frame(width_px=216, height_px=384)


@pytest.mark.parametrize(
    ("width", "height", "fps", "wanted"),
    [
        (216, 384, 30, "3.0"),
        (720, 1280, 30, "3.1"),
        (1080, 1080, 30, "3.2"),
        (1080, 1920, 30, "4.0"),
        (1080, 1920, 60, "4.2"),
        (2160, 3840, 30, "5.1"),
        (4096, 4096, 60, "6.0"),
    ],
)
def test_the_level_is_the_lowest_that_fits(width, height, fps, wanted):
    assert level(Frame(width_px=width, height_px=height, fps=fps)) == wanted


@given(frames=st.integers(1, 2000), fps=st.sampled_from([24, 25, 30, 60]))
def test_runs_hold_every_frame_once_and_fill_the_desks_evenly(frames, fps):
    runs = even_runs(frames, Frame(fps=fps))
    assert sum(runs) == frames
    assert min(runs) >= 1
    assert max(runs) <= GOP_S * fps
    assert max(runs) - min(runs) <= 1
    assert len(runs) % DESKS == 0 or frames < DESKS


def moving(at, planes):
    """A ramp that moves by three pixels a frame, with the frame's number in its brightness."""
    planes.y[:] = (np.arange(planes.y.shape[1]) + 3 * at) % 200 + 16
    planes.y[:64, :64] = 20 + at
    planes.uv[:] = 128


def shown(path):
    """Each frame's time and the brightness of its corner."""
    with av.open(str(path)) as container:
        return [
            (picture.pts * picture.time_base, int(picture.to_ndarray()[16:48, 16:48].mean()))
            for picture in container.decode(video=0)
        ]


def test_frames_come_out_in_order_whatever_desk_drew_them(tmp_path):
    opened, drawn = [], Counter()

    def artist():
        opened.append(1)

        def draw(at, planes):
            drawn[at] += 1
            moving(at, planes)

        return draw

    encode(artist, (40, 7, 1, 52, 30), SMALL, "default", tmp_path / "a.mp4")
    assert len(opened) == DESKS
    assert drawn == Counter(range(130))
    found = shown(tmp_path / "a.mp4")
    assert [round(time * 30) for time, _ in found] == list(range(130))
    assert all(abs(seen - 20 - at) <= 2 for at, (_, seen) in enumerate(found))


def test_every_run_begins_with_a_key_frame(tmp_path):
    encode(lambda: moving, (40, 7, 1, 52), SMALL, "default", tmp_path / "a.mp4")
    with av.open(str(tmp_path / "a.mp4")) as piece:
        keys = [
            round(packet.pts * packet.time_base * 30)
            for packet in piece.demux(video=0)
            if packet.size and packet.is_keyframe
        ]
    assert keys == [0, 40, 47, 48]


@pytest.mark.parametrize("desks", [1, 3])
def test_the_number_of_desks_does_not_change_a_byte(desks, tmp_path, monkeypatch):
    runs = (30, 20, 25, 10)
    encode(lambda: moving, runs, SMALL, "default", tmp_path / "two.mp4")
    monkeypatch.setattr(media.encode, "DESKS", desks)
    encode(lambda: moving, runs, SMALL, "default", tmp_path / "other.mp4")
    assert (tmp_path / "two.mp4").read_bytes() == (tmp_path / "other.mp4").read_bytes()


def test_a_frame_that_cannot_be_drawn_stops_every_desk(tmp_path):
    drawn = []

    def draw(at, planes):
        drawn.append(at)
        if at == 70:
            raise MediaError("The picture is gone.")
        moving(at, planes)

    with pytest.raises(MediaError, match="The picture is gone"):
        encode(lambda: draw, (60,) * 40, SMALL, "default", tmp_path / "a.mp4")
    assert len(drawn) < 60 * 6
    assert list(tmp_path.iterdir()) == []


def test_a_tick_that_raises_stops_every_desk_at_its_next_frame(tmp_path):
    drawn = []

    def draw(at, planes):
        drawn.append(at)
        moving(at, planes)

    def tick(done):
        if done >= 25:
            raise TimeoutError

    with pytest.raises(TimeoutError):
        encode(lambda: draw, (60,) * 40, SMALL, "default", tmp_path / "a.mp4", tick)
    assert len(drawn) <= 25 + 2 * DESKS * DRAWN_AHEAD
    assert list(tmp_path.iterdir()) == []


def test_noise_does_not_break_the_level_and_stays_the_same_to_the_byte(tmp_path):
    """What would be three times the level's rate is held to what its profile may take."""
    frame = Frame(width_px=396, height_px=704)
    limit = LEVELS[level(frame)][2] * 1000
    noise = np.random.default_rng(1).integers(0, 255, (120, 704, 396), np.uint8)

    def draw(at, planes):
        planes.y[:], planes.uv[:] = noise[at], 128

    for name in ("a.mp4", "b.mp4"):
        encode(lambda: draw, (60, 60), frame, "default", tmp_path / name)
    with av.open(str(tmp_path / "a.mp4")) as piece:
        bits = [packet.size * 8 for packet in piece.demux(video=0) if packet.size]
    assert limit < sum(bits) / 4 <= 1.25 * limit
    assert max(sum(bits[at : at + 30]) for at in range(91)) <= 1.5 * limit
    assert (tmp_path / "a.mp4").read_bytes() == (tmp_path / "b.mp4").read_bytes()
