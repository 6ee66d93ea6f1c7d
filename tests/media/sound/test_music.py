import time

import numpy as np
import pytest

from media import music
from media.loudness import measure
from media.moods import MOODS
from shortfactory.errors import InvalidInput, MediaError

RATE_HZ = 48_000


@pytest.fixture
def compose(tmp_path):
    """Music, whole and in memory."""
    return lambda mood, seed, n: music.compose(mood, seed, n, tmp_path)[:]


@pytest.fixture
def own_music(tmp_path):
    """Somebody's music laid under a film, whole and in memory."""
    (tmp_path / "bed").mkdir()
    return lambda path, n: music.own_music(path, n, tmp_path / "bed")[:]


def centre_hz(samples):
    """The centre of gravity of the spectrum."""
    spectrum = np.abs(np.fft.rfft(samples.mean(axis=1)))
    return (spectrum * np.fft.rfftfreq(len(samples), 1 / RATE_HZ)).sum() / spectrum.sum()


@pytest.mark.parametrize("mood", MOODS)
def test_every_mood_is_music_and_sound(mood, compose):
    bed = compose(mood, 1, 12 * RATE_HZ)
    assert bed.shape == (12 * RATE_HZ, 2)
    assert np.isfinite(bed).all()
    assert 0.02 < np.abs(bed).max() < 4
    quiet_share = (measure(bed).power[1000:] < measure(bed).power.max() * 1e-5).mean()
    assert quiet_share < 0.02
    assert abs(float(bed.mean())) < 1e-3


@pytest.mark.parametrize("mood", MOODS)
def test_the_harmony_moves(mood, compose):
    """Chroma of different bars differ: it is no drone."""
    bed = compose(mood, 1, 16 * RATE_HZ).mean(axis=1)
    chroma = []
    for bar in range(4):
        part = bed[bar * 4 * RATE_HZ : (bar + 1) * 4 * RATE_HZ]
        spectrum = np.abs(np.fft.rfft(part * np.hanning(len(part))))
        hertz = np.fft.rfftfreq(len(part), 1 / RATE_HZ)
        inside = (hertz > 110) & (hertz < 1000)
        classes = np.round(12 * np.log2(hertz[inside] / 440)).astype(int) % 12
        weights = np.bincount(classes, spectrum[inside], 12)
        chroma.append(weights / np.linalg.norm(weights))
    assert min(chroma[0] @ other for other in chroma[1:]) < 0.97


@pytest.mark.parametrize("mood", MOODS)
def test_both_ears_hear_something_of_their_own(mood, compose):
    left, right = compose(mood, 1, 6 * RATE_HZ)[RATE_HZ:].T
    assert 0.2 < np.corrcoef(left, right)[0, 1] < 0.995


def test_moods_differ_in_colour(compose):
    assert centre_hz(compose("playful", 1, 8 * RATE_HZ)) > 1.5 * centre_hz(
        compose("dark", 1, 8 * RATE_HZ)
    )


def test_the_seed_makes_another_piece_and_the_same_seed_the_same(compose):
    one, again = (compose("calm", 7, 4 * RATE_HZ) for _ in range(2))
    assert np.array_equal(one, again)
    assert not np.allclose(one, compose("calm", 8, 4 * RATE_HZ), atol=0.01)


def test_a_longer_piece_begins_like_the_shorter_one_and_does_not_repeat_itself(compose):
    long = compose("bright", 3, 30 * RATE_HZ)
    sections = [long[k * RATE_HZ : (k + 5) * RATE_HZ, 0] for k in (0, 10, 20)]
    assert abs(np.corrcoef(sections[0], sections[1])[0, 1]) < 0.7
    assert abs(np.corrcoef(sections[0], sections[2])[0, 1]) < 0.7


@pytest.mark.parametrize("n", [1, 100, 48_000])
def test_any_length_is_exact(n, compose):
    assert compose("warm", 1, n).shape == (n, 2)


def test_an_unknown_mood_is_refused(compose):
    with pytest.raises(InvalidInput, match="playful"):
        compose("gloomy-ish", 1, 100)


def music_of(seconds):
    t = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    return 0.3 * np.stack([np.sin(2 * np.pi * 220 * t), np.sin(2 * np.pi * 331.3 * t)], axis=1)


@pytest.mark.parametrize("seconds", [0.01, 0.3, 1.0, 2.7])
def test_short_music_loops_without_clicks_or_holes(seconds, write_sound, own_music):
    bed = own_music(write_sound("m.wav", music_of(seconds)), 5 * RATE_HZ)
    assert bed.shape == (5 * RATE_HZ, 2)
    assert np.abs(np.diff(bed, axis=0)).max() < 0.03
    if seconds >= 0.3:
        levels = np.sqrt(np.square(bed).reshape(50, -1).mean(axis=1))
        assert levels.min() > 0.12


def test_an_hour_is_cut_and_costs_no_more_than_a_film(write_sound, own_music):
    path = write_sound("m.wav", np.zeros(8_000 * 3_600, np.float32), 8_000)
    started = time.process_time()
    assert own_music(path, 3 * RATE_HZ).shape == (3 * RATE_HZ, 2)
    assert time.process_time() - started < 0.5


@pytest.mark.parametrize("content", [b"", b"\xff\xfb\x90\x00garbage", bytes(3000)])
def test_corrupt_music_is_named(content, tmp_path, own_music):
    path = tmp_path / "song.mp3"
    path.write_bytes(content)
    with pytest.raises(MediaError, match=r"song\.mp3"):
        own_music(path, RATE_HZ)


def test_a_picture_is_no_music(tmp_path, own_music):
    import cv2

    path = tmp_path / "cover.png"
    cv2.imwrite(str(path), np.zeros((8, 8, 3), np.uint8))
    with pytest.raises(MediaError, match=r"cover\.png"):
        own_music(path, RATE_HZ)
