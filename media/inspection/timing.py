"""Whether picture, captions and voice run together: lengths, starts, onsets."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from media.inspection.speech import onsets_ms, speaking, speech_db, voice_level_db
from media.inspection.watching import Watched
from media.report import Expected, ExpectedCue, Finding
from media.waveform import Curve, Samples, milliseconds

LARGEST_ONSET_MS = 125  # ITU-R BT.1359: later sound is noticed; an aspirated start comes near it
_SEARCH_MS = 600
_SAME_DB, _FAINTEST_DB = 2.0, 24.0  # of two shifts as likely, the smaller is believed
_LARGEST_OFFSET_MS = 5.0
_LONGEST_GOP_MS = 2_050
LATE_VOICE_MS = 2_000
_FAINT_DB = 9.0  # a scene this far below the film's voice has none: only the bed is left
_LEAST_SPOKEN_SHARE = 0.3  # of a scene's captioned time


def check_lengths(watched: Watched, expected: Expected, samples: Samples) -> list[Finding]:
    """Duration, constant rate, keyframes, and where both streams start and end."""
    step = 1000 / expected.fps
    times = np.asarray(watched.times_ms)
    uneven = float(np.abs(np.diff(times) - step).max()) if len(times) > 1 else 0.0
    gaps = np.diff([*watched.keyframes_ms, watched.duration_ms])
    sound_ms = milliseconds(len(samples))
    start = (watched.audio_start_ms or 0.0) - (watched.times_ms[0] if watched.times_ms else 0.0)
    rows = (
        ("duration", abs(watched.duration_ms - expected.duration_ms), step + 1,
         f"lasts {watched.duration_ms:.0f} ms instead of {expected.duration_ms} ms"),
        ("constant_rate", uneven, 0.6, f"has frames that come {uneven:.1f} ms early or late"),
        ("keyframes", float(gaps.max(initial=0)), _LONGEST_GOP_MS,
         "has keyframes more than two seconds apart, so seeking is slow"),
        ("av_offset", abs(start), _LARGEST_OFFSET_MS,
         f"starts its sound {start:+.1f} ms away from its picture"),
        ("audio_length", abs(sound_ms - watched.duration_ms), 100.0,
         f"has {sound_ms} ms of sound for {watched.duration_ms:.0f} ms of picture"),
    )  # fmt: skip
    return [
        _finding(check, f"The film {message}. Render it again.", measured, limit)
        for check, measured, limit, message in rows
        if measured > limit
    ]


@dataclass(frozen=True)
class _Heard:
    """The film's speech band at 1 ms, and what of it is speech."""

    level_db: Curve
    voice_db: float
    onsets: NDArray[np.int64]
    active: NDArray[np.bool_]


def check_voices(
    samples: Samples, expected: Expected
) -> tuple[list[Finding], dict[str, float | None]]:
    """Every scene's words against the sound: is there a voice, and does it start on time?

    The error of a scene is that of its first word, which follows a pause; words inside a
    sentence run into each other and have no onset to measure.

    Returns:
        The findings; the onset error in ms of each scene (positive: the voice is late) and the
        median over scenes.
    """
    if not expected.cues or not len(samples):
        return [], {}
    heard = _listen(samples, expected)
    findings: list[Finding] = []
    errors: dict[int, float] = {}
    scenes = _by_scene(expected)
    ends = [*(cues[0].start_ms for cues in scenes.values()), len(heard.level_db)][1:]
    for (number, cues), end_ms in zip(scenes.items(), ends, strict=True):
        if _missing(cues, heard):
            findings.append(_no_voice(number, cues[0], heard))
            continue
        if (error := _onset_error(cues, heard, end_ms)) is not None:
            errors[number] = error
        if error is None or abs(error) > LARGEST_ONSET_MS:
            findings.append(_off_time(number, cues[0], error))
    starts = [cues[0].start_ms + errors[n] for n, cues in scenes.items() if n in errors]
    first_ms = min(starts, default=float(expected.duration_ms))
    findings += _opening(first_ms)
    median = float(np.median(list(errors.values()))) if errors else None
    each = {f"onset_error_ms_scene_{number}": error for number, error in errors.items()}
    return findings, {"first_voice_ms": first_ms, "onset_error_ms": median, **each}


def _listen(samples: Samples, expected: Expected) -> _Heard:
    level_db = speech_db(samples)
    captioned = np.concatenate([level_db[cue.start_ms : cue.end_ms] for cue in expected.cues])
    voice_db = voice_level_db(captioned)
    active = speaking(level_db, voice_db)
    return _Heard(level_db, voice_db, onsets_ms(level_db, voice_db), active)


def _by_scene(expected: Expected) -> dict[int, list[ExpectedCue]]:
    scenes: dict[int, list[ExpectedCue]] = {}
    for cue in sorted(expected.cues, key=lambda cue: cue.start_ms):
        scenes.setdefault(cue.scene, []).append(cue)
    return scenes


def _missing(cues: list[ExpectedCue], heard: _Heard) -> bool:
    """No voice: the captioned time is faint, or hardly any of it sounds like speech."""
    level_db = np.concatenate([heard.level_db[cue.start_ms : cue.end_ms] for cue in cues])
    active = np.concatenate([heard.active[cue.start_ms : cue.end_ms] for cue in cues])
    if not len(level_db):
        return True
    faint = voice_level_db(level_db) < heard.voice_db - _FAINT_DB
    return faint or float(active.mean()) < _LEAST_SPOKEN_SHARE


def _onset_error(cues: list[ExpectedCue], heard: _Heard, end_ms: int) -> float | None:
    """How late the scene's voice is: of the onsets near, the one under which the captions lie.

    One onset alone may be a stroke of the music, or the loud word after a soft first one; shifted
    by the right one, all captions of the scene lie where it is loud. What follows `end_ms` is the
    next scene's voice, which would be loud under any later shift.
    """
    errors = heard.onsets - cues[0].start_ms
    near = errors[np.abs(errors) <= _SEARCH_MS]
    if not len(near):
        return None
    loud_db = np.asarray([_level_under(cues, int(late), heard, end_ms) for late in near])
    likely = near[loud_db >= loud_db.max() - _SAME_DB]
    return float(likely[np.abs(likely).argmin()])


def _level_under(cues: list[ExpectedCue], late_ms: int, heard: _Heard, end_ms: int) -> float:
    spans = [
        heard.level_db[max(0, cue.start_ms + late_ms) : max(0, min(cue.end_ms + late_ms, end_ms))]
        for cue in cues
    ]
    faintest_db = heard.voice_db - _FAINTEST_DB
    level_db = np.append(np.concatenate(spans), faintest_db)
    return float(np.maximum(level_db, faintest_db).mean())


def _no_voice(number: int, cue: ExpectedCue, heard: _Heard) -> Finding:
    message = f"No voice is heard in scene {number}. Narrate it again."
    limit = round(heard.voice_db - _FAINT_DB, 1)
    return _finding("voice_missing", message, "faint", limit, scene=number, at_ms=cue.start_ms)


def _off_time(number: int, cue: ExpectedCue, error: float | None) -> Finding:
    if error is None:
        measured, what = "no onset", f"no word begins within {_SEARCH_MS} ms of its caption"
    else:
        order = "after" if error > 0 else "before"
        measured, what = (
            round(error, 1),
            f"the voice begins {abs(error):.0f} ms {order} its caption",
        )
    return _finding(
        "caption_onset",
        f"In scene {number} {what}. Narrate it again.",
        measured,
        LARGEST_ONSET_MS,
        scene=number,
        at_ms=cue.start_ms,
    )


def _opening(first_ms: float) -> list[Finding]:
    if first_ms < LATE_VOICE_MS:
        return []
    message = "Nobody speaks in the first two seconds. Let the first scene begin sooner."
    at_ms = round(first_ms)
    return [_finding("opening_voice", message, first_ms, LATE_VOICE_MS, at_ms=at_ms)]


def _finding(
    check: str,
    message: str,
    measured: float | str,
    limit: float,
    *,
    scene: int | None = None,
    at_ms: int | None = None,
) -> Finding:
    return Finding(
        check=check, severity="fail", message=message,
        measured=round(measured, 2) if isinstance(measured, float) else measured,
        limit=limit, scene=scene, at_ms=at_ms,
    )  # fmt: skip
