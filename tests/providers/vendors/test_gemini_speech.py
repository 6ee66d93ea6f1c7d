"""GeminiSpeech: the wire, what comes back, and how well the words are found in the sound."""

import io
import re
import wave

import numpy as np
import pytest
from pydantic import SecretStr

from providers.access import Access
from providers.alignment import Sound, align
from providers.completeness import missing
from providers.gemini_speech import GeminiSpeech, voice_name
from providers.offline.espeak import Timbre
from providers.offline.voice import NARRATOR, UNDERSTUDY, OfflineVoice
from providers.ports import VoiceRequest
from shortfactory.errors import ContentRefused, MalformedReply, RequestRejected
from shortfactory.story import Word

TEXT = "In 1967 a clock went wrong — nobody noticed for three days!"
REQUEST = VoiceRequest(text=TEXT, language="en", tone="calm")


@pytest.fixture(scope="module")
def spoken():
    return OfflineVoice(UNDERSTUDY).speak_now(VoiceRequest(text=TEXT))


@pytest.fixture
def speech(vendor, http, key):
    def make(model="gemini-3.1-flash-tts-preview"):
        return GeminiSpeech(Access(model, SecretStr(key), vendor.url, 5, http))

    return make


def l16(gemini, pcm, rate_hz=22_050):
    used = {
        "candidatesTokenCount": 90,
        "candidatesTokensDetails": [{"modality": "AUDIO", "tokenCount": 90}],
    }
    return gemini.body([gemini.blob(pcm, f"audio/L16;codec=pcm;rate={rate_hz}")], **used)


async def test_sound_comes_back_with_the_words_of_the_script(vendor, gemini, speech, spoken):
    vendor.say(l16(gemini, spoken.pcm))
    reply = await speech().speak(REQUEST)
    assert reply.pcm == spoken.pcm
    assert reply.rate_hz == 22_050
    assert [word.text for word in reply.words][:6] == [
        "In",
        "1967",
        "a",
        "clock",
        "went",
        "wrong —",
    ]
    late_ms = [
        abs(found.start_ms - true.start_ms)
        for found, true in zip(reply.words, spoken.words, strict=True)
    ]
    assert np.median(late_ms) <= 30
    assert max(late_ms) <= 120
    assert reply.usage.units == {"input_tokens": 17, "audio_tokens": 90, "text_tokens": 0}


async def test_what_is_sent_to_an_earlier_model(vendor, gemini, speech, spoken):
    vendor.say(l16(gemini, spoken.pcm))
    await speech().speak(REQUEST)
    config = vendor.last["generationConfig"]
    assert vendor.last["contents"][0]["parts"] == [{"text": TEXT}]
    assert config["responseModalities"] == ["AUDIO"]
    # the SDK's own mixture of both casings
    voice = {"prebuilt_voice_config": {"voice_name": "Vindemiatrix"}}
    assert config["speechConfig"] == {"voice_config": voice}
    assert not {"temperature", "seed"} & set(config)
    assert "systemInstruction" not in vendor.last


async def test_a_model_of_3_8_gets_the_style_beside_the_text(vendor, gemini, speech, spoken):
    vendor.say(l16(gemini, spoken.pcm))
    await speech("gemini-3.8-flash-lite-tts").speak(REQUEST)
    part = vendor.last["contents"][0]["parts"][0]
    assert part["text"] == TEXT
    style = part.get("speechMetadata") or part["speech_metadata"]
    assert style == {"style": "A narrator with a calm tone."}


async def test_a_wav_file_is_read_as_one(vendor, gemini, speech, spoken):
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setparams((1, 2, 22_050, 0, "NONE", ""))
        sound.writeframes(spoken.pcm)
    vendor.say(gemini.body([gemini.blob(file.getvalue(), "audio/wav")]))
    reply = await speech("gemini-3.8-flash-tts").speak(REQUEST)
    assert (reply.pcm, reply.rate_hz) == (spoken.pcm, 22_050)


@pytest.mark.parametrize(
    ("share", "words"),
    [(0.2, "were to be expected"), (4, "were to be expected"), (0, "lasts 0.0 s")],
)
async def test_sound_of_another_length_is_not_this_text(
    vendor, gemini, speech, spoken, share, words
):
    pcm = (spoken.pcm * 4)[: int(len(spoken.pcm) * share) // 2 * 2]
    vendor.say(l16(gemini, pcm or bytes(2)))
    with pytest.raises(MalformedReply) as caught:
        await speech().speak(REQUEST)
    assert words in str(caught.value) or "silent" in str(caught.value)
    assert caught.value.units["audio_tokens"] == 90


@pytest.mark.parametrize("mime", ["audio/L16;rate=1", "audio/L16;rate=999999999"])
async def test_an_absurd_rate_is_malformed(vendor, gemini, speech, spoken, mime):
    vendor.say(gemini.body([gemini.blob(spoken.pcm, mime)]))
    with pytest.raises(MalformedReply, match="samples a second"):
        await speech().speak(REQUEST)


@pytest.mark.parametrize("data", [b"RIFF\0\0\0\0WAVE", b"RIFFgarbage", b"RIFF"])
async def test_a_broken_wav_is_malformed(vendor, gemini, speech, data):
    vendor.say(gemini.body([gemini.blob(data, "audio/wav")]))
    with pytest.raises(MalformedReply):
        await speech().speak(REQUEST)


async def test_words_instead_of_sound_are_malformed(vendor, gemini, speech):
    vendor.say(gemini.text("Sure, here is a narration."))
    with pytest.raises(MalformedReply, match="here is a narration"):
        await speech().speak(REQUEST)


async def test_sound_that_was_cut_off_is_malformed(vendor, gemini, speech, spoken):
    body = l16(gemini, spoken.pcm)
    body["candidates"][0]["finishReason"] = "MAX_TOKENS"
    vendor.say(body)
    with pytest.raises(MalformedReply, match="cut off"):
        await speech().speak(REQUEST)


async def test_no_sound_for_no_reason_may_pass_a_moment_later(vendor, gemini, speech):
    body = gemini.refusal("OTHER", "")
    vendor.say(body)
    with pytest.raises(ContentRefused) as caught:
        await speech().speak(REQUEST)
    assert caught.value.random
    assert len(vendor.asked) == 1


@pytest.mark.parametrize("change", [{"language": "tlh"}, {"text": "…"}])
async def test_words_that_cannot_be_timed_are_not_paid_for(vendor, speech, change):
    with pytest.raises(RequestRejected, match="could not be timed"):
        await speech().speak(REQUEST.model_copy(update=change))
    assert vendor.asked == []


@pytest.mark.parametrize(
    ("voice", "tone", "name"),
    [
        ("Kore", "calm", "Kore"),
        ("21m00Tcm4TlvDq8ikWAM", "calm", "Vindemiatrix"),
        ("", "fast, energetic", "Puck"),
        ("", "", "Charon"),
    ],
)
def test_the_voice_is_googles_own_or_by_tone(voice, tone, name):
    assert voice_name(VoiceRequest(text="x", voice=voice, tone=tone)) == name


STORY = (
    "A bee comes home and starts to dance. She is not happy, she is giving directions. "
    "The angle of her run is the angle between the flowers and the sun."
)


def retold(text, variant, seed):
    """The text as another voice may say it: other speeds and pauses in every phrase, noise, a room.

    Returns the sound and the true times of its words.
    """
    random = np.random.default_rng(seed)
    pieces, words = [np.zeros(int(random.uniform(0.05, 0.4) * 22_050))], []
    for phrase in re.findall(r"[^.,]+[.,]*", text):
        timbre = Timbre(variant, int(random.uniform(115, 210)), pitch=int(random.uniform(30, 80)))
        said = OfflineVoice(timbre).speak_now(VoiceRequest(text=phrase.strip()))
        at_ms = round(sum(map(len, pieces)) / 22.05)
        words += [
            Word(text=w.text, start_ms=w.start_ms + at_ms, end_ms=w.end_ms + at_ms)
            for w in said.words
        ]
        pieces.append(np.frombuffer(said.pcm, "<i2") / 32768)
        pieces.append(np.zeros(int(random.uniform(0, 0.7) * 22_050)))
    dry = np.concatenate(pieces) + random.normal(0, 0.002, sum(map(len, pieces)))
    room = random.normal(0, 1, 64) * np.exp(-np.arange(64) / 12)
    wet = np.convolve(dry, room / np.abs(room).sum())[: len(dry)]
    return Sound(wet.astype(np.float32), 22_050), words


@pytest.mark.parametrize("variant", ["f3", "f5", "klatt4", "m3", "whisperf"])
def test_onsets_are_found_in_a_strangers_voice(variant):
    recording, truth = retold(STORY, variant, seed=7)
    reference = OfflineVoice(NARRATOR).speak_now(VoiceRequest(text=STORY))
    found = align(recording, Sound.from_pcm(reference.pcm, reference.rate_hz), reference.words)
    late_ms = [abs(a.start_ms - b.start_ms) for a, b in zip(found, truth, strict=True)]
    assert np.median(late_ms) <= 25
    assert np.percentile(late_ms, 90) <= 80
    assert [word.text for word in found] == [word.text for word in truth]


@pytest.mark.parametrize(("variant", "kept"), [("f3", 0.5), ("klatt4", 0.7), ("whisperf", 0.6)])
def test_speech_that_was_cut_off_is_noticed_and_whole_speech_is_not(variant, kept):
    whole, _ = retold(STORY, variant, seed=11)
    reference = OfflineVoice(NARRATOR).speak_now(VoiceRequest(text=STORY))
    known = Sound.from_pcm(reference.pcm, reference.rate_hz)
    half = Sound(whole.samples[: int(len(whole.samples) * kept)], whole.rate_hz)

    def at_fault(sound):
        return missing(align(sound, known, reference.words), reference.words)

    assert not at_fault(whole)
    assert at_fault(half)


def test_a_sentence_left_out_is_named():
    whole = OfflineVoice(UNDERSTUDY).speak_now(VoiceRequest(text=STORY))
    said = OfflineVoice(NARRATOR).speak_now(VoiceRequest(text=STORY.split(". ")[0] + "."))
    recording = Sound.from_pcm(said.pcm, said.rate_hz)
    found = align(recording, Sound.from_pcm(whole.pcm, whole.rate_hz), whole.words)
    assert missing(found, whole.words)


def test_times_never_run_backwards_even_in_the_wrong_sound():
    noise = Sound(np.random.default_rng(0).normal(0, 0.1, 60_000).astype(np.float32), 24_000)
    reference = OfflineVoice(NARRATOR).speak_now(VoiceRequest(text=STORY))
    found = align(noise, Sound.from_pcm(reference.pcm, reference.rate_hz), reference.words)
    times = [time for word in found for time in (word.start_ms, word.end_ms)]
    assert times == sorted(times)
    assert times[-1] <= 2_500


@pytest.mark.slow
def test_a_minute_of_speech_is_aligned_in_bounded_memory():
    reference = OfflineVoice(NARRATOR).speak_now(VoiceRequest(text=" ".join([STORY] * 6)))
    known = Sound.from_pcm(reference.pcm, reference.rate_hz)
    found = align(known, known, reference.words)
    off_ms = [abs(a.start_ms - b.start_ms) for a, b in zip(found, reference.words, strict=True)]
    assert np.percentile(off_ms, 95) <= 40


def test_the_fingerprint_forgets_a_strangers_voice_and_neighbours(speech):
    other = REQUEST.model_copy(update={"voice": "21m00Tcm4TlvDq8ikWAM", "previous_text": "Hm."})
    assert speech().fingerprint(other) == speech().fingerprint(REQUEST)
    again = REQUEST.model_copy(update={"variation": 1})
    assert speech().fingerprint(again) != speech().fingerprint(REQUEST)
