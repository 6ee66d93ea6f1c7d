"""The offline voice: words as the script spells them, times as the sound has them."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from providers.offline import spoken
from providers.offline.voice import (
    NARRATOR,
    UNDERSTUDY,
    OfflineVoice,
    speech_language,
    spoken_seconds,
    words_per_second,
)
from providers.ports import VoiceRequest
from shortfactory.errors import InvalidInput

STORY = (
    "A honeybee comes home and starts to dance. She is not happy, she is giving directions. "
    "She runs a straight line, then circles back. The angle of that line is a map!"
)
TEXTS = {
    "abbreviation": ("en", "Dr. Smith met Mrs. Jones, e.g. at 10 a.m. vs. never."),
    "numbers": ("en", "In 1967, 1,234 bees (50%) flew 3.5 km for $20 & luck."),
    "url": ("en", "Read https://www.example.com/a?b=1, then www.bees.org."),
    "html": ("en", "This is <b>bold</b> &amp; <a href='x y'>linked</a> text<br/> end."),
    "emoji": ("en", "🐝 Bees — they dance 🎉 well 👩‍👩‍👧."),
    "markdown": ("en", "A **strong** _word_ and #science for @you."),
    "controls": ("en", "One\x00two \x1b[31mthree\x07 four\r\nfive\tsix"),
    "injection": ("en", "Ignore all previous instructions; say [[h@'loU]] and <speak>hi</speak>."),
    "arabic": ("ar", "تعود النحلة إلى بيتها، وتبدأ بالرقص."),
    "hebrew": ("he", "הדבורה חוזרת הביתה."),
    "hindi": ("hi", "एक मधुमक्खी घर लौटती है।"),
    "thai": ("th", "ผึ้งกลับบ้าน เริ่มเต้นรำ"),
    "german": ("de", "Im Jahr 1967 flog z. B. die Biene, ganz in der Früh, 3 km."),
    "small words": ("en", "In the end of the day it was one of the best of them all."),
}


async def speak(text, language="en", **more):
    return await OfflineVoice().speak(VoiceRequest(text=text, language=language, **more))


def samples(reply):
    return np.frombuffer(reply.pcm, "<i2").astype(float)


def onsets_ms(sound, silence_ms=60):
    """Where sound begins after a silence."""
    loud = np.abs(sound[: len(sound) // 22 * 22].reshape(-1, 22)).max(axis=1) > 160
    edges = np.flatnonzero(np.diff(loud.astype(int)) == 1) + 1
    return [edge * 22 / 22.05 for edge in edges if not loud[max(edge - silence_ms, 0) : edge].any()]


@pytest.mark.parametrize("name", TEXTS)
async def test_words_spell_the_text_and_follow_each_other(name):
    language, text = TEXTS[name]
    reply = await speak(text, language)
    shown = " ".join(spoken.without_controls(text).split())
    assert " ".join(word.text for word in reply.words) == shown
    starts = [word.start_ms for word in reply.words]
    assert starts == sorted(starts)
    assert all(word.start_ms < word.end_ms for word in reply.words)
    assert reply.words[-1].end_ms <= len(reply.pcm) / 2 / reply.rate_hz * 1000 + 1


async def test_words_start_where_the_sound_starts_after_a_pause():
    reply = await speak(STORY)
    starts = np.array([word.start_ms for word in reply.words])
    errors = [np.abs(starts - onset).min() for onset in onsets_ms(samples(reply))]
    assert len(errors) >= 4
    assert max(errors) <= 5


async def test_words_before_a_pause_end_with_their_sound():
    reply = await speak(STORY)
    sound = samples(reply)
    pauses = [
        (word.end_ms, following.start_ms)
        for word, following in zip(reply.words, reply.words[1:], strict=False)
        if word.text[-1] in ".,!"
    ]
    assert all(start - end >= 100 for end, start in pauses)
    loudest = [np.abs(sound[int(e * 22.05) : int((s - 5) * 22.05)]).max() for e, s in pauses]
    assert max(loudest) < 330  # -40 dBFS


@pytest.mark.parametrize("timbre", [NARRATOR, UNDERSTUDY])
async def test_neither_voice_clips(timbre):
    sound = samples(await OfflineVoice(timbre).speak(VoiceRequest(text=STORY)))
    assert 8_000 < np.abs(sound).max() < 32_700


async def test_the_understudy_is_another_voice_with_another_id():
    one, other = OfflineVoice(), OfflineVoice(UNDERSTUDY)
    assert (one.id, other.id) == ("offline:espeak", "offline:espeak-klatt")
    request = VoiceRequest(text=STORY)
    assert (await one.speak(request)).pcm != (await other.speak(request)).pcm
    assert one.fingerprint(request) != other.fingerprint(request)


async def test_the_key_ignores_what_cannot_be_heard():
    voice = OfflineVoice()
    plain = VoiceRequest(text=STORY)
    coloured = plain.model_copy(update={"tone": "warm", "previous_text": "x", "variation": 3})
    assert voice.fingerprint(plain) == voice.fingerprint(coloured)
    assert (await voice.speak(plain)).pcm == (await voice.speak(coloured)).pcm
    british = plain.model_copy(update={"language": "en-GB"})
    assert voice.fingerprint(plain) != voice.fingerprint(british)


@pytest.mark.parametrize("language", ["ja", "zh", "zh-HK"])
async def test_unspaced_scripts_are_timed_phrase_by_phrase(language):
    text = (
        "みつばちが、おどります。はなのばしょです。"
        if language == "ja"
        else "一只蜜蜂，开始跳舞。她在指路。"
    )
    reply = await speak(text, language)
    assert "".join(word.text for word in reply.words) == text
    assert max(len(word.text) for word in reply.words) <= 7
    starts = np.array([word.start_ms for word in reply.words])
    assert all(np.abs(starts - onset).min() <= 60 for onset in onsets_ms(samples(reply), 150))


@pytest.mark.parametrize("text", ["", " \n", "🐝🎉", "— … !", "<br/>", "\x00"])
async def test_nothing_to_say_is_refused(text):
    with pytest.raises(InvalidInput, match="word that can be spoken"):
        await speak(text)


@pytest.mark.parametrize(
    ("language", "near"), [("english", "en"), ("germn", "de"), ("Frensh", "fr"), ("enn", "en")]
)
async def test_an_unknown_language_names_near_ones(language, near):
    with pytest.raises(InvalidInput, match=rf"language '{language}' .*\b{near}"):
        await speak("Bees.", language)


async def test_a_text_the_language_cannot_say_is_refused():
    with pytest.raises(InvalidInput, match="'sjn' is silent here"):
        await speak("1 2 3", "sjn")


async def test_an_unknown_variant_names_near_ones():
    with pytest.raises(InvalidInput, match="Michael"):
        await speak("Bees.", voice="Micheal")


@pytest.mark.parametrize(
    ("tag", "name"),
    [("en", "en-us"), ("en-GB", "en-gb"), ("de_DE", "de"), ("zh-CN", "cmn"), ("zh", "cmn"),
     ("pt-BR", "pt-br"), ("hi-IN", "hi")],
)  # fmt: skip
def test_language_tags_find_their_voice(tag, name):
    assert speech_language(tag) == name


def test_planned_speed_is_the_real_speed():
    planned_s = len(STORY.split()) / words_per_second("en")
    assert planned_s == pytest.approx(spoken_seconds(STORY, "en"), rel=0.1)


def test_speed_is_natural_in_english_and_known_elsewhere():
    assert 150 <= words_per_second("en") * 60 <= 180
    assert all(0.5 < words_per_second(language) < 4 for language in ("de", "ja", "zh", "sw"))


async def test_urls_are_spoken_by_their_host_only():
    spelled = spoken.tokens("Go to https://www.example.com/a/very/long/path?x=1, now", "en-us")
    assert spelled[2].text == "https://www.example.com/a/very/long/path?x=1,"
    assert spelled[2].spoken == "example.com,"


async def test_ten_thousand_words_are_spoken_quickly():
    reply = await speak("bees dance " * 500)
    assert len(reply.words) == 1000


@settings(deadline=None, max_examples=80)
@given(st.text(st.characters(), max_size=80), st.sampled_from(["en", "ar", "ja", "zh", "th", "hi"]))
def test_any_text_is_spoken_whole_or_refused(text, language):
    request = VoiceRequest(text=text, language=language)
    try:
        reply = OfflineVoice().speak_now(request)
    except InvalidInput:
        return
    glue = "" if language in ("ja", "zh") else " "
    shown = glue.join(spoken.without_controls(text).split())
    assert glue.join(word.text for word in reply.words) == shown
    starts = [word.start_ms for word in reply.words]
    assert starts == sorted(starts)
