import numpy as np
import pytest

import media.audio
from media.audio import VoiceCue
from media.ducking import duck_db
from media.loudness import measure
from shortfactory.errors import InvalidInput, MediaError

RATE_HZ = 48_000
WORDS = [(300, 520), (560, 900), (960, 1400), (2100, 2500), (2560, 3000)]


@pytest.fixture
def voice_file(syllables, write_sound):
    return write_sound("voice.wav", syllables(WORDS, 3500))


@pytest.fixture
def soundtrack(tmp_path):
    """Master into a folder of this test."""

    def make(cues, n_samples, mood, seed):
        folder = tmp_path / f"sound{len(list(tmp_path.iterdir()))}"
        folder.mkdir()
        return media.audio.soundtrack(cues, n_samples, mood, seed, folder)

    return make


def after_aac(samples, write_sound):
    import av

    path = write_sound("master.m4a", samples)
    with av.open(path) as film:
        frames = [frame.to_ndarray() for frame in film.decode(audio=0)]
    return np.concatenate(frames, axis=1).T.astype(np.float32)


def test_the_master_meets_its_numbers_before_and_after_aac(voice_file, write_sound, soundtrack):
    n = 6 * RATE_HZ
    done = soundtrack([VoiceCue(voice_file, RATE_HZ)], n, "calm", 1)
    assert done.mix[:].shape == (n, 2)
    assert done.mix[:].dtype == np.float32
    assert done.levels.lufs == pytest.approx(-14.0, abs=0.05)
    assert done.levels.true_peak_dbtp <= -1.5
    encoded = measure(after_aac(done.mix[:], write_sound))
    assert encoded.lufs == pytest.approx(-14.0, abs=0.5)
    assert encoded.true_peak_dbtp <= -1.0


def test_the_same_arguments_give_the_same_samples(voice_file, soundtrack):
    cues = [VoiceCue(voice_file, 0)]
    first, again = (soundtrack(cues, 2 * RATE_HZ, "bright", 3).mix[:] for _ in range(2))
    other = soundtrack(cues, 2 * RATE_HZ, "bright", 4).mix[:]
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_the_stems_add_up_to_the_film(voice_file, soundtrack):
    cues = [VoiceCue(voice_file, 4_800)]
    parts = soundtrack(cues, 5 * RATE_HZ, "warm", 1)
    whole = soundtrack(cues, 5 * RATE_HZ, "warm", 1)
    assert np.allclose(parts.voice[:] + parts.music[:], whole.mix[:], atol=1e-6)


def test_the_voice_stays_at_its_sample(voice_file, soundtrack):
    parts = soundtrack([VoiceCue(voice_file, RATE_HZ)], 6 * RATE_HZ, "calm", 1)
    loud = np.abs(parts.voice[:][:, 0]) > 0.02
    assert np.flatnonzero(loud)[0] / RATE_HZ * 1000 == pytest.approx(1000 + WORDS[0][0], abs=8)


def test_the_music_is_well_under_the_words_and_back_in_the_pauses(voice_file, soundtrack):
    parts = soundtrack([VoiceCue(voice_file, RATE_HZ)], 8 * RATE_HZ, "calm", 1)
    voice, music = measure(parts.voice[:]).power, measure(parts.music[:]).power
    under = 10 * np.log10(voice[2000:2400].mean() / music[2000:2400].mean())
    assert 14 < under < 26
    alone = 10 * np.log10(music[5000:6000].mean() / music[2000:2400].mean())
    assert alone > 5


@pytest.mark.parametrize(
    ("after_end_ms", "lowest_db", "highest_db"),
    [(-200, -9.1, -8.5), (50, -9.1, -7.5), (150, -8.5, -5.5), (300, -5.0, -1.5), (600, -0.1, 0.0)],
)
def test_the_music_returns_in_half_a_second(syllables, after_end_ms, lowest_db, highest_db):
    power = measure(syllables([(1000, 3000)], 6000)[:, None]).power
    assert lowest_db <= duck_db(power)[3000 + after_end_ms] <= highest_db


@pytest.mark.parametrize(
    ("before_ms", "lowest_db", "highest_db"),
    [(300, -0.1, 0.0), (100, -7.0, -2.5), (0, -9.1, -8.5)],
)
def test_the_music_is_down_when_the_first_word_comes(syllables, before_ms, lowest_db, highest_db):
    power = measure(syllables([(1000, 3000)], 6000)[:, None]).power
    assert lowest_db <= duck_db(power)[1000 - before_ms] <= highest_db


def test_the_music_does_not_pump_between_words(syllables):
    words = [(start, start + 180) for start in range(1000, 4000, 260)]
    curve = duck_db(measure(syllables(words, 6000)[:, None]).power)
    assert np.ptp(curve[1050:3900]) < 1.5


def test_a_film_without_a_voice_is_as_loud_as_one_with(soundtrack):
    done = soundtrack([], 3 * RATE_HZ, "grand", 1)
    assert done.levels.lufs == pytest.approx(-14.0, abs=0.05)
    assert done.levels.true_peak_dbtp <= -1.5


def test_a_silent_voice_does_not_duck_the_music(write_sound, soundtrack):
    silent = write_sound("silent.wav", np.zeros(2 * RATE_HZ))
    with_it = soundtrack([VoiceCue(silent, 0)], 3 * RATE_HZ, "grand", 1).mix[:]
    assert np.allclose(with_it, soundtrack([], 3 * RATE_HZ, "grand", 1).mix[:], atol=1e-6)


def test_a_voice_longer_than_the_film_ends_without_a_click(syllables, write_sound, soundtrack):
    long = write_sound("long.wav", syllables([(0, 5000)], 5000))
    done = soundtrack([VoiceCue(long, 0)], 2 * RATE_HZ, "calm", 1)
    assert len(done.mix[:]) == 2 * RATE_HZ
    assert np.abs(done.mix[:][-3:]).max() < 0.01


@pytest.mark.parametrize("n_samples", [47, 480, 9_600])
def test_the_shortest_films_have_sound(n_samples, voice_file, soundtrack):
    done = soundtrack([VoiceCue(voice_file, 0)], n_samples, "calm", 1)
    assert done.mix[:].shape == (n_samples, 2)
    assert np.isfinite(done.mix[:]).all()
    assert done.levels.true_peak_dbtp <= -1.4


def test_quiet_and_loud_voices_come_out_alike(syllables, write_sound, soundtrack):
    words = syllables([(0, 400), (500, 1000)], 1000)
    files = [write_sound("a.wav", words), write_sound("b.wav", words * 0.1)]
    cues = [VoiceCue(path, start * RATE_HZ) for start, path in enumerate(files)]
    voice = measure(soundtrack(cues, 3 * RATE_HZ, "calm", 1).voice).power
    assert 10 * np.log10(voice[:1000].mean() / voice[1000:2000].mean()) == pytest.approx(0, abs=1)


@pytest.mark.parametrize("start_sample", [-1, 96_000, 10**9])
def test_a_cue_outside_the_film_is_refused(start_sample, voice_file, soundtrack):
    with pytest.raises(MediaError, match="outside a film"):
        soundtrack([VoiceCue(voice_file, start_sample)], 96_000, "calm", 1)


def test_a_film_without_length_is_refused(soundtrack):
    with pytest.raises(MediaError, match="no sound"):
        soundtrack([], 0, "calm", 1)


def test_an_unknown_mood_names_the_known_ones(soundtrack):
    with pytest.raises(InvalidInput, match=r"calm.*curious"):
        soundtrack([], 48_000, "sleepy", 1)
