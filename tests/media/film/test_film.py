"""A whole small film through the door: its container, its frames, its sound, its bytes."""

import asyncio
from pathlib import Path
from types import SimpleNamespace

import av
import cv2
import numpy as np
import pytest

from media.frames import Painter, open_scene
from media.planes import Planes
from media.render import RenderDoor
from media.style import load
from media.timeline import Frame, plan

SMALL = Frame(width_px=216, height_px=384)


@pytest.fixture(scope="module")
def door():
    opened = RenderDoor(workers=1)
    yield opened
    opened.close()


async def render(door, takes, folder: Path, style="editorial", segments=None):
    made = dict(segments or {})
    for take in takes:
        if take.number not in made:
            made[take.number] = folder / f"{take.number}.mp4"
            await door.segment(take, style, SMALL, made[take.number])
    order = tuple(made[take.number] for take in takes)
    progress: list[tuple[int, int]] = []
    film = await door.film(
        takes, order, style, SMALL, folder / "film.mp4", lambda *at: progress.append(at)
    )
    return SimpleNamespace(
        path=folder / "film.mp4", film=film, segments=made, takes=takes, progress=progress
    )


@pytest.fixture(scope="module")
def film(door, tmp_path_factory, still, tone):
    """Two scenes of about a second and a half, rendered once."""
    from media.timeline import Take
    from shortfactory.story import Word

    takes = tuple(
        Take(
            number=number,
            kind=kind,
            picture=still(number),
            voice=tone(1400),
            voice_ms=1400,
            text=text,
            words=tuple(
                Word(text=word, start_ms=at * 350, end_ms=at * 350 + 300)
                for at, word in enumerate(text.split())
            ),
        )
        for number, kind, text in (
            (1, "hook", "Three hearts beat below."),
            (2, "close", "Now you know it."),
        )
    )
    with asyncio.Runner() as runner:
        return runner.run(render(door, takes, tmp_path_factory.mktemp("film")))


def frames_of(path):
    with av.open(str(path)) as container:
        return [
            (picture.pts, picture.key_frame, picture.to_ndarray())
            for picture in container.decode(video=0)
        ]


def luma(picture):
    return picture[: SMALL.height_px, : SMALL.width_px]


def test_tags_rate_and_profile(film):
    with av.open(str(film.path)) as container:
        video, sound = container.streams.video[0], container.streams.audio[0]
        context = video.codec_context
        assert (context.profile, context.pix_fmt) == ("High", "yuv420p")
        assert (video.average_rate, video.base_rate) == (30, 30)
        assert (context.colorspace, context.color_primaries, context.color_trc) == (1, 1, 1)
        assert context.color_range == 1
        assert (sound.codec_context.name, sound.codec_context.profile) == ("aac", "LC")
        assert sound.codec_context.sample_rate == 48_000
        assert video.start_time == sound.start_time == 0
        assert video.frames == film.film.frames


def test_the_level_is_written_in_the_header(film):
    with av.open(str(film.path)) as container:
        sps = container.streams.video[0].codec_context.extradata
    assert sps[:4] == bytes([1, 100, sps[2], 30])  # avcC: version, High, flags, 3.0 in tenths


def test_the_index_is_in_front_and_there_is_no_edit_list(film):
    data = film.path.read_bytes()
    assert data.find(b"moov") < data.find(b"mdat")
    assert b"elst" not in data


def test_the_rate_is_constant_and_every_piece_starts_with_a_key_frame(film):
    pictures = frames_of(film.path)
    assert set(np.diff([pts for pts, _, _ in pictures])) == {3000}
    keys = {at for at, (_, key, _) in enumerate(pictures) if key}
    pieces = plan(film.takes, load("editorial"), SMALL).pieces
    assert {piece.start for piece in pieces} <= keys
    assert max(np.diff(sorted(keys))) <= 60


def test_decoded_frames_are_the_frames_that_were_drawn(film):
    """Golden frames after a blur: right picture, right time, right colour, in every piece."""
    style = load("editorial")
    line = plan(film.takes, style, SMALL)
    painter, out = Painter(style, SMALL, "en"), Planes.empty(SMALL)
    left, right = (open_scene(body, style, SMALL) for body in line.bodies)
    pictures = frames_of(film.path)
    _, joint, second, coda = line.pieces
    for at, draw in (
        (10, lambda: painter.body(left, 10, out)),
        (joint.start + 5, lambda: painter.joint(left, right, 5, out)),
        (second.start + 20, lambda: painter.body(right, 20, out)),
        (coda.start + 3, lambda: painter.body(right, right.body.frames + 3, out)),
    ):
        draw()
        want = cv2.GaussianBlur(out.y, (0, 0), 2).astype(int)
        got = cv2.GaussianBlur(luma(pictures[at][2]), (0, 0), 2).astype(int)
        assert np.abs(want - got).mean() < 1.0, at
        other = cv2.GaussianBlur(luma(pictures[at - 8][2]), (0, 0), 2).astype(int)
        assert np.abs(want - got).mean() < np.abs(want - other).mean() / 2, at


def test_sound_and_picture_are_in_step_to_the_sample(film, tmp_path):
    """A click put at a known sample of the soundtrack is decoded at that very sample."""
    from media.aac import encode_sound
    from media.mux import Stretch, join

    bodies = plan(film.takes, load("editorial"), SMALL).bodies
    pieces = tuple(Stretch(film.segments[body.take.number], 0, body.frames) for body in bodies)
    samples = np.zeros((96_000, 2), np.float32)
    samples[48_000] = 0.9
    encode_sound(samples, tmp_path / "sound.mp4")
    join(pieces, tmp_path / "sound.mp4", SMALL, tmp_path / "click.mp4")
    with av.open(str(tmp_path / "click.mp4")) as container:
        sound = np.concatenate([f.to_ndarray() for f in container.decode(audio=0)], axis=1)
    assert abs(int(np.abs(sound[0]).argmax()) - 48_000) == 0


def test_the_film_tells_where_everything_is(film):
    line = plan(film.takes, load("editorial"), SMALL)
    made = film.film
    assert made.voice_starts == line.voice_starts
    assert made.duration_ms == SMALL.ms(line.frames)
    assert [cue.lines for cue in made.cues] == [cue.lines for cue in line.cues]
    assert all(cue.box and cue.box[2] > cue.box[0] for cue in made.cues)
    assert film.progress[-1] == (line.frames, line.frames)


async def test_a_reroll_encodes_one_scene_and_repeats_the_rest(film, door, still, tmp_path):
    """The same take gives the same bytes; another picture changes its scene alone."""
    changed = film.takes[1].model_copy(update={"picture": still(9)})
    kept = {1: film.segments[1]}
    again = await render(door, (film.takes[0], changed), tmp_path, segments=kept)
    before, after = frames_of(film.path), frames_of(again.path)
    body, *_ = plan(film.takes, load("editorial"), SMALL).pieces
    assert len(before) == len(after)
    for at in range(body.frames):
        assert np.array_equal(before[at][2], after[at][2])
    assert not np.array_equal(before[-1][2], after[-1][2])


async def test_the_same_inputs_give_the_same_bytes(film, door, tmp_path):
    again = await render(door, film.takes, tmp_path)
    assert again.segments[1].read_bytes() == film.segments[1].read_bytes()
    assert again.path.read_bytes() == film.path.read_bytes()


@pytest.mark.slow
@pytest.mark.parametrize("style", ["neon", "retro"])
async def test_other_styles_make_films_too(style, door, takes, tmp_path):
    made = await render(door, takes(900, 1000, 900), tmp_path, style)
    assert len(frames_of(made.path)) == made.film.frames
