"""The sound of a planned film: its voices where they begin, its bed, its transitions."""

from __future__ import annotations

import hashlib
from pathlib import Path

from media.audio import Soundtrack, VoiceCue, soundtrack
from media.effects import Moment, moments
from media.style import Style
from media.timeline import Timeline
from shortfactory.story import Effects


def film_sound(
    timeline: Timeline, style: Style, music: Path | None, effects: Effects, folder: Path
) -> Soundtrack:
    """Mix and master it; see `media.audio.soundtrack` for what the folder is for and what raises.

    The same words give the same music.
    """
    takes = [body.take for body in timeline.bodies]
    voices = [
        VoiceCue(take.voice, start)
        for take, start in zip(takes, timeline.voice_starts, strict=True)
        if take.voice_ms
    ]
    words = "\n".join(take.text for take in takes)
    seed = int.from_bytes(hashlib.sha256(words.encode()).digest()[:4], "big")
    heard = heard_moments(timeline, style, effects)
    return soundtrack(voices, timeline.samples, style.mood, seed, folder, music, heard)


def heard_moments(timeline: Timeline, style: Style, effects: Effects) -> tuple[Moment, ...]:
    """The transitions that are sounded, none where effects are off."""
    return moments(timeline) if style.heard(effects) else ()
