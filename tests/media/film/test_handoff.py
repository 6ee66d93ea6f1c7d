"""The hand-off, read back as an editing program would: parts, lengths, cuts, sound."""

import zipfile

import av
import numpy as np
import opentimelineio as otio
import pytest

from media.captions import srt
from media.film import make_film, make_handoff, make_segment
from media.handoff import Wanted, write_handoff
from media.style import load
from media.timeline import plan
from media.waveform import read_sound

LOOK = load("editorial")
STEMS = ("voice.wav", "music.wav", "effects.wav")


def ignore(*_):
    pass


@pytest.fixture
def handed(takes, small, tmp_path):
    """The parts of a three-scene hand-off, unpacked; its timeline; its takes."""
    made = takes(1500, 1200, 1300)
    path = tmp_path / "handoff.zip"
    make_handoff(made, "editorial", small, "Three hearts", path, "quick", None, ignore)
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        archive.extractall(tmp_path / "parts")
    return tmp_path / "parts", plan(made, LOOK, small), made


def frames_of(path):
    with av.open(path) as container:
        assert not container.streams.audio
        return [frame.to_ndarray(format="gray") for frame in container.decode(video=0)]


def test_every_part_is_as_long_as_the_film(handed):
    folder, laid, _ = handed
    assert len(frames_of(folder / "picture.mp4")) == laid.frames
    for name in STEMS:
        assert len(read_sound(folder / name, limit_samples=10**8)) == laid.samples
    assert (folder / "captions.srt").read_text("utf-8") == srt(laid.cues)


def test_the_timeline_read_back_covers_every_frame_once(handed):
    folder, laid, _ = handed
    read = otio.adapters.read_from_file(str(folder / "timeline.otio"))
    assert (read.name, read.duration().value) == ("Three hearts", laid.frames)
    *whole, effects = read.tracks
    assert [len(list(track)) for track in whole] == [3, 3, 1]
    assert [clip.name for clip in effects.find_clips()] == ["Zoom"]
    for track in whole:
        at = 0
        for clip in track:
            assert clip.source_range.start_time.value == at
            assert (folder / clip.media_reference.target_url).exists()
            at += clip.source_range.duration.value
        assert at == laid.frames
    assert [marker.name for marker in read.tracks.markers] == [
        " ".join(cue.lines) for cue in laid.cues
    ]


def test_scenes_are_cut_where_they_become_visible_and_voices_before_they_sound(handed):
    folder, laid, _ = handed
    read = otio.adapters.read_from_file(str(folder / "timeline.otio"))
    pictures, voices, *_ = ([clip.source_range.start_time.value for clip in t] for t in read.tracks)
    assert all(cut <= body for cut, body in zip(pictures, laid.body_starts, strict=True))
    for cut, voice in zip(voices, laid.voice_starts, strict=True):
        assert cut * 1600 <= voice


def test_the_stems_add_up_to_the_film_s_sound_and_no_caption_is_in_the_picture(
    handed, small, tmp_path
):
    folder, laid, made = handed
    segments = tuple(tmp_path / f"{take.number}.mp4" for take in made)
    for take, segment in zip(made, segments, strict=True):
        make_segment(take, "editorial", small, segment, "quick", ignore)
    film = tmp_path / "film.mp4"
    laid_film = make_film(made, segments, "editorial", small, film, "quick", None, ignore)
    with av.open(film) as container:
        shown = [frame.to_ndarray(format="gray") for frame in container.decode(video=0)]
    x0, y0, x1, y1 = laid_film.cues[0].box
    at = (laid_film.cues[0].start_ms + 300) * small.fps // 1000
    clean = frames_of(folder / "picture.mp4")
    inside = np.s_[y0:y1, x0:x1]
    assert np.abs(shown[at][inside].astype(int) - clean[at][inside]).mean() > 8
    assert np.abs(shown[at][: y0 - 8].astype(int) - clean[at][: y0 - 8]).mean() < 3
    assert laid.frames == len(shown)
    mixed = read_sound(film, limit_samples=10**8)[: laid.samples]
    summed = sum(read_sound(folder / name, limit_samples=10**8) for name in STEMS)
    rest = (mixed - summed)[1024:]  # AAC's priming stands for the first ones
    assert np.sqrt(np.square(rest).mean()) < 0.04 * np.sqrt(np.square(summed).mean())


def test_each_effect_is_a_clip_of_its_own_that_holds_all_of_it(handed):
    folder, laid, _ = handed
    read = otio.adapters.read_from_file(str(folder / "timeline.otio"))
    heard = read_sound(folder / "effects.wav", limit_samples=10**8).any(axis=1)
    sounding = np.flatnonzero(heard) // 1600
    (clip,) = read.tracks[-1].find_clips()
    start, long = clip.source_range.start_time.value, clip.source_range.duration.value
    assert clip.range_in_parent().start_time.value == start
    assert start <= sounding[0] <= sounding[-1] < start + long < laid.frames
    joint = [piece for piece in laid.pieces if piece.kind == "joint"][-1]
    assert start < joint.start < joint.start + joint.frames < start + long


def test_a_silent_order_has_no_effects_in_the_hand_off(takes, small, tmp_path):
    wanted = Wanted(takes(600, 600), LOOK, small, "Quiet", None, "off")
    write_handoff(wanted, tmp_path / "quiet.zip", "quick", ignore)
    with zipfile.ZipFile(tmp_path / "quiet.zip") as archive:
        assert "effects.wav" not in archive.namelist()
        assert "effects.wav" not in archive.read("timeline.otio").decode()


def test_the_same_film_gives_the_same_zip(takes, small, tmp_path):
    wanted = Wanted(takes(600, 600), LOOK, small, "Twice", None)
    for name in ("one.zip", "two.zip"):
        write_handoff(wanted, tmp_path / name, "quick", ignore)
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()
