"""Planted defects of sound and timing."""

import numpy as np
import pytest

from media.inspect import inspect_film

RATE_HZ = 48_000


def checks(report, scene="any"):
    return {f.check for f in report.findings if scene in ("any", f.scene)}


@pytest.mark.parametrize("change_db", [-6.0, -1.0, 0.8, 2.0])
def test_a_wrong_loudness_is_found(change_db, build, wanted):
    path = build(sound=lambda samples: samples * 10 ** (change_db / 20))
    report = inspect_film(path, wanted())
    assert "loudness" in checks(report)
    assert report.measurements["loudness_lufs"] == pytest.approx(-14 + change_db, abs=0.15)


@pytest.mark.parametrize("change_db", [-0.3, 0.3])
def test_a_loudness_within_tolerance_passes(change_db, build, wanted):
    path = build(sound=lambda samples: samples * 10 ** (change_db / 20))
    assert "loudness" not in checks(inspect_film(path, wanted()))


@pytest.mark.parametrize("at_ms", [700, 2_600, 4_400])
def test_a_peak_is_found(at_ms, build, wanted):
    def spike(samples):
        samples[at_ms * 48 : at_ms * 48 + 40] += 0.95 * np.hanning(40)[:, None]
        return samples

    report = inspect_film(build(sound=spike), wanted())
    assert "true_peak" in checks(report)


@pytest.mark.parametrize(("at_ms", "scene"), [(600, 1), (1400, 1), (3100, 2), (3700, 2)])
def test_clipping_is_found_with_its_scene(at_ms, scene, build, wanted):
    def clip(samples):
        part = slice(at_ms * 48, at_ms * 48 + 9_600)
        samples[part] = np.clip(samples[part] * 12, -1, 1)
        return samples

    assert "clipping" in checks(inspect_film(build(sound=clip), wanted()), scene)


@pytest.mark.parametrize(
    ("start_ms", "end_ms", "scene"), [(300, 1200, 1), (2500, 4000, 2), (1000, 2000, 1)]
)
def test_silence_is_found_with_its_scene(start_ms, end_ms, scene, build, wanted):
    def mute(samples):
        samples[start_ms * 48 : end_ms * 48] = 0
        return samples

    assert "voice_silence" in checks(inspect_film(build(sound=mute), wanted()), scene)


@pytest.mark.parametrize(
    ("scene", "shift_ms"), [(1, -180), (1, 240), (2, -400), (2, -180), (2, 180), (2, 400)]
)
def test_a_voice_off_its_captions_is_found(scene, shift_ms, build, wanted, spoken):
    words = dict(spoken)
    words[scene] = [(start + shift_ms, end + shift_ms) for start, end in spoken[scene]]
    report = inspect_film(build(words=words), wanted())
    assert "caption_onset" in checks(report, scene)
    error = report.measurements[f"onset_error_ms_scene_{scene}"]
    assert error == pytest.approx(shift_ms, abs=25)
    assert "caption_onset" not in checks(report, 3 - scene)


@pytest.mark.parametrize("shift_ms", [-60, 40, 70])
def test_a_small_onset_error_is_measured_and_passes(shift_ms, build, wanted, spoken):
    words = {n: [(a + shift_ms, b + shift_ms) for a, b in spans] for n, spans in spoken.items()}
    report = inspect_film(build(words=words), wanted())
    assert report.measurements["onset_error_ms"] == pytest.approx(shift_ms, abs=20)
    assert report.passed


@pytest.mark.parametrize("scene", [1, 2])
def test_a_scene_without_its_voice_is_found(scene, build, wanted, spoken):
    words = {3 - scene: spoken[3 - scene]}
    report = inspect_film(build(words=words), wanted())
    assert checks(report, scene) & {"voice_missing", "caption_onset"}
    assert not checks(report, 3 - scene)


def test_music_alone_is_found_out(build, wanted):
    report = inspect_film(build(voiced=False), wanted())
    assert checks(report) & {"voice_missing", "caption_onset"}


def test_a_late_voice_at_the_start_is_found(build, wanted, spoken):
    report = inspect_film(build(words={2: spoken[2]}), wanted())
    assert "opening_voice" in checks(report)


@pytest.mark.parametrize("lag", [2_400, 9_600])
def test_sound_that_starts_late_is_found(lag, build, wanted):
    report = inspect_film(build(audio_shift=lag, use_editlist="1"), wanted())
    assert "av_offset" in checks(report)


@pytest.mark.parametrize("seconds", [3.0, 4.5])
def test_sound_that_ends_early_is_found(seconds, build, wanted):
    path = build(sound=lambda samples: samples[: int(seconds * RATE_HZ)])
    assert "audio_length" in checks(inspect_film(path, wanted()))
