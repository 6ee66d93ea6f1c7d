"""Narrations that can be filmed pass; planted defects are named."""

import av
import numpy as np
import pytest

from media.inspect import inspect_voice
from shortfactory.story import Word

RATE_HZ = 24_000
TEXT = "Why do bees dance in the dark?"
SPANS = [(150, 400), (430, 560), (600, 900), (930, 1300), (1340, 1450), (1480, 1600), (1640, 2000)]


def timed(text=TEXT, spans=SPANS):
    words = text.split()
    return [
        Word(text=word, start_ms=a, end_ms=b) for word, (a, b) in zip(words, spans, strict=True)
    ]


def speech(spans=SPANS, length_ms=2300, level=0.5):
    out = np.zeros(length_ms * RATE_HZ // 1000)
    for start, end in spans:
        t = np.arange((end - start) * RATE_HZ // 1000) / RATE_HZ
        wave = sum(
            np.sin(2 * np.pi * 130 * k * t) * np.exp(-(((130 * k - 700) / 900) ** 2))
            for k in range(1, 24)
        )
        edge = np.minimum(1, np.minimum(t, t[::-1]) / 0.01)
        at = start * RATE_HZ // 1000
        out[at : at + len(t)] += level * wave * edge / np.abs(wave).max()
    return out


@pytest.fixture
def voice(tmp_path):
    def write(samples):
        path = tmp_path / "voice.wav"
        with av.open(path, "w") as out:
            stream = out.add_stream("pcm_s16le", rate=RATE_HZ, layout="mono")
            pcm = (np.clip(samples, -1, 1) * 32767).astype(np.int16).reshape(1, -1)
            frame = av.AudioFrame.from_ndarray(pcm, format="s16", layout="mono")
            frame.sample_rate = RATE_HZ
            out.mux(stream.encode(frame))
            out.mux(stream.encode(None))
        return path

    return write


def checks(findings):
    return {finding.check for finding in findings}


@pytest.mark.parametrize("level", [0.05, 0.3, 0.9])
def test_a_good_narration_passes(level, voice):
    assert inspect_voice(voice(speech(level=level)), TEXT, timed()) == []


@pytest.mark.parametrize(
    ("text", "spans"),
    [
        ("مرحبا بكم في المصنع اليوم", SPANS[:5]),
        ("मधुमक्खियाँ अँधेरे में नाचती हैं", SPANS[:5]),
        ("In 1969, 3 men flew to the moon!", [*SPANS, (2050, 2200)]),
        ("“Well—yes,” she said: it’s so.", SPANS[:5]),
    ],
)
def test_other_scripts_and_marks_pass(text, spans, voice):
    words = timed(" ".join(text.split()), spans)
    assert inspect_voice(voice(speech(spans)), text, words) == []


def test_words_split_otherwise_than_the_script_pass(voice):
    text = "みつばちは暗い巣で踊ります"
    parts = ["みつばち", "は", "暗い", "巣", "で", "踊り", "ます"]
    words = [
        Word(text=part, start_ms=a, end_ms=b) for part, (a, b) in zip(parts, SPANS, strict=True)
    ]
    assert inspect_voice(voice(speech()), text, words) == []


@pytest.mark.parametrize("noise", [0.0, 1e-5, 3e-4])
def test_silence_is_found(noise, voice):
    samples = np.random.default_rng(1).normal(0, 1, 48_000) * noise
    assert "voice_silence" in checks(inspect_voice(voice(samples), TEXT, timed()))


@pytest.mark.parametrize("gain", [2.0, 4.0, 20.0])
@pytest.mark.parametrize("rail", [1.0, 0.5])
def test_clipping_is_found_at_any_level(gain, rail, voice):
    samples = np.clip(speech(level=1.0) * gain, -1, 1) * rail
    assert "clipping" in checks(inspect_voice(voice(samples), TEXT, timed()))


@pytest.mark.parametrize("index", range(6))
def test_times_that_run_backwards_are_found(index, voice):
    words = timed()
    words[index], words[index + 1] = (
        words[index].model_copy(update={"start_ms": words[index + 1].start_ms}),
        words[index + 1].model_copy(update={"start_ms": words[index].start_ms}),
    )
    assert "word_order" in checks(inspect_voice(voice(speech()), TEXT, words))


def test_a_word_that_ends_before_it_begins_is_found(voice):
    words = timed()
    words[2] = words[2].model_copy(update={"end_ms": 500})
    assert "word_order" in checks(inspect_voice(voice(speech()), TEXT, words))


@pytest.mark.parametrize("late_ms", [400, 2_000, 60_000])
def test_times_beyond_the_end_are_found(late_ms, voice):
    words = timed()
    words[-1] = words[-1].model_copy(update={"end_ms": 2000 + late_ms})
    assert "words_beyond_end" in checks(inspect_voice(voice(speech()), TEXT, words))


@pytest.mark.parametrize("drop", range(7))
def test_a_missing_word_is_found(drop, voice):
    words = timed()[:drop] + timed()[drop + 1 :]
    assert "words_missing" in checks(inspect_voice(voice(speech()), TEXT, words))


@pytest.mark.parametrize(
    "said", ["Why do wasps dance in the dark?", "Why do bees dance in a park?"]
)
def test_other_words_than_the_scripts_are_found(said, voice):
    assert "words_missing" in checks(inspect_voice(voice(speech()), TEXT, timed(said)))


def test_no_words_at_all_are_found(voice):
    assert "words_missing" in checks(inspect_voice(voice(speech()), TEXT, []))


@pytest.mark.parametrize("shift_ms", [1_200, 1_500])
def test_words_over_silence_are_found(shift_ms, voice):
    spans = [(a + shift_ms, b + shift_ms) for a, b in SPANS]
    findings = inspect_voice(voice(speech(SPANS, 4500)), TEXT, timed(spans=spans))
    assert "voice_missing" in checks(findings)


def test_a_hole_in_the_middle_is_found(voice):
    spans = SPANS[:4] + [(a + 4_000, b + 4_000) for a, b in SPANS[4:]]
    found = inspect_voice(voice(speech(spans, 6500)), TEXT, timed(spans=spans))
    assert "voice_silence" in checks(found)


@pytest.mark.parametrize("factor", [0.25, 0.4, 5.0, 8.0])
def test_too_fast_and_too_slow_are_found(factor, voice):
    spans = [(round(a * factor), round(b * factor)) for a, b in SPANS]
    samples = speech(spans, round(2300 * factor))
    assert "pace" in checks(inspect_voice(voice(samples), TEXT, timed(spans=spans)))


@pytest.mark.parametrize("content", [b"", b"no sound at all", bytes(4_000)])
def test_an_unreadable_voice_is_a_finding(content, tmp_path):
    path = tmp_path / "voice.wav"
    path.write_bytes(content)
    assert checks(inspect_voice(path, TEXT, timed())) == {"voice_readable"}
