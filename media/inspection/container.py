"""The file around the film: boxes, codecs, size, rate, colour, as platforms ask for them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import av
from av.container import InputContainer

from media.report import Expected, Finding

_PARENTS = frozenset({b"moov", b"trak", b"edts", b"mdia"})
_BT709 = 1  # ITU-T H.273, for primaries, transfer and matrix alike
_AUDIO_RATE_HZ, _AUDIO_CHANNELS = 48_000, 2
_PROPERTIES = (
    "video_codec", "profile", "pixel_format", "size", "pixel_shape", "frame_rate", "color_tags",
    "audio_codec", "audio_rate", "audio_channels",
)  # fmt: skip
_REENCODE = "Encode the film again with the project's own settings."


@dataclass(frozen=True)
class Box:
    """One MP4 box: its type and where it begins in the file."""

    kind: bytes
    start: int


def boxes(path: Path) -> tuple[Box, ...]:
    """All boxes down to the tracks', in file order; stops where the file is cut."""
    with path.open("rb") as file:
        return tuple(_boxes(file, 0, path.stat().st_size))


def _boxes(file: IO[bytes], at: int, end: int) -> Iterator[Box]:
    while at + 8 <= end:
        file.seek(at)
        head = file.read(16)
        size, kind, header = int.from_bytes(head[:4], "big"), head[4:8], 8
        if size == 1:
            size, header = int.from_bytes(head[8:16], "big"), 16
        if size == 0:  # the last box may reach to the end
            size = end - at
        if size < header:
            return
        yield Box(kind, at)
        if kind in _PARENTS:
            yield from _boxes(file, at + header, min(at + size, end))
        at += size


def check_boxes(path: Path) -> list[Finding]:
    """Index before data, and no edit lists: YouTube and Instagram ask for both."""
    found = boxes(path)
    kinds = [box.kind for box in found]
    findings: list[Finding] = []
    if b"moov" not in kinds or b"mdat" not in kinds:
        return [_wrong("boxes", "no MP4 index and data", "moov and mdat", "is not a whole MP4")]
    if kinds.index(b"moov") > kinds.index(b"mdat"):
        message = "has its index at the end, so it cannot start playing while it loads"
        findings.append(_wrong("faststart", "moov after mdat", "moov before mdat", message))
    if lists := kinds.count(b"elst"):
        message = "has edit lists, which platforms read differently: sound and picture may part"
        findings.append(_wrong("edit_list", lists, 0, message))
    return findings


def check_streams(path: Path, expected: Expected) -> tuple[list[Finding], dict[str, str]]:
    """Codecs, size, rate, pixel format and colour tags, against what was asked.

    Returns:
        The findings, and what each property is.
    """
    with av.open(path) as film:
        has = _properties(film)
    wants = {
        "video_codec": "h264",
        "profile": "High",
        "pixel_format": "yuv420p",
        "size": f"{expected.width_px}x{expected.height_px}",
        "pixel_shape": "1",
        "frame_rate": str(expected.fps),
        "color_tags": "bt709 limited",
        "audio_codec": "aac LC",
        "audio_rate": str(_AUDIO_RATE_HZ),
        "audio_channels": str(_AUDIO_CHANNELS),
    }
    findings = [
        _wrong(name, has[name], want, f"has {name.replace('_', ' ')} {has[name]}, not {want}")
        for name, want in wants.items()
        if has[name] != want
    ]
    return findings, has


def _properties(film: InputContainer) -> dict[str, str]:
    has: dict[str, str] = dict.fromkeys(_PROPERTIES, "none")
    for video in film.streams.video[:1]:
        codec = video.codec_context
        has |= {
            "video_codec": codec.name,
            "profile": str(codec.profile),
            "pixel_format": str(codec.pix_fmt),
            "size": f"{codec.width}x{codec.height}",
            "pixel_shape": str(codec.sample_aspect_ratio or 1),
            "frame_rate": str(video.average_rate),
            "color_tags": _color(
                codec.color_primaries, codec.color_trc, codec.colorspace, codec.color_range
            ),
        }
    for audio in film.streams.audio[:1]:
        sound = audio.codec_context
        has |= {
            "audio_codec": f"{sound.name} {sound.profile}",
            "audio_rate": str(sound.sample_rate),
            "audio_channels": str(sound.layout.nb_channels),
        }
    return has


def _color(primaries: int, transfer: int, matrix: int, range_: int) -> str:
    if (primaries, transfer, matrix) == (_BT709,) * 3:
        return "bt709 limited" if range_ == 1 else "bt709, range unknown or full"
    return f"primaries {primaries}, transfer {transfer}, matrix {matrix}"


def _wrong(check: str, measured: str | int, limit: str | int, message: str) -> Finding:
    return Finding(
        check=check,
        severity="fail",
        message=f"The file {message}. {_REENCODE}",
        measured=measured,
        limit=limit,
    )
