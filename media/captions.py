"""Captions as text: SRT, VTT and ASS sidecars, and what the fonts of this house cannot draw."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from media.coverage import covered
from media.script_text import clean, is_right_to_left
from media.style import CaptionStyle, Style
from media.timeline import Cue, Frame

RIGHT_TO_LEFT_EMBEDDING, POP_EMBEDDING = "\u202b", "\u202c"
WORD_JOINER = "\u2060"  # nothing is seen of it


def missing_glyphs(text: str) -> set[str]:
    """Characters of a text that no font here can draw; ask before money is spent on a film."""
    return {mark for mark in clean(text) if not mark.isspace() and not covered(mark)}


def srt(cues: Sequence[Cue]) -> str:
    """SubRip: one block a phrase, lines as on the screen."""
    blocks = [
        f"{number}\n{_clock(cue.start_ms, ',')} --> {_clock(cue.end_ms, ',')}\n{_plain(cue)}\n"
        for number, cue in enumerate(cues, 1)
    ]
    return "\n".join(blocks)


def vtt(cues: Sequence[Cue]) -> str:
    """WebVTT with a time for every word, so that players can follow the voice."""
    blocks = [
        f"{_clock(cue.start_ms, '.')} --> {_clock(cue.end_ms, '.')}\n{_timed_text(cue)}\n"
        for cue in cues
    ]
    return "\n".join(["WEBVTT\n", *blocks])


def ass(cues: Sequence[Cue], style: Style | None = None, frame: Frame | None = None) -> str:
    """Advanced SubStation with karaoke times, in the style's font and colours.

    A cue that was drawn stands where the film has it; a margin of 0 is the style's own.
    """
    frame = frame or Frame()
    rows = [
        f"Dialogue: 0,{_ass_clock(cue.start_ms)},{_ass_clock(cue.end_ms)},Words,,"
        f"0,0,{frame.height_px - cue.box[3] if cue.box else 0},,{_karaoke(cue)}"
        for cue in cues
    ]
    return "\n".join([*_ass_head(style.captions if style else None, frame), *rows]) + "\n"


def _plain(cue: Cue) -> str:
    """The lines, without what players take for a tag or for the next block's times."""
    text = "\n".join(_directed(_unbraced(line)) for line in cue.lines)
    return text.replace("<", "<" + WORD_JOINER).replace("--", "--" + WORD_JOINER)


def _directed(line: str) -> str:
    """Players guess a line's direction from their own language; say it where it is not left."""
    if is_right_to_left(line):
        return f"{RIGHT_TO_LEFT_EMBEDDING}{line}{POP_EMBEDDING}"
    return line


def _timed_text(cue: Cue) -> str:
    """The lines again, each word after the first preceded by the time it sounds."""
    words, lines = iter(cue.words), list[str]()
    first = True
    for line in cue.lines:
        rest, shown = line, ""
        while rest.strip():
            word = next(words)
            at = rest.find(word.text) + len(word.text)
            mark = "" if first else f"<{_clock(word.start_ms, '.')}>"
            shown += mark + escape(rest[:at], quote=False)
            rest, first = rest[at:], False
        lines.append(shown)
    return "\n".join(lines)


def _karaoke(cue: Cue) -> str:
    parts, at_ms = list[str](), cue.start_ms
    ends = [word.start_ms for word in cue.words[1:]] + [cue.end_ms]
    words = iter(zip(cue.words, ends, strict=True))
    for line in cue.lines:
        rest = line
        while rest.strip():
            word, end_ms = next(words)
            at = rest.find(word.text) + len(word.text)
            space = len(rest[at:]) - len(rest[at:].lstrip())
            parts.append(f"{{\\k{round((end_ms - at_ms) / 10)}}}{_unbraced(rest[: at + space])}")
            rest, at_ms = rest[at + space :], end_ms
        parts.append("\\N")
    return "".join(parts[:-1])


def _unbraced(text: str) -> str:
    """Neither format can escape the signs that begin an override."""
    return text.replace("\\", "\\\u200b").replace("{", "(").replace("}", ")")


def _ass_head(style: CaptionStyle | None, frame: Frame) -> list[str]:
    font, text, active = ("Noto Sans", "#ffffff", "#ffd83d")
    size, outline, up = 0.078, 0.055, 0.38
    if style is not None:
        font, text, active = style.font, style.text, style.active
        size, outline, up = style.size, style.outline_share, 1 - style.centre - style.size
    size_px = round(size * min(frame.width_px, frame.height_px))
    margin_px = max(0, round(up * frame.height_px))
    side_px = round(frame.width_px / 6)
    fields = (
        f"Words,{font},{size_px},{_ass_colour(active)},{_ass_colour(text)},&H00000000,&H80000000,"
        f"-1,0,0,0,100,100,0,0,1,{max(1, round(size_px * outline))},2,2,{side_px},{side_px},"
        f"{margin_px},1"
    )
    return [
        "[Script Info]",
        "ScriptType: v4.00+",
        f"PlayResX: {frame.width_px}",
        f"PlayResY: {frame.height_px}",
        "WrapStyle: 2",
        "",
        "[V4+ Styles]",
        "Format: Name, Fontname, Fontsize, PrimaryColour, SecondaryColour, OutlineColour, "
        "BackColour, Bold, Italic, Underline, StrikeOut, ScaleX, ScaleY, Spacing, Angle, "
        "BorderStyle, Outline, Shadow, Alignment, MarginL, MarginR, MarginV, Encoding",
        f"Style: {fields}",
        "",
        "[Events]",
        "Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text",
    ]


def _ass_colour(colour: str) -> str:
    """ASS writes blue, green, red."""
    return f"&H00{colour[5:7]}{colour[3:5]}{colour[1:3]}".upper()


def _clock(ms: int, point: str) -> str:
    seconds, rest = divmod(ms, 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{seconds:02}{point}{rest:03}"


def _ass_clock(ms: int) -> str:
    hundredths = round(ms / 10)
    seconds, rest = divmod(hundredths, 100)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}.{rest:02}"
