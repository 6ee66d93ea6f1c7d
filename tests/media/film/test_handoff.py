"""The hand-off, read back as an editing program would: parts, lengths, cuts, sound."""

import zipfile

import av
import numpy as np
import opentimelineio as otio
import pytest

from media.captions import srt
from media.film import make_film, make_segment
from media.handoff import Wanted, write_handoff
from media.style import load
from media.timeline import plan
from media.waveform import read_sound

LOOK = load("editorial")


def ignore(*_):
    pass


@pytest.fixture
def handed(takes, small, tmp_path):
    """The parts of a three-scene hand-off, unpacked; its timeline; its takes."""
    made = takes(1500, 1200, 1300)
    wanted = Wanted(made, LOOK, small, "Three hearts", 7, None)
    write_handoff(wanted, tmp_path / "handoff.zip", "quick", ignore)
    with zipfile.ZipFile(tmp_path / "handoff.zip") as archive:
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
    for name in ("voice.wav", "music.wav"):
        assert len(read_sound(folder / name, limit_samples=10**8)) == laid.samples
    assert (folder / "captions.srt").read_text("utf-8") == srt(laid.cues)


def test_the_timeline_read_back_covers_every_frame_once(handed):
    folder, laid, _ = handed
    read = otio.adapters.read_from_file(str(folder / "timeline.otio"))
    assert (read.name, read.duration().value) == ("Three hearts", laid.frames)
    picture, voice, music = read.tracks
    assert [len(list(track)) for track in (picture, voice, music)] == [3, 3, 1]
    for track in read.tracks:
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
    pictures, voices, _ = ([clip.source_range.start_time.value for clip in t] for t in read.tracks)
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
    summed = sum(
        read_sound(folder / name, limit_samples=10**8) for name in ("voice.wav", "music.wav")
    )
    rest = (mixed - summed)[1024:]  # AAC's priming stands for the first ones
    assert np.sqrt(np.square(rest).mean()) < 0.1 * np.sqrt(np.square(summed).mean())


def test_the_same_film_gives_the_same_zip(takes, small, tmp_path):
    wanted = Wanted(takes(600, 600), LOOK, small, "Twice", 7, None)
    for name in ("one.zip", "two.zip"):
        write_handoff(wanted, tmp_path / name, "quick", ignore)
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()
