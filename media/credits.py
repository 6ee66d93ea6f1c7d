"""Who made what a film sounds like, and what allows its use."""

from __future__ import annotations

from media.style import Style
from media.timeline import is_heard
from shortfactory.story import Effects, Plain, Scene


class SoundCredit(Plain):
    """The music under a film, or the sounds at its transitions: made here, or somebody's own."""

    title: str
    licence: str
    sha256: str | None = None


def music_credit(style: Style, sha256: str | None, licence: str) -> SoundCredit:
    """Own music with the licence its owner noted; the composed bed owes none."""
    if sha256:
        return SoundCredit(title="Own music", licence=licence, sha256=sha256)
    return SoundCredit(
        title=f"Bed in the mood “{style.mood}”",
        licence="None owed: composed and synthesised by ShortFactory for this film.",
    )


def effects_credit(style: Style, effects: Effects, scenes: tuple[Scene, ...]) -> SoundCredit | None:
    """The sounds at transitions, where a film of these scenes has any."""
    if not is_heard(scenes, style, effects):
        return None
    return SoundCredit(
        title="Sounds at transitions",
        licence="None owed: synthesised by ShortFactory for this film.",
    )
