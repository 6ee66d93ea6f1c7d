"""Sounds at transitions: where they are, what they are made of, and how far under the voice."""

import tracemalloc
from itertools import pairwise, product

import numpy as np
import pytest

from media.audio import VoiceCue, soundtrack
from media.effects import BELOW_VOICE_LU, GESTURES, Moment, moments, play, sounded
from media.gestures import REACH_MS, VARIANTS, flight, push, whoosh
from media.loudness import loudest_lufs, measure, weighted_power
from media.spool import stretches
from media.style import SILENT, TransitionName, load
from media.timeline import Frame, Take, plan
from media.voice import VOICE_LUFS

RATE_HZ = 48_000
HEARD = (Moment("whip", 2 * RATE_HZ), Moment("push", 4 * RATE_HZ), Moment("zoom", 6 * RATE_HZ))
BANDS_HZ = {"whip": (600, 4_000), "push": (80, 600), "zoom": (50, 3_500)}


@pytest.fixture
def takes(tmp_path):
    """Takes with voices of the given lengths; nothing of them is read."""

    def make(*voices_ms):
        kinds = ("hook", *("body",) * (len(voices_ms) - 2), "close")
        none = tmp_path / "none"
        return tuple(
            Take(number=number, kind=kind, picture=none, voice=none, voice_ms=ms, text="", words=())
            for number, (kind, ms) in enumerate(zip(kinds, voices_ms, strict=True), 1)
        )

    return make


@pytest.fixture
def voice_file(syllables, write_sound):
    """Words without a rest for eight seconds."""
    spans = [(start, start + 190) for start in range(0, 7_800, 230)]
    return write_sound("voice.wav", syllables(spans, 8_000))


def rng():
    return np.random.default_rng(3)


def share_in(band_hz, samples):
    power = np.square(np.abs(np.fft.rfft(samples, axis=0))).sum(axis=1)
    hertz = np.fft.rfftfreq(len(samples), 1 / RATE_HZ)
    return power[(hertz >= band_hz[0]) & (hertz <= band_hz[1])].sum() / power.sum()


@pytest.mark.parametrize("fps", [24, 25, 30, 60])
def test_every_moving_transition_is_heard_at_the_sample_in_its_middle(fps, takes):
    laid = plan(takes(1_500, 1_230, 1_770, 2_010, 1_490), load("neon"), Frame(fps=fps))
    want = []
    for piece in laid.pieces:
        name = laid.bodies[min(piece.scene + 1, 4)].transition
        if piece.kind == "joint" and name not in ("cut", "crossfade"):
            start, end = (at * RATE_HZ / fps for at in (piece.start, piece.start + piece.frames))
            want.append(Moment(name, (start + end) / 2))
    assert list(moments(laid)) == want
    assert {moment.transition for moment in want} == {"whip", "zoom"}


def test_cuts_and_crossfades_are_silent(takes):
    assert moments(plan(takes(1_500, 1_500, 1_500, 1_500), load("noir"), Frame())) == ()
    assert SILENT.isdisjoint(GESTURES)
    assert SILENT | set(GESTURES) == set(TransitionName.__args__)


def test_sounds_stand_where_their_moments_are_and_nowhere_else(tmp_path):
    track = play(HEARD, 5, 8 * RATE_HZ, tmp_path)[:]
    for number in range(len(HEARD)):
        placed = sounded(HEARD, number, 5)
        end = placed.start + len(placed.samples)
        assert np.array_equal(track[placed.start : end], placed.samples)
        track[placed.start : end] = 0
    assert not track.any()


def test_a_landing_begins_at_the_very_middle():
    samples, middle = flight(VARIANTS[0], rng())
    assert np.abs(samples[middle - 2 : middle + 1]).max() < 0.01
    assert np.abs(samples[middle + 1 : middle + 480]).max() > 0.5
    low = [share_in((40, 160), part) for part in (samples[:middle], samples[middle:])]
    assert low[0] < 0.02
    assert low[1] > 0.15


@pytest.mark.parametrize("middle", [96_000, 100_001])
def test_the_film_hears_the_landing_at_the_moment_s_own_sample(middle, tmp_path):
    track = play((Moment("zoom", middle),), 9, 4 * RATE_HZ, tmp_path)[:]
    rests = ~track[middle - 200 : middle + 200].any(axis=1)
    assert np.flatnonzero(rests).tolist() == [199, 200]  # it flies up to here, and lands from here
    whole = sounded((Moment("push", middle),), 0, 9)
    assert middle - whole.start in {round(230 * variant.pace) * 48 for variant in VARIANTS}


@pytest.mark.parametrize("gesture", [whoosh, push])
def test_a_passing_sound_swells_to_its_middle_and_falls_from_it(gesture):
    levels = np.zeros(7)  # of 40 ms each, around the middle; noise needs a mean over many
    for seed, variant in product(range(12), VARIANTS):
        samples, middle = gesture(variant, np.random.default_rng(seed))
        near = np.square(samples[middle - 7 * 960 : middle + 7 * 960]).sum(axis=1)
        levels += near.reshape(7, -1).sum(axis=1)
    assert levels[0] < levels[1] < levels[2] < 1.02 * levels[3]
    assert 1.02 * levels[3] > levels[4] > levels[6]


@pytest.mark.parametrize(("kind", "variant"), [*product(GESTURES, VARIANTS)])
def test_each_kind_keeps_to_its_band_and_its_reach(kind, variant):
    samples, middle = GESTURES[kind](variant, rng())
    assert share_in(BANDS_HZ[kind], samples) > 0.9
    assert max(middle, len(samples) - middle) <= REACH_MS * 48
    assert np.abs(samples[[0, -1]]).max() < 0.01 * np.abs(samples).max()


def test_a_whip_passes_from_right_to_left_as_its_pictures_do():
    samples, middle = whoosh(VARIANTS[1], rng())
    for part, louder in ((samples[:middle], 1), (samples[middle:], 0)):
        energy = np.square(part).sum(axis=0)
        assert energy[louder] > 2 * energy[1 - louder]


def test_the_same_seed_gives_the_same_sounds_and_neighbours_differ(tmp_path):
    whips = tuple(Moment("whip", at * RATE_HZ) for at in range(1, 9))
    made = [sounded(whips, number, 4).samples for number in range(8)]
    again = sounded(whips, 3, 4).samples
    assert np.array_equal(made[3], again)
    assert not np.array_equal(sounded(whips, 3, 5).samples[:9_600], again[:9_600])
    assert all(abs(len(a) - len(b)) > 960 for a, b in pairwise(made))


def test_sounds_stay_well_under_a_voice_that_speaks(voice_file, tmp_path):
    parts = soundtrack([VoiceCue(voice_file, 0)], 8 * RATE_HZ, "calm", 1, tmp_path, None, HEARD)
    voice, effects = (measure(sound).power for sound in (parts.voice, parts.effects))
    for _, middle in HEARD:
        around = slice(middle // 48 - 1_500, middle // 48 + 1_500)  # short-term: three seconds
        under = 10 * np.log10(2 * voice[around].mean() / effects[around].mean())
        assert 16 < under < 32
    assert parts.levels.lufs == pytest.approx(-14.0, abs=0.05)
    assert parts.levels.true_peak_dbtp <= -1.5


def test_sounds_are_level_with_each_other_where_nobody_speaks():
    for number in range(len(HEARD)):
        lufs = loudest_lufs(weighted_power(sounded(HEARD, number, 1).samples))
        assert lufs == pytest.approx(VOICE_LUFS - BELOW_VOICE_LU, abs=0.01)


def test_a_film_without_moments_sounds_as_it_did(voice_file, tmp_path):
    parts = soundtrack([VoiceCue(voice_file, 0)], 3 * RATE_HZ, "calm", 1, tmp_path, None, ())
    assert parts.effects is None
    assert not (tmp_path / "effects.f32").exists()
    assert np.array_equal(parts.mix[:], parts.music[:] + parts.voice[:])


@pytest.mark.parametrize("middle", [0, 100, 47_999])
def test_a_moment_at_the_film_s_edge_loses_only_what_is_outside(middle, tmp_path):
    track = play((Moment("whip", middle),), 1, RATE_HZ, tmp_path)[:]
    placed = sounded((Moment("whip", middle),), 0, 1)
    cut = placed.samples[max(0, -placed.start) :][: RATE_HZ - max(0, placed.start)]
    assert np.array_equal(track[max(0, placed.start) :][: len(cut)], cut)


def test_more_transitions_need_no_more_memory(tmp_path):
    peaks = []
    for count in (4, 24):
        folder = tmp_path / str(count)
        folder.mkdir()
        heard = tuple(Moment("zoom", (2 + at) * RATE_HZ) for at in range(count))
        tracemalloc.start()
        for _ in stretches(play(heard, 1, 30 * RATE_HZ, folder)):
            pass
        peaks.append(tracemalloc.get_traced_memory()[1] / 1e6)
        tracemalloc.stop()
    assert peaks[1] - peaks[0] < 1
