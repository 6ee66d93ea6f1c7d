"""From the times of characters to the times of words, checked against the sound itself."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

from providers.offline.spoken import tokens, without_controls
from shortfactory.story import Word

DRIFT_TOLERANCE_S = 0.15  # a caption this late is not noticed; more of it is
SILENCE = 10 ** (-50 / 20)  # of full scale


class WrongTimes(ValueError):
    """Times that cannot belong to this sound; the text says why."""


def sent_text(text: str) -> str:
    """The text as it goes to a voice: no control characters, single spaces, one line."""
    return " ".join(without_controls(text).split())


def word_times(
    text: str,
    language: str,
    characters: Sequence[str],
    starts_s: Sequence[float],
    ends_s: Sequence[float],
) -> tuple[Word, ...]:
    """Caption words of `text`, each from its first letter's start to its last letter's end.

    `text` is what was sent (`sent_text`); the words are cut as every other voice cuts them.

    Raises:
        WrongTimes: unequal lengths, characters that do not spell the text, times that are not
            numbers, negative, or running backwards.
    """
    _check(text, characters, starts_s, ends_s)
    signs = iter([index for index, sign in enumerate(text) if not sign.isspace()])
    words: list[Word] = []
    for token in tokens(text, language):
        places = [next(signs) for sign in token.text if not sign.isspace()]
        letters = [place for place in places if text[place].isalnum()] or places
        start_s, end_s = starts_s[letters[0]], ends_s[letters[-1]]
        word = Word(text=token.text, start_ms=round(start_s * 1000), end_ms=round(end_s * 1000))
        words.append(word)
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
    import numpy as np  # noqa: PLC0415 - adapters are imported by every command

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
