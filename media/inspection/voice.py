"""Whether a narration can be filmed: its sound, its word times, and how they fit each other."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from difflib import SequenceMatcher
from itertools import pairwise
from pathlib import Path

import numpy as np

from media.inspection.sound import runs
from media.inspection.speech import SILENT_DB, speaking, speech_db, voice_level_db
from media.report import Finding
from media.voice import MAX_VOICE_S, peak_db, read_voice
from media.waveform import RATE_HZ, Samples, milliseconds, read_sound
from shortfactory.errors import MediaError
from shortfactory.story import Word

SLOWEST, FASTEST = 4.0, 27.0  # letters a second; narrators speak 11 to 18
SLOWEST_DENSE, FASTEST_DENSE = 1.0, 11.0  # syllables or morae a second: one sign each
_BEYOND_END_MS = 80
_LEAST_SPOKEN_SHARE = 0.45  # of the time that words claim
_LEAST_MATCHED_SHARE = 0.98  # of the script's letters
_CLIPPED_SHARE = 0.0005  # of all samples may stand in clipped runs: a stray crest is no harm
_CLIPPED_RUN = 3
_LEVEL, _STEP = 1e-4, 1.2 / 32_768  # what still counts as level: of the top, and one 16-bit step
_LONGEST_SILENCE_MS = 2_500


def inspect_voice(path: Path, text: str, words: Sequence[Word]) -> list[Finding]:
    """Measure a narration against its text and word times.

    Returns:
        What is wrong, empty when the narration can be filmed. An unreadable file is a finding.
    """
    try:
        samples = read_voice(path)
    except MediaError as error:
        return [_finding("voice_readable", str(error), 0, "a sound file")]
    if peak_db(samples) < SILENT_DB:
        message = "The narration is silent"
        return [_finding("voice_silence", message, round(peak_db(samples), 1), SILENT_DB)]
    length_ms = milliseconds(len(samples))
    return [
        *_clipping(path),
        *_completeness(text, words),
        *_order(words, length_ms),
        *_pace(text, words),
        *_presence(samples, words),
    ]


def _clipping(path: Path) -> list[Finding]:
    """Plateaus at the file's own highest level, wherever that is, before any resampling."""
    channel = read_sound(path, limit_samples=MAX_VOICE_S * RATE_HZ, own_rate=True)[:, 0]
    top = float(np.abs(channel).max())
    level = np.abs(np.diff(channel)) < max(top * _LEVEL, _STEP)
    plateau = level & (np.abs(channel[1:]) > top * 0.985)
    flat = sum(length for _, length in runs(plateau) if length >= _CLIPPED_RUN)
    share = flat / len(channel)
    if share <= _CLIPPED_SHARE:
        return []
    message = "The narration is clipped: its crests are cut flat"
    return [_finding("clipping", message, round(share, 5), _CLIPPED_SHARE)]


def _completeness(text: str, words: Sequence[Word]) -> list[Finding]:
    """Every letter of the script, in order, whatever the voice did with spaces and marks."""
    wanted, spoken = letters(text), letters("".join(word.text for word in words))
    if not wanted:
        return []
    if not words:
        return [_finding("words_missing", "The narration came without word times", 0, len(wanted))]
    blocks = SequenceMatcher(None, wanted, spoken, autojunk=False).get_matching_blocks()
    matched = sum(block.size for block in blocks) / max(len(wanted), len(spoken))
    if matched >= _LEAST_MATCHED_SHARE:
        return []
    message = "The timed words are not the script's words"
    return [_finding("words_missing", message, round(matched, 3), _LEAST_MATCHED_SHARE)]


def letters(text: str) -> str:
    """What is spoken of a text: letters, their marks, digits and signs, without case or spaces."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(sign for sign in folded if unicodedata.category(sign)[0] in "LMNS")


def _order(words: Sequence[Word], length_ms: int) -> list[Finding]:
    findings: list[Finding] = []
    for word in words:
        if word.end_ms < word.start_ms:
            message = f"The word {word.text!r} ends before it begins"
            findings.append(_finding("word_order", message, word.end_ms, word.start_ms))
    for left, right in pairwise(words):
        if right.start_ms < left.start_ms:
            message = f"The word {right.text!r} begins before {left.text!r}"
            findings.append(_finding("word_order", message, right.start_ms, left.start_ms))
    last_ms = max((word.end_ms for word in words), default=0)
    if last_ms > length_ms + _BEYOND_END_MS:
        message = f"A word ends at {last_ms} ms, after the sound's end at {length_ms} ms"
        findings.append(_finding("words_beyond_end", message, last_ms, length_ms))
    return findings


def _pace(text: str, words: Sequence[Word]) -> list[Finding]:
    said = letters(text)
    timed_ms = words[-1].end_ms - words[0].start_ms if words else 0
    if len(said) < 8 or timed_ms <= 0:
        return []
    dense = sum(unicodedata.east_asian_width(sign) in "WF" for sign in said) * 2 > len(said)
    slowest, fastest = (SLOWEST_DENSE, FASTEST_DENSE) if dense else (SLOWEST, FASTEST)
    pace = round(len(said) * 1000 / timed_ms, 1)
    if slowest <= pace <= fastest:
        return []
    how, limit = ("slow", slowest) if pace < slowest else ("fast", fastest)
    return [_finding("pace", f"The narration is too {how}: {pace} letters a second", pace, limit)]


def _presence(samples: Samples, words: Sequence[Word]) -> list[Finding]:
    """Speech under the words, and no long hole inside the narration."""
    level_db = speech_db(samples[:, None])
    active = speaking(level_db, voice_level_db(level_db))
    claimed = np.zeros_like(active)
    for word in words:
        claimed[word.start_ms : word.end_ms] = True
    findings: list[Finding] = []
    if claimed.any() and (share := float(active[claimed].mean())) < _LEAST_SPOKEN_SHARE:
        message = f"Only {share:.0%} of the time that words claim is spoken"
        findings.append(_finding("voice_missing", message, round(share, 2), _LEAST_SPOKEN_SHARE))
    heard = np.flatnonzero(active)
    hole_ms = int(np.diff(heard).max(initial=0)) if len(heard) else len(level_db)
    if hole_ms > _LONGEST_SILENCE_MS:
        message = f"The narration is silent for {hole_ms} ms in its middle"
        findings.append(_finding("voice_silence", message, hole_ms, _LONGEST_SILENCE_MS))
    return findings


def _finding(check: str, message: str, measured: float | str, limit: float | str) -> Finding:
    return Finding(
        check=check, severity="fail", message=f"{message}. Narrate the scene again.",
        measured=measured, limit=limit,
    )  # fmt: skip
