"""Moods as data: what the music bed is composed from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from shortfactory.errors import InvalidInput

Lead = Literal["pluck", "mallet", "bell"]

MAJOR = (0, 2, 4, 5, 7, 9, 11)
MINOR = (0, 2, 3, 5, 7, 8, 10)
DORIAN = (0, 2, 3, 5, 7, 9, 10)
LYDIAN = (0, 2, 4, 6, 7, 9, 11)
MIXOLYDIAN = (0, 2, 4, 5, 7, 9, 10)
PHRYGIAN = (0, 1, 3, 5, 7, 8, 10)


@dataclass(frozen=True)
class Mood:
    """A character of music.

    Patterns are strings of sixteen steps, one bar: "." rests, a digit 1-9 plays that loud. In
    `lead_patterns` every stroke walks through the chord. `tones` counts the chord's tones, built
    in thirds on the degrees of `progressions` (four bars each, degree 0 is the key's own chord).
    """

    bpm: float
    scale: tuple[int, ...]
    progressions: tuple[tuple[int, int, int, int], ...]
    tones: int
    lead: Lead
    lead_patterns: tuple[str, ...]
    bass_pattern: str
    kick_pattern: str = "." * 16
    shaker_pattern: str = "." * 16
    tick_pattern: str = "." * 16
    pad_level: float = 1.0
    lead_level: float = 0.5
    brightness: float = 0.5
    swing: float = 0.0  # share of a step by which every second step comes late
    room_s: float = 1.8  # how long the room rings
    keys: tuple[int, ...] = (0, 2, 5, 7, 9)  # pitch classes the key is drawn from


MOODS: dict[str, Mood] = {
    "calm": Mood(
        66, MAJOR, ((0, 4, 5, 3), (0, 3, 0, 4), (3, 0, 4, 5)), 4, "pluck",
        ("5...3...4.......", "4.....3...4.....", "....4.....3....."), "6...............",
        lead_level=0.35, brightness=0.3, room_s=2.6,
    ),
    "bright": Mood(
        104, MAJOR, ((0, 4, 5, 3), (0, 5, 3, 4), (3, 4, 0, 5)), 3, "pluck",
        ("6.3.5.3.6.3.5.4.", "6..4..5.6..4..5.", "6.5.4.3.6.5.4.5."), "7.....4.6.......",
        kick_pattern="6.......5.......", shaker_pattern="2.3.4.3.2.3.4.3.",
        pad_level=0.7, brightness=0.7, room_s=1.4,
    ),
    "tense": Mood(
        84, MINOR, ((0, 0, 5, 6), (0, 3, 5, 4), (0, 5, 0, 6)), 3, "bell",
        ("4.........3.....", "......4.........", "3.....3.....2..."), "7.4.5.4.6.4.5.4.",
        kick_pattern="5.........4.....", tick_pattern="3...2...3...2...",
        pad_level=0.9, lead_level=0.25, brightness=0.2, room_s=2.2,
    ),
    "playful": Mood(
        112, MIXOLYDIAN, ((0, 3, 0, 4), (0, 6, 3, 0), (0, 3, 4, 3)), 3, "pluck",
        ("7..4..5...6.4...", "6.4...6.5...4.3.", "7...5.4...6...4."), "7.......6..5....",
        kick_pattern="5.......4.......", shaker_pattern="..3...3...3...3.",
        tick_pattern="....3.......3...",
        pad_level=0.35, lead_level=0.7, brightness=0.8, swing=0.24, room_s=0.9,
    ),
    "grand": Mood(
        72, MINOR, ((0, 5, 2, 6), (0, 3, 5, 6), (5, 6, 0, 2)), 4, "bell",
        ("5.......4.......", "5...4...3...4...", "4.......5...3..."), "8.......6.......",
        kick_pattern="8...........4...", pad_level=1.2, lead_level=0.3, brightness=0.55, room_s=3.0,
    ),
    "curious": Mood(
        96, LYDIAN, ((0, 1, 0, 1), (0, 1, 5, 4), (0, 4, 1, 0)), 3, "mallet",
        ("6..5..4...5..4..", "6.5...4..5...4..", "5..4.5....4.5.3."), "6.........5.....",
        shaker_pattern="..2...3...2...3.", pad_level=0.6, lead_level=0.6, brightness=0.5,
        swing=0.1, room_s=1.5,
    ),
    "warm": Mood(
        78, MAJOR, ((3, 4, 2, 5), (0, 5, 1, 4), (3, 0, 1, 4)), 4, "pluck",
        ("5.....4...4.....", "5...3.....4...3.", "4.....5.....3..."), "6.....4...5.....",
        kick_pattern="4.........3.....", shaker_pattern="....2.......3...",
        pad_level=0.9, lead_level=0.4, brightness=0.35, swing=0.12, room_s=1.6,
    ),
    "mysterious": Mood(
        70, DORIAN, ((0, 3, 0, 6), (0, 1, 0, 3), (0, 6, 3, 0)), 4, "bell",
        ("4.....3.........", "....4.........3.", "3...........4..."), "5...............",
        tick_pattern="......2.........", lead_level=0.35, brightness=0.25, room_s=3.0,
    ),
    "energetic": Mood(
        118, MINOR, ((0, 5, 2, 6), (5, 6, 0, 0), (0, 2, 5, 6)), 3, "pluck",
        ("6.4.4.6.4.4.6.4.", "6.4.6.4.5.4.6.5.", "6..6..5.6..6..4."), "7.5.5.5.6.5.5.5.",
        kick_pattern="7...6...7...6...", shaker_pattern="..4...4...4...4.",
        pad_level=0.6, lead_level=0.5, brightness=0.75, room_s=1.1,
    ),
    "dark": Mood(
        64, PHRYGIAN, ((0, 1, 0, 0), (0, 5, 1, 0), (0, 0, 3, 1)), 3, "bell",
        ("3...............", "........3.......", "....2.........2."), "7.......5.......",
        kick_pattern="6...............", pad_level=1.1, lead_level=0.2, brightness=0.12, room_s=3.0,
    ),
}  # fmt: skip


def mood_named(name: str) -> Mood:
    """The mood of this name.

    Raises:
        InvalidInput: no mood has this name; the message lists those that exist.
    """
    if name not in MOODS:
        raise InvalidInput("music mood", name, f"Choose one of {', '.join(sorted(MOODS))}")
    return MOODS[name]
