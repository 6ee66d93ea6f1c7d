"""Scenes and their voices become exact frames: pure, no pixels, no files.

A film is a row of pieces with closed GOPs: the body of each scene, which depends on that scene
alone, the joints between neighbours, and a coda that lets the last picture breathe. The voice of
a scene may begin inside the joint before its body, so that talk does not stop for a transition.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Literal

from pydantic import Field

from media.phrases import Phrase, phrases
from media.style import SILENT, Style, TransitionName
from shortfactory.errors import InvalidInput
from shortfactory.sight import Sight
from shortfactory.story import Effects, Plain, Scene, SceneKind, Word

SAMPLE_RATE_HZ = 48_000
JOINT_FRAMES: dict[TransitionName, int] = {  # at 30 frames a second
    "cut": 0,
    "crossfade": 14,
    "push": 14,
    "whip": 12,
    "zoom": 14,
}
OVERLAP_SHARE = 0.4  # of the joint: the next voice starts under its end
FIRST_LEAD_S, CUT_LEAD_S, TAIL_S, CODA_S = 0.1, 0.14, 0.1, 0.8
SHORTEST_BODY_S = 1.0  # a scene with a silent or tiny voice is still seen
LINGER_MS = 400  # a phrase stays this long after its last word when nothing follows


class Frame(Plain):
    """The film's size and rate. Both sides are even; 48,000 is a multiple of the rate."""

    width_px: int = Field(default=1080, ge=64, le=4096, multiple_of=2)
    height_px: int = Field(default=1920, ge=64, le=4096, multiple_of=2)
    fps: Literal[24, 25, 30, 60] = 30

    @classmethod
    def of_aspect(cls, aspect: Literal["9:16", "16:9", "1:1", "4:5"]) -> Frame:
        """The usual upload size of an aspect ratio, at 30 frames a second."""
        sides = {"9:16": (1080, 1920), "16:9": (1920, 1080), "1:1": (1080, 1080)}
        width_px, height_px = sides.get(aspect, (1080, 1350))
        return cls(width_px=width_px, height_px=height_px)

    def frames(self, seconds: float) -> int:
        """The nearest whole number of frames."""
        return round(seconds * self.fps)

    def ms(self, frames: int) -> int:
        """The time of a frame, to the nearest millisecond."""
        return round(frames * 1000 / self.fps)


class Take(Plain):
    """One scene ready to film. Word times count from the voice's start; focus is a share."""

    number: int = Field(ge=1)
    kind: SceneKind
    picture: Path
    voice: Path
    voice_ms: int = Field(ge=0)
    text: str
    words: tuple[Word, ...]
    keyword: str = ""
    focus: tuple[float, float] | None = None
    language: str = "en"
    sight: Sight | None = None  # None where nobody looked at the picture


class Cue(Plain):
    """One phrase on the screen, in the film's own time. Lines are as shown.

    `box` is the rectangle of its ink, outline and shadow in pixels (left, top, right, bottom;
    the last two outside), known once it has been drawn; so are `faces`, those in the frame at the
    cue's middle, None where nobody looked at the scene's picture.
    """

    scene: int
    start_ms: int
    end_ms: int
    lines: tuple[str, ...]
    words: tuple[Word, ...]
    keyword: str = ""
    box: tuple[int, int, int, int] | None = None
    faces: tuple[tuple[int, int, int, int], ...] | None = None


@dataclass(frozen=True)
class Body:
    """The part of a scene that depends on nothing but its take, its number and the style.

    `voice_frame` is where the voice begins, counted from the body's first frame; it is negative
    when the voice begins in the joint before it.
    """

    take: Take
    transition: TransitionName  # into this scene; "cut" for the first one
    frames: int
    voice_frame: int
    phrases: tuple[Phrase, ...]


@dataclass(frozen=True)
class Piece:
    """A run of frames that is encoded on its own. `scene` is the index of the left scene."""

    kind: Literal["body", "joint", "coda"]
    scene: int
    start: int
    frames: int


@dataclass(frozen=True)
class Timeline:
    """The whole film: bodies, pieces in order without gap or overlap, cues, voice starts."""

    frame: Frame
    bodies: tuple[Body, ...]
    pieces: tuple[Piece, ...]

    @property
    def frames(self) -> int:
        """The film's length."""
        return self.pieces[-1].start + self.pieces[-1].frames

    @property
    def samples(self) -> int:
        """The film's length in samples at 48 kHz."""
        return self.frames * SAMPLE_RATE_HZ // self.frame.fps

    @property
    def body_starts(self) -> tuple[int, ...]:
        """The frame at which each body starts."""
        return tuple(piece.start for piece in self.pieces if piece.kind == "body")

    @property
    def voice_starts(self) -> tuple[int, ...]:
        """The sample at which each voice starts, at 48 kHz."""
        step = SAMPLE_RATE_HZ // self.frame.fps
        return tuple(
            (start + body.voice_frame) * step
            for start, body in zip(self.body_starts, self.bodies, strict=True)
        )

    @property
    def cues(self) -> tuple[Cue, ...]:
        """Every phrase in film time; none overlaps the next."""
        found = [cue for index in range(len(self.bodies)) for cue in self._scene_cues(index)]
        ends = [*(cue.start_ms for cue in found[1:]), self.frame.ms(self.frames)][: len(found)]
        return tuple(
            cue.model_copy(update={"end_ms": min(cue.end_ms, end)})
            for cue, end in zip(found, ends, strict=True)
        )

    def _scene_cues(self, index: int) -> list[Cue]:
        body = self.bodies[index]
        zero_ms = self.frame.ms(self.body_starts[index] + body.voice_frame)
        return [_cue(body.take.number, phrase, zero_ms) for phrase in body.phrases]


def plan(takes: tuple[Take, ...], style: Style, frame: Frame) -> Timeline:
    """Lay out a film.

    Raises:
        InvalidInput: there are no takes, or they are not numbered 1, 2, 3 and so on.
    """
    numbers = [take.number for take in takes]
    if not takes or numbers != list(range(1, len(takes) + 1)):
        raise InvalidInput("scenes", numbers, "number them 1, 2, 3 and so on")
    bodies = tuple(plan_body(take, style, frame) for take in takes)
    return Timeline(frame, bodies, _pieces(bodies, frame))


def plan_body(take: Take, style: Style, frame: Frame) -> Body:
    """Lay out one scene's body; the same whatever the other scenes are."""
    transition = transition_into(take.number, take.kind, style)
    joint = joint_frames(transition, frame)
    if joint:
        voice_frame = -round(joint * OVERLAP_SHARE)
    else:
        voice_frame = frame.frames(FIRST_LEAD_S if take.number == 1 else CUT_LEAD_S)
    voice_frames = -(-take.voice_ms * frame.fps // 1000)
    frames = max(voice_frame + voice_frames + frame.frames(TAIL_S), frame.frames(SHORTEST_BODY_S))
    heard_ms = max(take.voice_ms, round(SHORTEST_BODY_S * 1000))
    shown = phrases(take.text, take.words, heard_ms, take.keyword, style.captions)
    return Body(take, transition, frames, voice_frame, shown)


def transition_into(number: int, kind: SceneKind, style: Style) -> TransitionName:
    """How the film moves into a scene, from the scene's own number and kind alone."""
    if number == 1:
        return "cut"
    if kind == "close":
        return style.transitions.close
    return style.transitions.body[number % len(style.transitions.body)]


def is_heard(scenes: tuple[Scene, ...], style: Style, effects: Effects) -> bool:
    """Whether a film of these scenes has sounds at its transitions."""
    into = {transition_into(scene.number, scene.kind, style) for scene in scenes}
    return style.heard(effects) and not into <= SILENT


def joint_frames(transition: TransitionName, frame: Frame) -> int:
    """How long a transition lasts at this rate."""
    return JOINT_FRAMES[transition] * frame.fps // 30


def _pieces(bodies: tuple[Body, ...], frame: Frame) -> tuple[Piece, ...]:
    pieces = [Piece("body", 0, 0, bodies[0].frames)]
    for index, (_, right) in enumerate(pairwise(bodies)):
        joint = joint_frames(right.transition, frame)
        if joint:
            pieces.append(Piece("joint", index, _end(pieces), joint))
        pieces.append(Piece("body", index + 1, _end(pieces), right.frames))
    pieces.append(Piece("coda", len(bodies) - 1, _end(pieces), frame.frames(CODA_S)))
    return tuple(pieces)


def _end(pieces: list[Piece]) -> int:
    return pieces[-1].start + pieces[-1].frames


def _cue(scene: int, phrase: Phrase, zero_ms: int) -> Cue:
    words = tuple(
        Word(text=word.text, start_ms=word.start_ms + zero_ms, end_ms=word.end_ms + zero_ms)
        for word in phrase.words
    )
    return Cue(
        scene=scene,
        start_ms=words[0].start_ms,
        end_ms=words[-1].end_ms + LINGER_MS,
        lines=phrase.lines,
        words=words,
        keyword=phrase.keyword,
    )
