"""Captions on pictures and in sidecars: inside the safe area, right in every script."""

from pathlib import Path

import numpy as np
import pytest

from media.caption_paint import Captioner, phrase_at
from media.captions import ass, missing_glyphs, srt, vtt
from media.contrast import ink_on
from media.coverage import suits
from media.lettering import letter
from media.phrases import phrases
from media.planes import Planes
from media.safe_area import safe_area
from media.style import load, names
from media.timeline import Cue, Frame, Take, plan
from media.typeset import Type, set_lines
from shortfactory.story import Word

SCRIPTS = {
    "en": "The smartest mind down there",
    "ar": "مرحبا بالعالم الجميل في عام 2024",
    "he": "שלום עולם יפה, 42 דברים",
    "hi": "नमस्ते दुनिया, क्षत्रिय लोग आए",
    "bn": "বাংলা ভাষা সুন্দর",
    "ta": "தமிழ் மொழி அழகு",
    "th": "สวัสดี ชาวโลก ที่รัก",
    "ja": "世界で一番賢いタコは三つの心臓を持つ。",
    "zh": "世界上最聪明的章鱼有三颗心脏。",
    "ko": "세상에서 가장 똑똑한 문어는",
    "ru": "Самый умный осьминог, ёж",
    "el": "Ο πιο έξυπνος νους",
    "fr": "Octopus 🐙 rocks 👩🏽‍🚀 🇫🇷 today",
    "de": "Donaudampfschifffahrtselektrizitätenhauptbetriebswerk 🐙🐙🐙🐙🐙🐙🐙🐙🐙🐙🐙🐙",
}


def shown(text, style):
    words = tuple(
        Word(text=word, start_ms=at * 300, end_ms=at * 300 + 280)
        for at, word in enumerate(text.split())
    )
    return phrases(text, words, 300 * len(words), "smartest", style)


def grey(frame):
    out = Planes.empty(frame)
    for plane in out:
        plane[:] = 110
    return out


def touched(out):
    """The rectangle of what is no longer grey."""
    rows, columns = np.nonzero(out.y != 110)
    return columns.min(), rows.min(), columns.max() + 1, rows.max() + 1


@pytest.mark.parametrize("language", SCRIPTS)
def test_every_style_keeps_every_script_inside_the_safe_area(language):
    frame = Frame(width_px=540, height_px=960)
    area = safe_area(frame)
    for name in names():
        style = load(name).captions
        parts = shown(SCRIPTS[language], style)
        captioner = Captioner(style, frame, language)
        for ms in (40.0, 330.0, 620.0):
            out = grey(frame)
            captioner.draw(out, parts, ms)
            left, top, right, bottom = touched(out)
            assert area.left <= left < right <= area.right, (name, ms)
            assert area.top <= top < bottom <= area.bottom, (name, ms)


@pytest.mark.parametrize("aspect", ["9:16", "16:9", "1:1", "4:5"])
def test_a_painted_box_is_the_one_that_is_reported(aspect):
    frame, style = Frame.of_aspect(aspect), load("editorial").captions
    parts = shown(SCRIPTS["en"], style)
    captioner, out = Captioner(style, frame, "en"), grey(frame)
    captioner.draw(out, parts, 100)
    box = captioner.box(parts, parts[0])
    left, top, right, bottom = touched(out)
    assert box.left <= left < right <= box.right
    assert box.top <= top < bottom <= box.bottom
    assert right - left > 0.8 * box.width


@pytest.mark.parametrize("name", names())
def test_the_spoken_word_changes_the_picture(name):
    frame, style = Frame(width_px=540, height_px=960), load(name).captions
    parts = shown("one two three four", style)
    captioner, first, later = Captioner(style, frame, "en"), grey(frame), grey(frame)
    captioner.draw(first, parts, 20)
    captioner.draw(later, parts, 320)
    assert (style.effect == "clean") == np.array_equal(first.y, later.y)


def test_nothing_is_drawn_before_the_voice_and_after_the_last_word():
    style = load("editorial").captions
    parts = shown("one two", style)
    assert phrase_at(parts, -1) is None
    assert phrase_at(parts, 580 + 401) is None
    assert phrase_at(parts, 580 + 399) is parts[-1]


def test_words_stand_where_their_direction_puts_them():
    kind = Type("Manrope", "ExtraBold", 60)
    latin = set_lines((("one ", "two ", "three"),), kind).words
    arabic = set_lines((("مرحبا ", "بالعالم ", "الجميل"),), kind).words
    assert latin[0].left < latin[1].left < latin[2].left
    assert arabic[0].left > arabic[1].left > arabic[2].left


def test_arabic_letters_join():
    """Joined, the word is much narrower than its letters apart."""
    kind = Type("Manrope", "ExtraBold", 60)
    joined = set_lines((("بالعالم",),), kind).ink.shape[1]
    apart = set_lines((("\u200c".join("بالعالم"),),), kind).ink.shape[1]
    assert joined < 0.85 * apart


def test_emoji_are_in_colour_and_sequences_are_one_picture():
    kind = Type("Manrope", "ExtraBold", 60)
    ink = set_lines((("👩🏽‍🚀",),), kind).ink
    assert ink.shape[1] < 1.6 * 60
    solid = ink[ink[:, :, 3] > 200][:, :3].astype(int)
    assert np.ptp(solid, axis=1).max() > 60


def test_markup_in_a_script_is_shown_and_not_obeyed():
    kind = Type("Manrope", "ExtraBold", 60)
    odd = set_lines((("<b>a&b</b>",),), kind).ink
    assert odd.shape[1] > set_lines((("ab",),), kind).ink.shape[1] * 2


def test_a_face_without_a_letter_gives_way_as_a_whole():
    assert suits("Bebas Neue", "PLAIN")
    assert not suits("Bebas Neue", "TUỘC")
    assert suits("Bebas Neue", "世界")  # no European letter: Noto draws it anyway


def test_missing_glyphs_are_named_and_joiners_are_not():
    assert missing_glyphs("Hello 世界 مرحبا नमस्ते 👩🏽‍🚀 ꧁") == {"꧁"}


@pytest.mark.parametrize(("ground", "ink"), [("#ffd83d", "#111111"), ("#134074", "#ffffff")])
def test_the_box_s_ink_can_be_read(ground, ink):
    assert ink_on(ground) == ink


CUES = (
    Cue(
        scene=1,
        start_ms=200,
        end_ms=1700,
        lines=("Jars & <lids>", "{open}"),
        words=(
            Word(text="Jars", start_ms=200, end_ms=500),
            Word(text="&", start_ms=500, end_ms=800),
            Word(text="<lids>", start_ms=800, end_ms=1000),
            Word(text="{open}", start_ms=1000, end_ms=1500),
        ),
    ),
    Cue(
        scene=2,
        start_ms=3_600_000,
        end_ms=3_601_005,
        lines=("שלום",),
        words=(Word(text="שלום", start_ms=3_600_000, end_ms=3_601_005),),
    ),
)


def test_srt():
    assert srt(CUES) == (
        "1\n00:00:00,200 --> 00:00:01,700\nJars & <\u2060lids>\n(open)\n\n"
        "2\n01:00:00,000 --> 01:00:01,005\n\u202bשלום\u202c\n"
    )


def test_vtt_times_each_word():
    text = vtt(CUES)
    assert text.startswith("WEBVTT\n\n00:00:00.200 --> 00:00:01.700\n")
    assert "Jars<00:00:00.500> &amp;<00:00:00.800> &lt;lids&gt;\n<00:00:01.000>{open}" in text


def test_ass_fills_words_and_never_obeys_braces():
    rows = ass(CUES, load("editorial")).splitlines()
    first = next(row for row in rows if row.startswith("Dialogue"))
    assert first.endswith("{\\k30}Jars {\\k30}& {\\k20}<lids>\\N{\\k70}(open)")
    assert "PlayResX: 1080" in rows


def test_ass_stands_where_the_film_has_its_captions():
    moved = CUES[0].model_copy(update={"box": (100, 500, 900, 700)})
    rows = [row for row in ass([*CUES[:1], moved]).splitlines() if row.startswith("Dialogue")]
    assert [row.split(",")[7] for row in rows] == ["0", "1220"]


@pytest.mark.parametrize("name", names())
def test_a_shade_parts_the_words_from_any_ground(name):
    """It lies in the outline's light, is gone at its rim, and changes nothing between phrases."""
    frame, style = Frame(width_px=540, height_px=960), load(name).captions
    parts = shown("one two", style)
    captioner, out = Captioner(style, frame, "en"), grey(frame)
    captioner.shade(out, parts, -50)
    assert (out.y == 110).all()
    captioner.shade(out, parts, 100)
    left, top, right, bottom = touched(out)
    darker = ink_on(style.outline) == "#ffffff"
    assert (int(out.y[(top + bottom) // 2, 270]) < 100) == darker
    rim = (out.y[top, left:right], out.y[top:bottom, left])
    assert all(np.abs(edge.astype(int) - 110).max() <= 3 for edge in rim)


def take(number, text, words, voice_ms):
    kind = "hook" if number == 1 else "body"
    file = Path("none")
    return Take(
        number=number,
        kind=kind,
        picture=file,
        voice=file,
        voice_ms=voice_ms,
        text=text,
        words=words,
    )


def sidecar_times(text):
    """Starts and ends of an SRT, in ms, read back."""
    rows = [line.split(" --> ") for line in text.splitlines() if " --> " in line]
    return [tuple(stamp_ms(stamp) for stamp in row) for row in rows]


def stamp_ms(stamp):
    hours, minutes, seconds = stamp.replace(",", ".").split(":")
    return round(((int(hours) * 60 + int(minutes)) * 60 + float(seconds)) * 1000)


AWKWARD = {
    "no times": [(0, 0)] * 7,
    "beyond the voice": [(at * 3000, at * 3000 + 900) for at in range(7)],
    "all at once": [(100, 100)] * 7,
    "backwards": [(2000 - at * 200, 2100 - at * 200) for at in range(7)],
    "no words": [],
}


@pytest.mark.parametrize("times", AWKWARD.values(), ids=AWKWARD)
@pytest.mark.parametrize("voice_ms", [0, 100, 2100])
@pytest.mark.parametrize("style", ["editorial", "retro"])
def test_cues_have_a_length_and_never_overlap(times, voice_ms, style):
    text = "One, two three four -- five {six} <b>seven</b>"
    words = tuple(
        Word(text=word, start_ms=start, end_ms=end)
        for word, (start, end) in zip(text.replace(" --", "").split(), times, strict=False)
    )
    takes = tuple(take(number, text, words, voice_ms) for number in (1, 2, 3))
    spans = sidecar_times(srt(plan(takes, load(style), Frame()).cues))
    assert len(spans) >= 3
    flat = [ms for span in spans for ms in span]
    assert flat == sorted(flat)
    assert all(end > start for start, end in spans)


def test_a_film_without_words_has_empty_sidecars():
    cues = plan((take(1, "", (), 900),), load("editorial"), Frame()).cues
    assert cues == ()
    assert srt(cues) == ""
    assert vtt(cues) == "WEBVTT\n"


@pytest.mark.parametrize(
    "text",
    [
        "🐝",
        "🐝 🐝 👩🏽‍🚀 🇫🇷",
        "👨‍👩‍👧‍👦🐙" * 9,
        "\u200d \u200d\u200c",
        "\u3164 \u2800",
        "…",
        "a\u200d \u200db",
    ],
)
@pytest.mark.parametrize("name", ["editorial", "storybook", "retro", "noir", "neon"])
def test_emoji_alone_and_joiners_alone_are_drawn_or_left_out(name, text):
    frame, style = Frame(width_px=540, height_px=960), load(name).captions
    parts, out = shown(text, style), grey(frame)
    captioner = Captioner(style, frame, "en")
    captioner.shade(out, parts, 100)
    captioner.draw(out, parts, 100)
    drawn = bool((out.y != 110).any())
    assert drawn == any(not mark.isspace() and mark not in "\u200d\u200c" for mark in text)


def test_numbers_run_left_to_right_inside_right_to_left_text():
    """The 1 of 1969 stands left of its 9, the words around it from right to left."""
    kind = Type("Manrope", "ExtraBold", 60)
    year = set_lines((("בשנת ", "1", "969 ", "נחתו"),), kind).words
    assert year[0].left > year[2].left > year[1].left > year[3].left


@pytest.mark.parametrize("filler", ["\u200d", "\ufe0f", "\u3164", "\u2800", "\u00ad"])
def test_signs_without_ink_can_be_set(filler):
    setting = set_lines(((f"{filler} ", filler),), Type("Manrope", "ExtraBold", 60))
    assert len(setting.words) == 2


@pytest.mark.parametrize("name", names())
def test_phrases_are_cut_so_that_type_keeps_its_size(name):
    """What a line is taken to hold agrees with what the style's face sets in it."""
    style, frame = load(name).captions, Frame()
    text = "Under the street a train washes itself: brushes, foam and hot air for six carriages."
    sizes = [letter(part, style, frame, "en").size_px for part in shown(text, style)]
    assert min(sizes) > 0.9 * style.size * frame.width_px


def test_a_popped_word_leaves_its_neighbours_a_space():
    style, frame = load("neon").captions, Frame()
    captioner, out = Captioner(style, frame, "en"), grey(frame)
    parts = shown("in carriages", style)
    assert parts[0].counts == (2,)
    captioner.draw(out, parts, 300 + 110)
    inked = out.y > 120
    columns = np.flatnonzero(inked.any(axis=0))
    assert np.diff(columns).max() > 0.35 * style.size * frame.width_px
