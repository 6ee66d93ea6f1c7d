"""A film's timeline in OpenTimelineIO, for editing programs to open."""

from __future__ import annotations

import json
from typing import cast

from opentimelineio import adapters, opentime, schema

from media.timeline import SAMPLE_RATE_HZ, Cue, Timeline


def cut_list(timeline: Timeline, title: str) -> str:
    """The OTIO document (JSON) of a film: picture, voice and music tracks, captions as markers.

    Every scene is a clip of picture.mp4 and of voice.wav; a scene begins with the transition
    into it, which the picture already holds. The music is one clip. All times count in frames.
    """
    made = schema.Timeline(title)
    rate = timeline.frame.fps
    whole = _range(0, timeline.frames, rate)
    starts = _scene_starts(timeline)
    spans = list(zip(starts, [*starts[1:], timeline.frames], strict=True))
    for name, kind, file, cuts in (
        ("Picture", schema.TrackKind.Video, "picture.mp4", spans),
        ("Voice", schema.TrackKind.Audio, "voice.wav", _voice_spans(timeline, spans)),
        ("Music", schema.TrackKind.Audio, "music.wav", [(0, timeline.frames)]),
    ):
        track = schema.Track(name, kind=kind)
        for number, (start, end) in enumerate(cuts, 1):
            label = name if len(cuts) == 1 else f"Scene {number}"
            reference = schema.ExternalReference(target_url=file, available_range=whole)
            clip = schema.Clip(
                label, media_reference=reference, source_range=_range(start, end, rate)
            )
            track.append(clip)
        made.tracks.append(track)
    made.tracks.markers.extend(_marker(cue, timeline) for cue in timeline.cues)
    written = cast(str, adapters.write_to_string(made, "otio_json"))
    return json.dumps(json.loads(written), ensure_ascii=False, indent=2) + "\n"


def _range(start: int, end: int, rate: int) -> opentime.TimeRange:
    return opentime.TimeRange(
        opentime.RationalTime(start, rate), opentime.RationalTime(end - start, rate)
    )


def _scene_starts(timeline: Timeline) -> list[int]:
    """Where each scene's first frame is seen: its joint's start, or its body's after a cut."""
    starts = list(timeline.body_starts)
    for piece in timeline.pieces:
        if piece.kind == "joint":
            starts[piece.scene + 1] = piece.start
    return starts


def _voice_spans(timeline: Timeline, spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Cuts of the voice where it rests: no later than each scene's first word."""
    per_frame = SAMPLE_RATE_HZ // timeline.frame.fps
    firsts = [
        min(start, voice // per_frame)
        for (start, _), voice in zip(spans, timeline.voice_starts, strict=True)
    ]
    cuts = [0, *firsts[1:]]
    return list(zip(cuts, [*cuts[1:], timeline.frames], strict=True))


def _marker(cue: Cue, timeline: Timeline) -> schema.Marker:
    frame = timeline.frame
    start, end = (round(ms * frame.fps / 1000) for ms in (cue.start_ms, cue.end_ms))
    return schema.Marker(
        " ".join(cue.lines),
        marked_range=_range(start, end, frame.fps),
        color=schema.MarkerColor.YELLOW,
        metadata={"shortfactory": {"caption": list(cue.lines), "scene": cue.scene}},
    )
