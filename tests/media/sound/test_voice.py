import wave

import numpy as np
import pytest

from media.loudness import measure
from media.voice import VOICE_LUFS, clean, load_voice, read_voice
from shortfactory.errors import MediaError

RATE_HZ = 48_000
SPANS = [(400, 700), (760, 1100), (1500, 1900)]


def first_ms(samples, rate_hz=RATE_HZ):
    return np.flatnonzero(np.abs(samples) > 0.05 * np.abs(samples).max())[0] * 1000 / rate_hz


@pytest.mark.parametrize("rate_hz", [8_000, 11_025, 16_000, 22_050, 24_000, 44_100, 48_000])
@pytest.mark.parametrize("channels", [1, 2])
def test_any_rate_and_layout_keeps_its_times(rate_hz, channels, syllables, write_sound):
    speech = syllables(SPANS, 2200, rate_hz=rate_hz)
    path = write_sound("v.wav", np.stack([speech] * channels, axis=1), rate_hz)
    samples = read_voice(path)
    assert len(samples) / 48 == pytest.approx(2200, abs=2)
    assert first_ms(samples) == pytest.approx(first_ms(speech, rate_hz=rate_hz), abs=1)


@pytest.mark.parametrize("name", ["v.mp3", "v.m4a", "v.flac"])
def test_compressed_voices_are_read(name, syllables, write_sound):
    samples = read_voice(write_sound(name, syllables(SPANS, 2200)))
    assert first_ms(samples) == pytest.approx(SPANS[0][0], abs=35)


def test_silence_is_cut_and_the_offset_keeps_every_word_in_place(syllables):
    speech = syllables(SPANS, 3000)
    voice = clean(speech)
    assert voice.offset_samples > 0.3 * RATE_HZ
    assert len(voice.samples) < 1.8 * RATE_HZ
    sounding = voice.offset_samples / 48 + first_ms(voice.samples)
    assert sounding == pytest.approx(first_ms(speech), abs=1)


def test_a_breath_before_the_first_word_is_kept(syllables):
    speech = syllables(SPANS, 2200)
    breath = np.random.default_rng(1).normal(0, 1, 9_600) * np.hanning(9_600) * 0.01
    speech[4_800:14_400] += breath.astype(np.float32)
    assert clean(speech).offset_samples < 7_500


@pytest.mark.parametrize("gain", [0.1, 0.3, 1.0, 1.9])
def test_every_voice_comes_out_at_one_loudness(gain, syllables):
    voice = clean(syllables(SPANS, 2200) * np.float32(gain))
    stereo = np.repeat(voice.samples[:, None], 2, axis=1)
    assert measure(stereo).lufs == pytest.approx(VOICE_LUFS, abs=0.7)


def test_rumble_goes_and_the_voice_stays(syllables):
    speech = syllables(SPANS, 2200)
    rumble = 0.2 * np.sin(2 * np.pi * 25 * np.arange(len(speech)) / RATE_HZ)
    rumbling = (speech + rumble).astype(np.float32)

    def share(samples):
        spectrum = np.abs(np.fft.rfft(samples, RATE_HZ))
        return spectrum[20:30].max() / spectrum[300:1500].max()

    assert share(clean(rumbling).samples) < share(rumbling) / 25


@pytest.mark.parametrize("trim_ms", [0, 3, 50])
def test_cuts_do_not_click(trim_ms, syllables):
    loud = syllables([(0, 1000)], 1000)[trim_ms * 48 + 300 : 40_000]
    samples = clean(loud).samples
    assert abs(samples[0]) < 1e-3
    assert abs(samples[-1]) < 1e-3


def test_channels_that_cancel_each_other_are_heard(syllables, write_sound):
    speech = syllables(SPANS, 2200)
    path = write_sound("v.wav", np.stack([speech, -speech], axis=1))
    assert np.abs(read_voice(path)).max() > 0.4


@pytest.mark.parametrize("n", [1, 30, 480, 4_800])
def test_the_shortest_voices_do_not_fail(n, write_sound):
    voice = load_voice(write_sound("v.wav", np.full(n, 0.3)))
    assert np.isfinite(voice.samples).all()
    assert len(voice.samples) <= n


def test_a_silent_voice_is_silent_and_keeps_its_length(write_sound):
    voice = load_voice(write_sound("v.wav", np.zeros(RATE_HZ)))
    assert voice.silent
    assert len(voice.samples) == RATE_HZ
    assert not voice.samples.any()


def test_noise_alone_is_not_blown_up(write_sound):
    noise = np.random.default_rng(2).normal(0, 2e-4, RATE_HZ)
    assert np.abs(load_voice(write_sound("v.wav", noise)).samples).max() < 0.05


def test_five_minutes_are_a_voice(write_sound):
    path = write_sound("v.wav", np.zeros(8_000 * 300), 8_000)
    assert len(read_voice(path)) == 300 * RATE_HZ


def test_more_than_ten_minutes_are_refused(write_sound):
    with pytest.raises(MediaError, match="longer than 10 minutes"):
        read_voice(write_sound("v.wav", np.zeros(8_000 * 601), 8_000))


@pytest.mark.parametrize("content", [b"", b"no sound", b"RIFF\x24\0\0\0WAVEfmt ", bytes(5000)])
def test_what_is_no_sound_is_named(content, tmp_path):
    path = tmp_path / "broken.wav"
    path.write_bytes(content)
    with pytest.raises(MediaError, match=r"broken\.wav cannot be read"):
        read_voice(path)


def test_a_voice_of_no_length_is_named(tmp_path):
    with wave.open(str(tmp_path / "v.wav"), "wb") as out:
        out.setparams((1, 2, 24_000, 0, "NONE", ""))
    with pytest.raises(MediaError, match=r"v\.wav cannot be read"):
        read_voice(tmp_path / "v.wav")


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(MediaError, match=r"nothing\.wav"):
        read_voice(tmp_path / "nothing.wav")
