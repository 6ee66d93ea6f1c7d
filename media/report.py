"""What a film should be and what was found in it: the data of the acceptance test."""

from __future__ import annotations

from typing import Final, Literal, NamedTuple

from pydantic import Field, JsonValue

from shortfactory.story import Plain

CURED_BY_PICTURE: Final = frozenset(
    {"black", "frozen", "flash", "flat", "sharpness", "duplicate", "caption_face"}
)
"""Checks whose finding, where it names a scene, another picture of that scene cures."""

CURED_BY_VOICE: Final = frozenset({"caption_onset", "voice_silence", "voice_missing", "clipping"})
"""Checks whose finding, where it names a scene, another narration of that scene cures."""

Box = tuple[int, int, int, int]
"""x0, y0, x1, y1 in pixels of the film; x1 and y1 lie outside."""


class SceneSpan(NamedTuple):
    """When a scene is on the screen; a plain (number, start_ms, end_ms) serves as well."""

    number: int
    start_ms: int
    end_ms: int


class ExpectedCue(Plain):
    """A caption, a word or a phrase, and when its first word is spoken.

    `faces` are those in the frame at its middle; None where nobody looked at the scene's picture.
    """

    text: str
    start_ms: int = Field(ge=0)
    end_ms: int = Field(ge=0)
    scene: int
    box: Box | None = None
    faces: tuple[Box, ...] | None = None


class Expected(Plain):
    """What the finished film was meant to be. Times count from the film's start."""

    width_px: int
    height_px: int
    fps: int
    duration_ms: int
    cues: tuple[ExpectedCue, ...] = ()
    scenes: tuple[SceneSpan, ...] = ()
    voice_starts_ms: tuple[int, ...] = ()
    inks: tuple[str, ...] = ("#ffffff",)
    """The colours "#rrggbb" that letters of captions may have."""

    def scene_at(self, at_ms: float) -> int | None:
        """The number of the scene on the screen at this time."""
        found = [scene for scene in self.scenes if scene.start_ms <= at_ms < scene.end_ms]
        return found[-1].number if found else None


class Finding(Plain):
    """One thing that is not as it should be; `message` is for a person, with the cure in it.

    `twin` is the scene whose picture the scene at fault repeats.
    """

    check: str
    severity: Literal["fail", "warn"]
    message: str
    measured: float | str
    limit: float | str
    scene: int | None = None
    at_ms: int | None = None
    twin: int | None = None


class Report(Plain):
    """The verdict on a film: passed when nothing failed; `measurements` are kept either way."""

    passed: bool
    findings: tuple[Finding, ...]
    measurements: dict[str, JsonValue]
