"""Captions keep off faces: where they stand, decided before a frame is drawn."""

import cv2
import numpy as np
import pytest

from media.caption_paint import Captioner
from media.faces import LEAST_HEIGHT_SHARE, follow
from media.frames import Painter, open_scene
from media.laid import laid_cues
from media.overlap import covered_share
from media.phrases import phrases
from media.planes import Planes
from media.standing import band, caption_centre, upper_centre
from media.style import load, names
from media.timeline import Frame, plan, plan_body
from shortfactory.sight import Sight
from shortfactory.story import Word

OWN = 0.59
SCRIPTS = {
    "en": "The smartest minds down there",
    "ar": "مرحبا بالعالم الجميل في عام",
    "he": "שלום עולם יפה, 42 דברים",
    "hi": "नमस्ते दुनिया, क्षत्रिय लोग आए",
    "th": "สวัสดี ชาวโลก ที่รัก",
    "ja": "世界で一番賢いタコは三つの心臓を持つ。",
    "fr": "Octopus 🐙 rocks 👩🏽‍🚀 today",
}


def face_at(y, x=0.5, wide=0.2, high=0.12):
    return (x - wide / 2, y - high / 2, x + wide / 2, y + high / 2)


@pytest.fixture
def scene(takes, small):
    """A scene in which these faces were seen, its captions' middle, and its style."""

    def make(*faces, looked=True, number=2):
        take = takes(1500, 2500, 1500)[number - 1]
        sight = Sight(faces=faces) if looked else None
        return plan_body(take.model_copy(update={"sight": sight}), load("editorial"), small)

    return make


def centre_of(body, frame):
    return caption_centre(body, load("editorial"), frame)


@pytest.mark.parametrize("looked", [True, False])
def test_captions_stand_where_the_style_has_them_where_no_face_was_seen(scene, small, looked):
    assert centre_of(scene(looked=looked), small) == OWN


@pytest.mark.parametrize("y", [0.15, 0.25, 0.35])
def test_a_face_above_them_moves_no_caption(scene, small, y):
    assert centre_of(scene(face_at(y)), small) == OWN


@pytest.mark.parametrize("y", [0.52, 0.58, 0.64])
def test_a_face_in_their_band_sends_them_to_the_upper_third(scene, small, y):
    assert centre_of(scene(face_at(y)), small) == pytest.approx(upper_centre(small))


def test_where_both_bands_hide_a_face_the_one_that_hides_less_is_taken(scene, small):
    low, high = face_at(0.6, high=0.12), face_at(0.3, high=0.12)
    beside = face_at(0.3, x=0.05, wide=0.1, high=0.12)
    style, body = load("editorial"), scene(low, high, beside)
    chosen = centre_of(body, small)

    def worst(centre):
        seen = [face for at in range(body.frames) for face in follow(body, style, small).at(at)]
        return max(covered_share(face, band(style.captions, small, centre)) for face in seen)

    other = OWN if chosen != OWN else upper_centre(small)
    assert worst(chosen) <= worst(other)


def test_a_face_in_a_crowd_moves_no_caption(scene, small):
    tiny = face_at(0.58, high=LEAST_HEIGHT_SHARE / 2, wide=0.03)
    assert centre_of(scene(tiny), small) == OWN


@pytest.mark.parametrize("language", SCRIPTS)
def test_no_phrase_of_any_style_is_higher_than_the_band_that_was_kept_free(language):
    frame, text = Frame(), SCRIPTS[language]
    words = tuple(
        Word(text=word, start_ms=at * 300, end_ms=at * 300 + 280)
        for at, word in enumerate(text.split())
    )
    for style in map(load, names()):
        kept = band(style.captions, frame, style.captions.centre)
        shown = phrases(text, words, 300 * len(words), "smartest", style.captions)
        captioner = Captioner(style.captions, frame, language)
        for box in (captioner.box(shown, phrase) for phrase in shown):
            assert kept[0] <= box.left, style.name
            assert kept[1] <= box.top + 2, style.name
            assert box.bottom <= kept[3] + 2, style.name


def marked(path, area, size=(768, 1376)):
    """A grey picture with a white patch where the face is."""
    width, height = size
    picture = np.random.default_rng(3).integers(40, 90, (height, width, 3)).astype(np.uint8)
    left, top, right, bottom = (
        round(share * side) for share, side in zip(area, (width, height) * 2, strict=True)
    )
    picture[top:bottom, left:right] = 255
    cv2.imwrite(str(path), picture)
    return path


@pytest.mark.parametrize("size", [(768, 1376), (1024, 1024), (1376, 768)])
def test_faces_are_followed_to_where_the_camera_shows_them(tmp_path, takes, size):
    frame, style, area = Frame(width_px=270, height_px=480), load("editorial"), face_at(0.45, 0.55)
    picture = marked(tmp_path / "face.png", area, size)
    take = takes(1500, 2500, 1500, picture=picture)[1]
    take = take.model_copy(update={"sight": Sight(faces=(area,))})
    body, out = plan_body(take, style, frame), Planes.empty(frame)
    scene, camera = open_scene(body, style, frame), Painter(style, frame, "en")
    for at in (0, body.frames // 2, body.frames - 1):
        camera._camera.shoot(scene.master, camera._view(scene, at), out)
        rows, columns = np.nonzero(out.y > 180)
        seen = (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)
        (told,) = follow(body, style, frame).at(at)
        assert np.abs(np.array(seen) - np.array(told)).max() <= 2


def test_the_camera_aims_at_a_face_then_at_the_subject_then_at_what_draws_the_eye(takes, small):
    take, style = takes(1500, 2500, 1500)[1], load("editorial")

    def focus(**changes):
        body = plan_body(take.model_copy(update=changes), style, small)
        return tuple(open_scene(body, style, small).focus)

    face, figure = face_at(0.3, 0.4), (0.5, 0.2, 0.9, 0.6)
    both = Sight(faces=(face_at(0.7, 0.7, 0.05, 0.05), face), subject=figure)
    assert focus(sight=both) == (0.4, 0.3)
    assert focus(sight=Sight(subject=figure)) == (0.7, 0.4)
    assert focus(sight=Sight()) == focus() != (0.7, 0.4)
    assert focus(sight=both, focus=(0.2, 0.2)) == (0.2, 0.2)


def test_the_film_says_which_faces_are_seen_with_each_caption(takes, small):
    style, made = load("editorial"), takes(1500, 2500, 1500)
    sights = (None, Sight(faces=(face_at(0.6),)), Sight())
    film = plan(
        tuple(t.model_copy(update={"sight": s}) for t, s in zip(made, sights, strict=True)),
        style, small,
    )  # fmt: skip
    cues = laid_cues(film, Painter(style, small, "en"), style)
    faces = {number: [cue.faces for cue in cues if cue.scene == number] for number in (1, 2, 3)}
    assert set(faces[1]) == {None}
    assert all(len(found) == 1 for found in faces[2])
    assert set(faces[3]) == {()}
    low = small.height_px * (upper_centre(small) + 0.05)
    assert all((cue.box[1] + cue.box[3]) / 2 <= low for cue in cues if cue.scene == 2)


def test_a_take_is_drawn_with_its_captions_in_one_place(takes, small):
    style, made = load("editorial"), takes(1500, 2500, 1500)[1]
    drawn = {}
    for name, sight in (("plain", None), ("faced", Sight(faces=(face_at(0.6),)))):
        take = made.model_copy(update={"sight": sight, "focus": (0.5, 0.6)})
        scene = open_scene(plan_body(take, style, small), style, small)
        out = Planes.empty(small)
        Painter(style, small, "en").body(scene, scene.body.frames // 2, out)
        drawn[name] = out.y.astype(int)
    rows = np.flatnonzero((np.abs(drawn["plain"] - drawn["faced"]) > 40).any(axis=1))
    upper = small.height_px * upper_centre(small)
    assert np.abs(rows - upper).min() < 4
    assert np.abs(rows - small.height_px * OWN).min() < 4
