"""A film's timeline in OpenTimelineIO, for editing programs to open."""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple, cast

from opentimelineio import adapters, opentime, schema

from media.effects import Moment
from media.gestures import REACH_MS
from media.timeline import SAMPLE_RATE_HZ, Cue, Timeline


def cut_list(timeline: Timeline, title: str, heard: Sequence[Moment] = ()) -> str:
    """The OTIO document (JSON) of a film: picture, voice and music tracks, captions as markers.

    Every scene is a clip of picture.mp4 and of voice.wav; a scene begins with the transition
    into it, which the picture already holds. The music is one clip. Where transitions are heard,
    each sound is a clip of effects.wav, so that one can go without the others. All times count
    in frames.
    """
    made = schema.Timeline(title)
    starts = _scene_starts(timeline)
    spans = list(zip(starts, [*starts[1:], timeline.frames], strict=True))
    sound = schema.TrackKind.Audio
    tracks = [
        ("Picture", schema.TrackKind.Video, "picture.mp4", _by_scene(spans)),
        ("Voice", sound, "voice.wav", _by_scene(_voice_spans(timeline, spans))),
        ("Music", sound, "music.wav", [_Cut("Music", 0, timeline.frames)]),
    ]
    if heard:
        tracks.append(("Effects", sound, "effects.wav", _effect_cuts(timeline, heard)))
    for name, kind, file, cuts in tracks:
        made.tracks.append(_track(name, kind, file, cuts, timeline))
    made.tracks.markers.extend(_marker(cue, timeline) for cue in timeline.cues)
    written = cast(str, adapters.write_to_string(made, "otio_json"))
    return json.dumps(json.loads(written), ensure_ascii=False, indent=2) + "\n"


class _Cut(NamedTuple):
    """One clip: what it is called, its first frame, and the one after its last."""

    label: str
    start: int
    end: int


def _track(name: str, kind: str, file: str, cuts: list[_Cut], timeline: Timeline) -> schema.Track:
    """The cuts of one file at their own frames, with gaps where there are none."""
    track, at, rate = schema.Track(name, kind=kind), 0, timeline.frame.fps
    reference = schema.ExternalReference(
        target_url=file, available_range=_range(0, timeline.frames, rate)
    )
    for cut in cuts:
        if cut.start > at:
            track.append(schema.Gap(source_range=_range(0, cut.start - at, rate)))
        span = _range(cut.start, cut.end, rate)
        track.append(schema.Clip(cut.label, media_reference=reference, source_range=span))
        at = cut.end
    return track


def _by_scene(spans: list[tuple[int, int]]) -> list[_Cut]:
    return [_Cut(f"Scene {number}", *span) for number, span in enumerate(spans, 1)]


def _effect_cuts(timeline: Timeline, heard: Sequence[Moment]) -> list[_Cut]:
    """Around each middle as far as a sound reaches, and no further than half way to the next."""
    per_frame = SAMPLE_RATE_HZ // timeline.frame.fps
    middles = [moment.middle // per_frame for moment in heard]
    reach = -(-REACH_MS * timeline.frame.fps // 1000)
    halves = [(left + right) // 2 for left, right in pairwise(middles)]
    return [
        _Cut(moment.transition.capitalize(), max(middle - reach, left), min(middle + reach, right))
        for moment, middle, left, right in zip(
            heard, middles, [0, *halves], [*halves, timeline.frames], strict=True
        )
    ]


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
