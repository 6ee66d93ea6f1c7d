"""Twenty variations of every planted defect of sound, on samples that no codec has touched."""

from functools import lru_cache

import numpy as np
import pytest

from media.inspection.sound import check_clipping, check_levels, check_silence
from media.inspection.speech import speech_db, voice_level_db
from media.inspection.timing import check_voices
from media.loudness import measure
from media.report import Expected, ExpectedCue

RATE_HZ, LONG_MS = 48_000, 6_000
SCENES = ((1, 0, 2_900), (2, 2_900, LONG_MS))
STARTS_MS = {1: 350, 2: 3_200}


def voice(words, pitch_hz):
    """Vowels at (start_ms, end_ms), with soft edges."""
    out = np.zeros(LONG_MS * 48)
    for start, end in words:
        t = np.arange((end - start) * 48) / RATE_HZ
        partials = (pitch_hz * k for k in range(1, 20))
        wave = sum(np.sin(6.2832 * hz * t) * np.exp(-(((hz - 700) / 900) ** 2)) for hz in partials)
        out[start * 48 : start * 48 + len(t)] += wave * np.minimum(1, np.minimum(t, t[::-1]) / 0.01)
    return out / max(1e-9, np.abs(out).max())


def phrase(rng, start_ms):
    """Four to six words of one scene; none begins within 60 ms of the last one's end."""
    found = []
    for _ in range(int(rng.integers(4, 7))):
        end = start_ms + int(rng.integers(150, 320))
        found.append((start_ms, end))
        start_ms = end + int(rng.integers(60, 110))
    return found


@lru_cache(maxsize=20)
def mixed(spans, pitch_hz, bed_db, seed):
    """Words over a bed of soft noise, as loud as a film; made once for each variation."""
    voiced = voice(spans, pitch_hz)
    level = np.sqrt(np.square(voiced[np.abs(voiced) > 0.02]).mean()) * 10 ** (bed_db / 20)
    noise = np.random.default_rng(seed).normal(size=LONG_MS * 48 + 15)
    bed = np.convolve(noise, np.hanning(16), "valid")
    samples = np.tile((voiced + bed / bed.std() * level)[:, None], 2).astype(np.float32)
    gain = 10 ** ((-14 - measure(samples).lufs) / 20)
    return np.clip(samples * gain, -0.85, 0.85)  # the little that a limiter would take


@pytest.fixture
def film(rng):
    """The film's words, and a way to make its sound with a defect in it."""
    words = {number: phrase(rng, start) for number, start in STARTS_MS.items()}
    traits = float(rng.uniform(95, 230)), float(rng.uniform(-30, -15)), int(rng.integers(999))

    def sound(spoken=words, change=lambda samples: samples):
        spans = tuple(span for spans in spoken.values() for span in spans)
        return change(mixed(spans, *traits).copy())

    return words, sound


def wanted(words):
    cues = tuple(
        ExpectedCue(text="word", start_ms=start, end_ms=end, scene=number)
        for number, spans in words.items()
        for start, end in spans
    )
    return Expected(
        width_px=270, height_px=480, fps=30, duration_ms=LONG_MS, cues=cues, scenes=SCENES
    )


def heard(samples, words):
    """(check, scene) of every finding."""
    levels, expected = measure(samples), wanted(words)
    found = check_levels(levels) + check_silence(levels, expected)
    found += check_clipping(samples, expected) + check_voices(samples, expected)[0]
    return {(finding.check, finding.scene) for finding in found}


def moved(words, number, by_ms):
    return {**words, number: [(start + by_ms, end + by_ms) for start, end in words[number]]}


def test_clean_sound_passes(film):
    words, sound = film
    assert heard(sound(), words) == set()


def test_a_wrong_loudness_is_found(film, rng):
    words, sound = film
    change_db = float(rng.choice([-1, 1]) * rng.uniform(0.7, 12))
    found = heard(sound(change=lambda samples: samples * 10 ** (change_db / 20)), words)
    assert ("loudness", None) in found


def test_a_peak_is_found(film, rng):
    words, sound = film
    at, long = int(rng.integers(0, LONG_MS * 48 - 400)), int(rng.integers(12, 300))
    top = float(rng.choice([-1, 1]) * rng.uniform(0.93, 1.4))

    def spike(samples):
        channel = int(rng.integers(2))
        samples[at : at + long, channel] = top * np.hanning(long)
        return samples

    assert ("true_peak", None) in heard(sound(change=spike), words)


def test_clipping_is_found_with_its_scene(film, rng):
    words, sound = film
    number = int(rng.integers(1, 3))
    start, end = words[number][int(rng.integers(4))]
    drive = float(rng.uniform(3, 30))

    def clip(samples):
        samples[start * 48 : end * 48] = np.clip(samples[start * 48 : end * 48] * drive, -1, 1)
        return samples

    assert ("clipping", number) in heard(sound(change=clip), words)


def test_silence_is_found_with_its_scene(film, rng):
    words, sound = film
    number, long = int(rng.integers(1, 3)), int(rng.integers(780, 2_200))
    start = int(rng.integers(0, 2_800 - long)) + (2_950 if number == 2 else 0)
    start = min(start, 5_300 - long)

    def mute(samples):
        samples[start * 48 : (start + long) * 48] *= 1e-5 * rng.uniform()
        return samples

    assert ("voice_silence", number) in heard(sound(change=mute), words)


def test_a_small_delay_and_a_small_gain_pass(film, rng):
    words, sound = film
    late = moved(words, int(rng.integers(1, 3)), int(rng.integers(-70, 71)))
    gain = 10 ** (rng.uniform(-0.35, 0.35) / 20)
    assert heard(sound(late, lambda samples: samples * gain), words) == set()


def test_a_voice_off_its_captions_is_found_with_its_scene(film, rng):
    words, sound = film
    number, by_ms = int(rng.integers(1, 3)), int(rng.integers(150, 330))
    early = bool(rng.integers(2))
    found = heard(sound(moved(words, number, -by_ms if early else by_ms)), words)
    assert ("caption_onset", number) in found
    assert not [each for each in found if each[1] == 3 - number]


def test_a_soft_first_word_is_no_late_voice():
    """The next scene's voice, which follows at once, is not counted for a later shift."""
    words = ((100, 230), (400, 640), (700, 960), (1_350, 2_400), (2_460, 5_900))
    samples = mixed(words, 140.0, -30.0, 5).copy()
    samples[: 235 * 48] *= 0.45
    shown = {1: [(100, 1_350)], 2: [(1_350, LONG_MS)]}
    assert not check_voices(samples, wanted(shown))[0]


def air(samples, end_ms, below_voice_db, rng):
    """The sound of a transition that swells, and is over just before a word begins."""
    long = int(rng.integers(120, 400)) * 48
    noise = np.convolve(rng.normal(size=long + 40), np.hanning(41), "valid") * np.hanning(long)
    loudest_db = speech_db(np.tile(noise[:, None], 2).astype(np.float32)).max()
    wished_db = voice_level_db(speech_db(samples)) - below_voice_db
    start = end_ms * 48 - long
    samples[start : start + long] += (noise * 10 ** ((wished_db - loudest_db) / 20))[:, None]
    return samples


def test_the_air_of_a_transition_is_no_word(film, rng):
    """It fills the pause before the scene's first word, which begins on time."""
    words, sound = film
    end_ms, below_db = STARTS_MS[2] - int(rng.integers(5, 90)), float(rng.uniform(7, 10))
    samples = sound(change=lambda samples: air(samples, end_ms, below_db, rng))
    assert not [check for check, scene in heard(samples, words) if scene == 2]


def test_a_late_voice_after_the_air_of_a_transition_is_found(film, rng):
    words, sound = film
    end_ms, below_db = STARTS_MS[2] - int(rng.integers(5, 90)), float(rng.uniform(7, 10))
    late = moved(words, 2, int(rng.integers(180, 330)))
    samples = sound(late, lambda samples: air(samples, end_ms, below_db, rng))
    assert ("caption_onset", 2) in heard(samples, words)


def test_a_scene_without_its_voice_is_found(film, rng):
    words, sound = film
    number = int(rng.integers(1, 3))
    found = heard(sound({**words, number: []}), words)
    assert ("voice_missing", number) in found
    assert not [each for each in found if each[1] == 3 - number]


def test_a_late_voice_at_the_start_is_found(film, rng):
    words, sound = film
    late = moved(words, 1, int(rng.integers(1_900, 2_300)))
    kept = {1: [span for span in late[1] if span[1] < 3_150], 2: words[2]}
    assert ("opening_voice", None) in heard(sound(kept), kept)
