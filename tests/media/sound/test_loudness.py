import re
import subprocess

import imageio_ffmpeg
import numpy as np
import pytest

from media.loudness import SILENCE_LUFS, measure, weighted_power

RATE_HZ = 48_000


def tone(hz, seconds, level, phase=0.0):
    t = np.arange(int(seconds * RATE_HZ)) / RATE_HZ
    return (level * np.sin(2 * np.pi * hz * t + phase)).astype(np.float32)


def ebur128(path):
    """What ffmpeg's own meter says: (integrated LUFS, true peak dBTP)."""
    exe = imageio_ffmpeg.get_ffmpeg_exe()
    command = [exe, "-i", path, "-af", "ebur128=peak=true:framelog=quiet", "-f", "null", "-"]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stderr
    summary = said[said.rindex("Summary") :]
    lufs = re.search(r"I:\s+(-?[\d.]+)", summary)
    peak = re.search(r"Peak:\s+(-?[\d.]+)", summary)
    return float(lufs[1]), float(peak[1])


def test_the_standards_own_tone_reads_as_the_standard_says():
    left = tone(997, 5, 1.0)
    silent = np.zeros_like(left)
    assert measure(np.stack([left, silent], 1)).lufs == pytest.approx(-3.01, abs=0.02)


@pytest.mark.parametrize("kind", ["speech", "noise", "bursts", "tone"])
def test_loudness_and_peak_agree_with_ffmpeg(kind, syllables, write_sound):
    rng = np.random.default_rng(4)
    sounds = {
        "speech": syllables([(200, 420), (500, 900), (2300, 2700), (2800, 3300)], 4000),
        "noise": rng.normal(0, 0.08, 3 * RATE_HZ),
        "bursts": np.repeat(rng.normal(0, 1, 30), RATE_HZ // 10) * tone(440, 3, 0.2),
        "tone": tone(11_990, 3, 0.7, phase=0.8) * np.hanning(3 * RATE_HZ),
    }
    samples = np.clip(np.asarray(sounds[kind], np.float32), -1, 1)
    stereo = np.stack([samples, 0.7 * samples], axis=1)
    levels = measure(stereo)
    lufs, peak = ebur128(write_sound("it.wav", stereo))
    assert levels.lufs == pytest.approx(lufs, abs=0.08)
    assert levels.true_peak_dbtp == pytest.approx(peak, abs=0.35)


def test_a_peak_between_samples_is_found():
    samples = tone(12_000, 1, 1.0, phase=np.pi / 4)
    assert np.abs(samples).max() == pytest.approx(0.7071, abs=1e-3)
    assert measure(samples[4800:, None]).true_peak_dbtp == pytest.approx(0.0, abs=0.4)


def test_quiet_stretches_do_not_count():
    loud = tone(1000, 4, 0.5)
    with_pause = np.concatenate([loud, tone(1000, 8, 0.0005)])
    both = [measure(part[:, None]).lufs for part in (loud, with_pause)]
    assert both[0] == pytest.approx(both[1], abs=0.3)


@pytest.mark.parametrize("n", [0, 1, 47, 4800])
def test_the_shortest_sounds_are_measured(n):
    levels = measure(np.full((n, 2), 0.0, np.float32))
    assert levels.lufs == SILENCE_LUFS
    assert len(levels.power) == -(-n // 48)


def test_a_short_tone_has_a_loudness():
    assert measure(tone(1000, 0.2, 0.5)[:, None]).lufs == pytest.approx(-9.1, abs=0.5)


def test_block_borders_change_nothing():
    samples = np.random.default_rng(1).normal(0, 0.1, (3 * 27_648 + 5, 1)).astype(np.float32)
    whole = measure(samples)
    shifted = measure(np.concatenate([np.zeros((48 * 100, 1), np.float32), samples]))
    assert np.allclose(whole.power[500:1500], shifted.power[600:1600], rtol=1e-2)


def test_power_alone_is_the_power_that_is_measured():
    noise = np.random.default_rng(4).normal(size=(100_001, 2)).astype(np.float32)
    assert np.allclose(weighted_power(noise), measure(noise).power, rtol=1e-4)
