"""The offline voices: espeak-ng behind the voice port, with the time of every word."""

from __future__ import annotations

import asyncio
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import asdict
from difflib import get_close_matches
from functools import lru_cache
from importlib.metadata import version
from itertools import accumulate, pairwise

import numpy as np
from numpy.typing import NDArray
from pydantic import JsonValue

from providers.offline import espeak, spoken
from providers.offline.espeak import RATE_HZ, Timbre
from providers.ports import Usage, VoiceReply, VoiceRequest
from shortfactory.errors import InvalidInput
from shortfactory.story import Word

# The fullest of the variants that neither clip nor hiss; 156 makes 160 words a minute.
NARRATOR = Timbre("Michael", 156, pitch=48, pitch_range=62)
# Klatt synthesis clips at its full volume.
UNDERSTUDY = Timbre("klatt4", 156, pitch=52, pitch_range=60, volume=70)

ALIASES = {
    "en": "en-us", "zh": "cmn", "zh-cn": "cmn", "zh-hans": "cmn", "zh-tw": "cmn",
    "zh-hant": "cmn", "zh-hk": "yue", "iw": "he", "in": "id", "nn": "nb",
}  # fmt: skip

BLOCK = 110  # samples: 5 ms, the step in which silence is found
SILENCE = 160  # of 32,767: -46 dBFS
TAIL_S = 0.25  # of silence after the last word

PHRASE_PAUSE_S, SENTENCE_PAUSE_S = 0.17, 0.34  # what espeak-ng itself leaves in English

# What the speed of a language is measured on; others are taken to be as fast as English.
PASSAGES = {
    "en": "In total darkness, a honeybee is drawing a map. She has found flowers, far away. So "
    "she runs in a straight line, shaking, then circles back and runs it again. And how far? One "
    "second is about one kilometre of flight.",
    "de": "Eine Biene kommt nach Hause und beginnt zu tanzen. Sie ist nicht fröhlich, sie "
    "zeigt den Weg. Der Winkel ihres Laufs ist der Winkel zwischen den Blumen und der Sonne.",
    "fr": "Une abeille rentre et se met à danser. Elle n'est pas joyeuse, elle indique le "
    "chemin. L'angle de sa course est l'angle entre les fleurs et le soleil.",
    "es": "Una abeja vuelve a casa y empieza a bailar. No está contenta, está dando "
    "indicaciones. El ángulo de su carrera es el ángulo entre las flores y el sol.",
    "it": "Un'ape torna a casa e comincia a danzare. Non è felice, sta dando indicazioni. "
    "L'angolo della sua corsa è l'angolo tra i fiori e il sole.",
    "pt": "Uma abelha volta para casa e começa a dançar. Ela não está feliz, está dando "
    "direções. O ângulo da corrida é o ângulo entre as flores e o sol.",
    "ru": "Пчела возвращается домой и начинает танцевать. Она не радуется, она показывает "
    "дорогу. Угол её пробежки равен углу между цветами и солнцем.",
    "ar": "تعود النحلة إلى بيتها وتبدأ بالرقص. ليست سعيدة، بل تصف الطريق إلى الزهور.",
    "hi": "एक मधुमक्खी घर लौटती है और नाचने लगती है। वह खुश नहीं है, वह रास्ता बता रही है।",
    "th": "ผึ้งกลับบ้านและเริ่มเต้นรำ มันกำลังบอกทางไปหาดอกไม้",
    "ja": "みつばちがいえにかえって、おどりはじめます。はなのばしょをおしえています。",
    "cmn": "一只蜜蜂回到家，开始跳舞。她不是高兴，她在指路。",
}


class OfflineVoice:
    """espeak-ng as a voice: no key, no network, 300 times faster than speech."""

    def __init__(self, timbre: Timbre = NARRATOR) -> None:
        """Speak with this timbre."""
        self._timbre = timbre

    @property
    def id(self) -> str:
        """`offline:espeak` for the narrator, `offline:espeak-klatt` for the understudy."""
        return "offline:espeak-klatt" if self._timbre.variant == "klatt4" else "offline:espeak"

    def fingerprint(self, request: VoiceRequest) -> Mapping[str, JsonValue]:
        """Text, language and timbre: another tone, neighbour or take sounds the same here."""
        return {
            "text": request.text,
            "language": speech_language(request.language),
            "engine": f"espeakng-loader {version('espeakng-loader')}",
            **asdict(self._timbre_for(request)),
        }

    async def speak(self, request: VoiceRequest) -> VoiceReply:
        """Speak the text; `request.voice` may name another espeak-ng variant.

        Word times are espeak-ng's own. In languages written without spaces its word events are
        unreliable: there each phrase is spoken by itself, and the characters share its time.
        Raises InvalidInput for an unknown language or variant and for a text without words.
        """
        return await asyncio.to_thread(self.speak_now, request)

    def speak_now(self, request: VoiceRequest) -> VoiceReply:
        """`speak` without an event loop; one text at a time in a process."""
        language = speech_language(request.language)
        words = spoken.tokens(request.text, language)
        if not words:
            raise InvalidInput("narration", request.text, "write a word that can be spoken")
        timbre = self._timbre_for(request)
        by_phrase = language in spoken.WITHOUT_SPACES
        say = _phrase_by_phrase if by_phrase else _word_by_word
        samples, starts = say(words, language, timbre)
        if not len(samples) or np.abs(samples.astype(np.int32)).max() <= SILENCE:
            cure = f"the voice for {language!r} is silent here; check the language of the text"
            raise InvalidInput("narration", request.text, cure)
        return VoiceReply(
            pcm=samples.astype("<i2").tobytes(),
            rate_hz=RATE_HZ,
            words=_timed(words, starts, samples),
            usage=Usage(units={"characters": len(request.text)}),
        )

    def _timbre_for(self, request: VoiceRequest) -> Timbre:
        if not request.voice:
            return self._timbre
        if request.voice not in espeak.variants():
            near = get_close_matches(request.voice, espeak.variants(), n=3, cutoff=0.3)
            cure = f"choose a variant of espeak-ng, for example {', '.join(near or ['f3'])}"
            raise InvalidInput("voice", request.voice, cure)
        return Timbre(request.voice, self._timbre.words_per_minute)


def speech_language(language: str) -> str:
    """The espeak-ng name for a language tag. Raises InvalidInput that names the nearest ones."""
    wanted = language.strip().lower().replace("_", "-")
    known = espeak.languages()
    for name in (wanted, wanted.split("-")[0]):
        if ALIASES.get(name, name) in known:
            return ALIASES.get(name, name)
    by_label = {entry.label.split(" (")[0].lower(): name for name, entry in known.items()}
    near = [by_label[label] for label in get_close_matches(wanted, by_label, n=3, cutoff=0.7)]
    near = near or get_close_matches(wanted, known, n=3)
    cure = f"use a language code such as {', '.join(near or ['en', 'de', 'fr', 'es', 'hi'])}"
    raise InvalidInput("language", language, cure)


@lru_cache
def words_per_second(language: str = "en") -> float:
    """How many words the narrator speaks a second, pauses included: measured.

    In scripts without spaces three characters count as a word.
    """
    name = speech_language(language)
    measured = name if name in PASSAGES else name.split("-")[0]
    passage = PASSAGES.get(measured, PASSAGES["en"])
    name = name if measured in PASSAGES else "en-us"
    unspaced = measured in (*spoken.WITHOUT_SPACES, "th")
    words = len(passage) / 3 if unspaced else len(passage.split())
    return words / spoken_seconds(passage, name)


def spoken_seconds(text: str, language: str) -> float:
    """How long the narrator speaks this text, exactly: it is spoken to find out."""
    reply = OfflineVoice().speak_now(VoiceRequest(text=text, language=language))
    return len(reply.pcm) / 2 / reply.rate_hz


def _word_by_word(
    words: tuple[spoken.Token, ...], language: str, timbre: Timbre
) -> tuple[NDArray[np.int16], list[int]]:
    text, spans = spoken.spoken_text(words)
    sound = espeak.speak(text, language, timbre)
    known: dict[int, int] = {}
    for mark in sound.words:
        index = bisect_right(spans, mark.character, key=lambda span: span.start) - 1
        known.setdefault(max(index, 0), mark.sample)
    samples = _without_tail(sound.samples)
    return samples, _filled(known, words, len(samples))


def _filled(known: dict[int, int], words: tuple[spoken.Token, ...], end: int) -> list[int]:
    """Some languages run small words together in one event: they share its time by length."""
    known = {**known, 0: 0, len(words): end}
    starts: list[int] = []
    for first, after in pairwise(sorted(known)):
        lengths = [len(word.spoken) for word in words[first:after]]
        room = max(known[after] - known[first], 0)
        shares = accumulate(lengths[:-1], initial=0)
        starts.extend(known[first] + room * share // max(sum(lengths), 1) for share in shares)
    return starts


def _phrase_by_phrase(
    words: tuple[spoken.Token, ...], language: str, timbre: Timbre
) -> tuple[NDArray[np.int16], list[int]]:
    sounds: list[NDArray[np.int16]] = []
    starts: list[int] = []
    at = 0
    for phrase in spoken.phrases(words):
        text, _ = spoken.spoken_text(phrase)
        sound = espeak.speak(text.replace(" ", ""), language, timbre).samples
        heard = _heard(sound)
        known = {0: 0}
        starts.extend(at + start for start in _filled(known, phrase, heard))
        pause_s = (
            SENTENCE_PAUSE_S if phrase[-1].text[-1] in spoken.SENTENCE_ENDS else PHRASE_PAUSE_S
        )
        sounds += [sound[:heard], np.zeros(round(pause_s * RATE_HZ), np.int16)]
        at += heard + len(sounds[-1])
    return _without_tail(np.concatenate(sounds)), starts


def _timed(
    words: tuple[spoken.Token, ...], starts: list[int], samples: NDArray[np.int16]
) -> tuple[Word, ...]:
    edges = [*starts, len(samples)]
    spans = (
        (start + _silent(samples[start:end]), start + _heard(samples[start:end]))
        for start, end in pairwise(edges)
    )
    return tuple(
        Word(text=word.text, start_ms=_ms(start), end_ms=max(_ms(end), _ms(start) + 1))
        for word, (start, end) in zip(words, spans, strict=True)
    )


def _heard(samples: NDArray[np.int16]) -> int:
    """How many samples until silence; all of them when none is loud."""
    loud = np.flatnonzero(np.abs(samples.astype(np.int32)) > SILENCE)
    return min(int(loud[-1]) + BLOCK, len(samples)) if len(loud) else len(samples)


def _silent(samples: NDArray[np.int16]) -> int:
    """How many samples until sound; 0 when none is loud."""
    return int(np.argmax(np.abs(samples.astype(np.int32)) > SILENCE)) if len(samples) else 0


def _without_tail(samples: NDArray[np.int16]) -> NDArray[np.int16]:
    return samples[: _heard(samples) + round(TAIL_S * RATE_HZ)]


def _ms(samples: int) -> int:
    return round(samples * 1000 / RATE_HZ)
