"""Speaks for both vendors: real speech of the text, resampled, with the true times in it."""

from __future__ import annotations

import asyncio
import io
import unicodedata
import wave
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from providers.offline import espeak
from providers.offline.espeak import RATE_HZ, Sound, Timbre
from simulator.wire import Json

WORDS_PER_MINUTE = 165
TAIL_S = 0.06  # kept after the last audible sample
AUDIBLE = 300  # of 32,767; espeak's pauses are below
DEEP = frozenset({"male", "charon", "fenrir", "orus", "puck", "iapetus", "umbriel", "algieba"})
SCRIPTS = {
    "CYRILLIC": "ru",
    "HIRAGANA": "ja",
    "KATAKANA": "ja",
    "CJK": "cmn",
    "HANGUL": "ko",
    "ARABIC": "ar",
    "GREEK": "el",
    "DEVANAGARI": "hi",
}
PREFERRED = {"en": "en-us", "zh": "cmn", "fr": "fr-fr", "pt": "pt-br", "no": "nb", "fil": "en-us"}


@dataclass(frozen=True)
class Spoken:
    """Mono 16-bit little-endian samples, and the start and end in seconds of each character."""

    text: str
    pcm: bytes
    rate_hz: int
    spans_s: tuple[tuple[float, float], ...]

    @property
    def seconds(self) -> float:
        """How long the sound is."""
        return len(self.pcm) / 2 / self.rate_hz

    def wav(self) -> bytes:
        """The samples in a WAV file."""
        file = io.BytesIO()
        with wave.open(file, "wb") as sound:
            sound.setnchannels(1)
            sound.setsampwidth(2)
            sound.setframerate(self.rate_hz)
            sound.writeframes(self.pcm)
        return file.getvalue()

    def alignment(self) -> Json:
        """The characters and their times as ElevenLabs writes them."""
        return {
            "characters": list(self.text),
            "character_start_times_seconds": [round(start, 3) for start, _ in self.spans_s],
            "character_end_times_seconds": [round(end, 3) for _, end in self.spans_s],
        }


async def speak(text: str, language: str, speed: float, voice: str, rate_hz: int) -> Spoken:
    """Speak the text exactly as given. `language` may be a code, a locale, or empty."""
    return await asyncio.to_thread(_speak, text, language, speed, voice, rate_hz)


def _speak(text: str, language: str, speed: float, voice: str, rate_hz: int) -> Spoken:
    # One character for one character, so that marks still count in the original text.
    plain = "".join(c if unicodedata.category(c)[0] != "C" else " " for c in text)
    deep = voice.lower() in DEEP
    timbre = Timbre("" if deep else "f2", round(WORDS_PER_MINUTE * speed), pitch=40 if deep else 50)
    sound = espeak.speak(plain, spoken_language(plain, language), timbre)
    loud = np.flatnonzero(np.abs(sound.samples.astype(np.int32)) > AUDIBLE)
    end = min(int(loud[-1]) + round(TAIL_S * RATE_HZ), len(sound.samples)) if loud.size else 0
    kept = sound.samples[:end] if end else np.zeros(RATE_HZ // 10, np.int16)
    spans = _spans(plain, _words(plain, sound, loud), len(kept) / RATE_HZ)
    return Spoken(text, _resampled(kept, rate_hz), rate_hz, spans)


def spoken_language(text: str, asked: str) -> str:
    """The espeak-ng language: the asked one, unless the letters are plainly of another script."""
    script = _script(text)
    known = espeak.languages()
    code = asked.lower().replace("_", "-")
    short = code.split("-")[0]
    if script == "cmn" and short == "ja":
        script = "ja"
    wishes = [script, PREFERRED.get(code, code), PREFERRED.get(short, short), short]
    return next((name for name in wishes if name in known), "en-us")


def _script(text: str) -> str:
    """The language that most letters give away; empty for Latin letters."""
    names = (unicodedata.name(c, "").split(" ")[0].split("-")[0] for c in text if c.isalpha())
    counted = Counter(SCRIPTS.get(name, "") for name in names)
    if counted["ja"]:  # kana among Chinese characters are Japanese
        counted["ja"] += counted.pop("cmn", 0)
    return counted.most_common(1)[0][0] if counted else ""


def _words(text: str, sound: Sound, loud: NDArray[np.intp]) -> list[tuple[int, int, float, float]]:
    """Each word's first and last+1 character, and its start and end in seconds."""
    places = _places(text)
    starts: list[float | None] = [
        next((m.sample / RATE_HZ for m in sound.words if first <= m.character < last), None)
        for first, last in places
    ]
    total_s = (int(loud[-1]) + 1) / RATE_HZ if loud.size else 0.1
    begins = _without_gaps(starts, total_s)
    words: list[tuple[int, int, float, float]] = []
    for (first, last), (begin_s, next_s) in zip(places, pairwise([*begins, total_s]), strict=True):
        inside = loud[(loud >= begin_s * RATE_HZ) & (loud < next_s * RATE_HZ)]
        end_s = (int(inside[-1]) + 1) / RATE_HZ if inside.size else next_s
        words.append((first, last, begin_s, max(begin_s, end_s)))
    return words


def _places(text: str) -> list[tuple[int, int]]:
    places: list[tuple[int, int]] = []
    at = 0
    for token in text.split():
        first = text.index(token, at)
        at = first + len(token)
        places.append((first, at))
    return places


def _without_gaps(starts: list[float | None], total_s: float) -> list[float]:
    """Times for words that espeak did not mark: evenly between their neighbours, never back."""
    known = [(i, at) for i, at in enumerate(starts) if at is not None]
    ends = [(-1, 0.0), *known, (len(starts), total_s)]
    indexes, times = zip(*ends, strict=True)
    filled = np.interp(range(len(starts)), indexes, np.maximum.accumulate(times))
    return [min(float(at), total_s) for at in filled]


def _spans(
    text: str, words: list[tuple[int, int, float, float]], total_s: float
) -> tuple[tuple[float, float], ...]:
    """Letters share their word evenly; signs and spaces share the pause that follows."""
    fixed = [(0, 0.0)]
    for first, last, begin_s, end_s in words:
        letters = [i for i in range(first, last) if text[i].isalnum()] or [first]
        fixed += [(first, begin_s), (letters[-1] + 1, end_s)]
    fixed.append((len(text), total_s))
    indexes, times = zip(*fixed, strict=True)
    edges = np.interp(range(len(text) + 1), indexes, np.maximum.accumulate(times)).tolist()
    return tuple(pairwise(edges))


def _resampled(samples: NDArray[np.int16], rate_hz: int) -> bytes:
    if rate_hz == RATE_HZ:
        return samples.astype("<i2").tobytes()
    count = round(len(samples) * rate_hz / RATE_HZ)
    places = np.arange(count) * (RATE_HZ / rate_hz)
    return np.interp(places, np.arange(len(samples)), samples).round().astype("<i2").tobytes()
