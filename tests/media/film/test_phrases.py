"""The script's own words, cut where speech pauses, on balanced lines that fit."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from media.phrases import line_em, phrases
from media.script_text import clean, clusters, reading_parts, width_em
from media.style import load
from shortfactory.story import Word

EDITORIAL = load("editorial").captions


def said(text, step_ms=300):
    return tuple(
        Word(text=word.strip(".,!?") or word, start_ms=at * step_ms, end_ms=at * step_ms + 250)
        for at, word in enumerate(text.split())
    )


def cut(text, keyword="", style=EDITORIAL):
    return phrases(text, said(text), 300 * len(text.split()), keyword, style)


WORDS = st.lists(
    st.text(st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=60), max_size=30
)


@settings(max_examples=150, deadline=None)
@given(WORDS)
def test_every_word_is_shown_once_and_in_order(words):
    text = " ".join(words)
    shown = "".join(line for phrase in cut(text) for line in phrase.lines)
    bare = str.maketrans("", "", " -")
    assert shown.translate(bare) == clean(text).translate(bare)


@settings(max_examples=100, deadline=None)
@given(WORDS)
def test_times_never_run_backwards(words):
    times = [word for phrase in cut(" ".join(words)) for word in phrase.words]
    starts = [word.start_ms for word in times]
    assert starts == sorted(starts)
    assert all(word.start_ms <= word.end_ms for word in times)


def test_a_sentence_never_runs_into_the_next():
    for phrase in cut("It is big. It is old. Nobody knows why. We went there."):
        joined = " ".join(phrase.lines)
        assert "." not in joined[:-1]


def test_lines_fit_and_no_line_is_left_a_short_orphan():
    text = "The giant squid was filmed alive for the first time only in two thousand and four."
    for phrase in cut(text):
        widths = [width_em(line) for line in phrase.lines]
        assert len(widths) <= 2
        assert max(widths) <= line_em(EDITORIAL)
        assert min(widths) >= 0.3 * max(widths)


def test_punctuation_of_the_script_is_shown():
    lines = [line for phrase in cut("Wait, really? Yes!") for line in phrase.lines]
    assert " ".join(lines) == "Wait, really? Yes!"


def test_keyword_is_marked_across_words():
    marked = [phrase.keyword for phrase in cut("It has three hearts, not one.", "Three hearts")]
    assert "three hearts," in marked


def test_words_without_times_share_the_voice():
    words = tuple(Word(text=text, start_ms=0, end_ms=0) for text in ("one", "two", "three"))
    shown = phrases("one two three", words, 3000, "", EDITORIAL)
    flat = [word for phrase in shown for word in phrase.words]
    assert flat[0].start_ms == 0
    assert flat[-1].end_ms == 3000
    assert all(word.end_ms > word.start_ms for word in flat)


def test_times_beyond_the_voice_are_pulled_back():
    words = (Word(text="late", start_ms=9000, end_ms=9900),)
    (phrase,) = phrases("late", words, 1000, "", EDITORIAL)
    assert phrase.words[0].end_ms == 1000


def test_a_word_no_line_can_hold_is_hyphenated_on_the_screen_and_whole_in_text():
    word = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerk"
    shown = cut(word)
    lines = [line for phrase in shown for line in phrase.lines]
    *seams, _ = [seam for phrase in shown for seam in phrase.seams]
    assert all(width_em(line + "-") <= line_em(EDITORIAL) for line in lines)
    assert set(seams) == {"-"}
    assert "".join(lines) == word


def test_emoji_and_marks_stay_whole():
    assert clusters("👩🏽‍🚀🇫🇷🇩🇪é") == ("👩🏽‍🚀", "🇫🇷", "🇩🇪", "é")


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        (
            "ミツバチは踊って花の場所を教える。",
            ["ミツバチは", "踊って", "花の", "場所を", "教える。"],
        ),
        ("世界上最聪明的章鱼", ["世界", "上", "最", "聪明", "的", "章鱼"]),
        ("ผึ้งเต้นรำ", ["ผึ้ง", "เต้น", "รำ"]),
    ],
)
def test_scripts_without_spaces_break_between_words(text, parts):
    assert reading_parts(text, 8) == parts


def test_thai_and_chinese_that_no_line_can_hold_are_cut_between_words():
    thai = "ผึ้งเต้นรำเพื่อบอกทางให้เพื่อน" * 3
    shown = [word.text for phrase in cut(thai) for word in phrase.words]
    assert "".join(shown) == thai
    assert {"ผึ้ง", "เต้น", "เพื่อ"} <= set(shown)
    assert all("-" not in seam for phrase in cut(thai) for seam in phrase.seams)


def test_characters_timed_one_by_one_become_phrases():
    text = "世界で一番賢いタコは三つの心臓を持つ。"
    words = tuple(
        Word(text=mark, start_ms=at * 120, end_ms=at * 120 + 110)
        for at, mark in enumerate(text.rstrip("。"))
    )
    shown = phrases(text, words, 120 * len(text), "", EDITORIAL)
    assert len(shown) <= 3
    assert "".join(line for phrase in shown for line in phrase.lines) == text


@pytest.mark.parametrize("text", ["a\u0000b\u200e c\u0007", "  spaced \n out\t"])
def test_control_characters_never_reach_the_screen(text):
    assert all(mark == " " or mark.isprintable() for mark in clean(text))


def test_a_keyword_is_not_torn_between_phrases():
    text = "So she runs in a straight line, shaking, then circles back and runs it again."
    assert "straight line," in [phrase.keyword for phrase in cut(text, "straight line")]
