"""What rendering gives back: plain values that cross process borders."""

from __future__ import annotations

from media.timeline import Cue
from shortfactory.story import Plain


class Segment(Plain):
    """A scene's body is on disk. `focus` is where its picture's subject is, as shares."""

    frames: int
    focus: tuple[float, float]
    wall_s: float
    cpu_s: float


class Film(Plain):
    """A film is on disk: what its sidecars, its checks and its receipt need to know.

    `voice_starts` are samples at 48 kHz, `body_starts` frames, both in scene order.
    """

    frames: int
    duration_ms: int
    cues: tuple[Cue, ...]
    voice_starts: tuple[int, ...]
    body_starts: tuple[int, ...]
    wall_s: float
    cpu_s: float
