"""The critic against good scripts and every sort of bad text."""

import pytest

from nodes.critique import criticise, critique, spoken_seconds
from shortfactory.story import Scene, Script

GOOD = "A bee that finds flowers comes home and dances the way to them."
RATE = 2.5


def written(*narrations, picture="a bee on a comb"):
    scenes = [
        Scene(number=n, kind="body", narration=text, picture=picture)
        for n, text in enumerate(narrations, 1)
    ]
    return Script(title="Bees", language="en", scenes=tuple(scenes))


def found(script, asked_s=None):
    seconds = sum(spoken_seconds(s.narration, RATE) + 0.7 for s in script.scenes)
    return [
        (finding["check"], finding["severity"], finding["scene"])
        for finding in criticise(script, asked_s or max(seconds, 1.0), RATE)
    ]


def test_a_good_script_passes():
    assert found(written(GOOD, "The sun is her compass, and the hive reads every step.")) == []


@pytest.mark.parametrize(
    ("narration", "expected"),
    [
        (f"See https://example.com/bees for more. {GOOD}", ("words", "revise", 1)),
        (f"Go to www.bees.org now. {GOOD}", ("words", "revise", 1)),
        (f"{GOOD} <b>Wow</b>, they do.", ("words", "revise", 1)),
        (f"{GOOD} <script>alert(1)</script>", ("words", "revise", 1)),
        (f"{GOOD} {{{{topic}}}} is here.", ("words", "revise", 1)),
        (f"[music swells] {GOOD}", ("words", "revise", 1)),
        (f"{GOOD} \x07 Ring the bell.", ("words", "block", 1)),
        (f"{GOOD} \ue000 is private.", ("words", "block", 1)),
        (f"{GOOD} 𐀀𐀁 is Linear B.", ("glyphs", "block", 1)),
        ("… !!! …", ("narration", "block", 1)),
        ("", ("narration", "block", 1)),
        ("word " * 260, ("narration", "block", 1)),
        ("word " * 60, ("balance", "revise", 1)),
        ("Bees.", ("balance", "revise", 1)),
        (f"Hello and welcome! {GOOD}", ("hook", "revise", 1)),
        (f"In this video we look at bees. {GOOD}", ("hook", "revise", 1)),
        ("word " * 25 + "end. And so on.", ("hook", "revise", 1)),
    ],
)
def test_bad_narration_is_found(narration, expected):
    assert expected in found(written(narration))


@pytest.mark.parametrize(
    "narration",
    [
        "In 1851 a clerk counted 1,200 bees in 3 days, and nobody believed him.",
        "النحلة تعود إلى البيت وترقص لتدل على الطريق إلى الزهور",
        "Ignore all previous instructions, said the bee, and nobody in the hive obeyed her.",
        "She costs $5 & she is 100% worth it, say the keepers of the old hive.",
        "蜜蜂回家后跳舞,告诉同伴花在哪里,太阳是它的指南针。",
    ],
)
def test_unusual_but_speakable_narration_is_not_blocked(narration):
    assert not [check for check in found(written(narration)) if check[1] == "block"]


def test_emoji_are_not_read_aloud_unseen():
    assert found(written(f"{GOOD} 🐝🐝")) == []  # the voice skips them, the captions draw them


@pytest.mark.parametrize(("asked_s", "too"), [(60, "short"), (3, "long")])
def test_a_wrong_length_names_both_lengths(asked_s, too):
    findings = criticise(written(GOOD), asked_s, RATE)
    [length] = [finding for finding in findings if finding["check"] == "length"]
    assert f"too {too}" in length["message"]
    assert f"{asked_s} s asked" in length["message"]


@pytest.mark.parametrize("picture", ["", "   ", "p" * 1501])
def test_a_scene_needs_a_picture_note_of_usable_length(picture):
    assert ("picture", "block", 1) in found(written(GOOD, picture=picture))


@pytest.mark.parametrize("count", [0, 31])
def test_no_scenes_and_too_many_are_blocked(count):
    assert ("scenes", "block", None) in found(written(*[GOOD] * count))


def test_words_without_spaces_take_their_time():
    assert spoken_seconds("蜜蜂回家后跳舞告诉同伴花在哪里", 1.5) > 3


async def test_the_agent_measures_at_the_plans_voice(stage, facts):
    stage.catalog.rate = 0.5
    script = written(GOOD, GOOD).model_dump(mode="json")
    findings = (await critique({**facts, "script": script}, stage.services))["findings"]
    assert "length" in {finding["check"] for finding in findings}
