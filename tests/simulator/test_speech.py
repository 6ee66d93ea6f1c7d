"""The simulated voices: real speech with true times, whatever the text."""

import itertools

import numpy as np
import pytest

from providers.offline import espeak
from simulator.speech import speak, spoken_language

TEXTS = {
    "plain": "Bees dance in the dark.",
    "signs": "“Wait…” — said (the) man; well: 3,000 & 50% of $9.99!",
    "emoji": "Bees 🐝 dance 💃🏽 well",
    "right to left": "النحل يرقص في الظلام",
    "russian": "Пчёлы танцуют в темноте.",
    "japanese": "蜂は暗闇で踊ります。",
    "spaces": "  Two   spaces\nand a line  ",
    "control": "Bell\x07 and nul\x00 here",
    "one letter": "A",
    "only signs": "?!",
    "combining": "Cafe\u0301 naïve",
}


async def spoken(text, **how):
    given = {"language": "en", "speed": 1.0, "voice": "female", "rate_hz": 24_000, **how}
    return await speak(text, **given)


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
async def test_times_cover_every_character_and_never_run_back(text):
    found = await spoken(text)
    edges = list(itertools.chain.from_iterable(found.spans_s))
    assert len(found.spans_s) == len(text)
    assert edges == sorted(edges)
    assert edges[0] >= 0
    assert edges[-1] == pytest.approx(found.seconds, abs=1e-3)
    assert "".join(found.alignment()["characters"]) == text


async def test_words_begin_where_the_sound_begins():
    text = "Dogs bark. Cats purr. Birds sing. Kings build. Bells toll."
    found = await spoken(text, rate_hz=22_050)
    loud = np.abs(np.frombuffer(found.pcm, "<i2").astype(float)) > 800
    frames = loud[: len(loud) // 220 * 220].reshape(-1, 220).any(1)  # 10 ms each
    for word in ("Cats", "Birds", "Kings", "Bells"):
        at = round(found.spans_s[text.index(word)][0] * 100)
        assert not frames[at - 12 : at - 3].any(), "a pause comes before the word"
        assert frames[at : at + 12].any(), "the word sounds at its time"


async def test_speed_and_rate_are_obeyed():
    slow, fast = await spoken(TEXTS["plain"], speed=0.7), await spoken(TEXTS["plain"], speed=1.2)
    assert slow.seconds > 1.3 * fast.seconds
    wide, narrow = await spoken("A bee.", rate_hz=48_000), await spoken("A bee.", rate_hz=8_000)
    assert wide.seconds == pytest.approx(narrow.seconds, abs=0.01)
    assert len(wide.pcm) == pytest.approx(6 * len(narrow.pcm), abs=12)


async def test_voices_differ_and_repeat_themselves():
    female, male = await spoken("A bee."), await spoken("A bee.", voice="male")
    assert female.pcm != male.pcm
    assert female.pcm == (await spoken("A bee.")).pcm


@pytest.mark.parametrize(
    ("text", "asked", "expected"),
    [
        ("Hello", "en", "en-us"),
        ("Hallo", "de-DE", "de"),
        ("Olá", "pt", "pt-br"),
        ("Привет", "en", "ru"),
        ("蜂", "ja", "ja"),
        ("蜂は", "", "ja"),
        ("蜜蜂", "", "cmn"),
        ("Hello", "xx", "en-us"),
        ("", "", "en-us"),
    ],
)
def test_languages(text, asked, expected):
    assert spoken_language(text, asked) == expected
    assert expected in espeak.languages()
