"""From the times of characters to the times of words, checked against the sound itself."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from shortfactory.story import Word

DRIFT_TOLERANCE_S = 0.15  # a caption this late is not noticed; more of it is
SILENCE = 10 ** (-50 / 20)  # of full scale


class WrongTimes(ValueError):
    """Times that cannot belong to this sound; the text says why."""


def spoken_words(text: str) -> tuple[str, ...]:
    """The words as the script spells them; a lone dash or emoji stays with the word before it."""
    words: list[str] = []
    pending = ""
    for token in text.split():
        if any(character.isalnum() for character in token):
            words.append(f"{pending}{token}")
            pending = ""
        elif words:
            words[-1] = f"{words[-1]} {token}"
        else:
            pending = f"{pending}{token} "
    return (*words, pending.strip()) if pending else tuple(words)


def word_times(
    text: str, characters: Sequence[str], starts_s: Sequence[float], ends_s: Sequence[float]
) -> tuple[Word, ...]:
    """Words of `text` (single spaces), each from its first letter's start to its last one's end.

    Raises:
        WrongTimes: unequal lengths, characters that do not spell the text, times that are not
            numbers, negative, or running backwards.
    """
    _check(text, characters, starts_s, ends_s)
    words: list[Word] = []
    position = 0
    for word in spoken_words(text):
        letters = [i for i, letter in enumerate(word, position) if letter.isalnum()]
        first, last = (letters[0], letters[-1]) if letters else (position, position)
        words.append(
            Word(
                text=word, start_ms=round(starts_s[first] * 1000), end_ms=round(ends_s[last] * 1000)
            )
        )
        position += len(word) + 1
    return tuple(words)


def _check(
    text: str, characters: Sequence[str], starts_s: Sequence[float], ends_s: Sequence[float]
) -> None:
    counts = len(characters), len(starts_s), len(ends_s)
    if len(set(counts)) != 1:
        raise WrongTimes(
            f"{counts[0]} characters have {counts[1]} start times and {counts[2]} end times"
        )
    if "".join(characters) != text:
        raise WrongTimes("the timed characters do not spell the text")
    if not all(math.isfinite(time) and time >= 0 for time in (*starts_s, *ends_s)):
        raise WrongTimes("a time is negative or not a number")
    backwards = any(later < earlier for earlier, later in pairwise(starts_s))
    if backwards or any(end < start for start, end in zip(starts_s, ends_s, strict=True)):
        raise WrongTimes("the times run backwards")


def check_drift(end_s: float, pcm: bytes, rate_hz: int) -> None:
    """Compare where the last character ends with where the sound ends.

    Anywhere between the last audible sample and the end of the file is right: the last full
    stop may or may not hold the closing pause.

    Raises:
        WrongTimes: more than `DRIFT_TOLERANCE_S` away, with the measured drift; or nothing can
            be heard.
    """
    samples = np.abs(np.frombuffer(pcm, dtype="<i2").astype(np.float32)) / 32768
    audible = np.flatnonzero(samples > SILENCE)
    if not audible.size:
        raise WrongTimes("the sound is silent")
    heard_s, file_s = float(audible[-1]) / rate_hz, samples.size / rate_hz
    drift_s = min(end_s - heard_s, 0) or max(end_s - file_s, 0)
    if abs(drift_s) > DRIFT_TOLERANCE_S:
        raise WrongTimes(
            f"its word times drift: they end at {end_s:.2f} s, {drift_s:+.2f} s "
            f"({100 * drift_s / heard_s:+.1f} %) from the end of the sound"
        )
