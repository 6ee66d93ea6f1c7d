"""The credits: who made what, under which licence, and which words a person approved."""

import hashlib
import json

import pytest

from media.credits import music_credit
from media.font_credits import font_credits
from media.style import load, names
from nodes.assemble import assemble
from nodes.credits import as_json, credits_of
from nodes.platforms import metadata
from shortfactory.story import Scene, Script, Topic

SCENE = Scene(number=1, kind="hook", narration="Bees dance.", picture="a bee")
SCRIPT = Script(
    title="Bees", language="en", scenes=(SCENE,), sources=("Frisch 1967",), hashtags=("bees",)
)
APPROVAL = {"script_version": 2, "by": "Ada", "at": "2026-11-22T10:00:00+00:00"}


def test_the_approved_script_can_be_checked_against_its_file():
    credits = credits_of(SCRIPT, Topic(), APPROVAL, ())
    written = as_json(SCRIPT.model_dump(mode="json")).encode()
    assert credits["approval"] == {**APPROVAL, "script_sha256": hashlib.sha256(written).hexdigest()}
    assert credits["sources"] == ["Frisch 1967"]
    json.dumps(credits)


def test_own_music_carries_its_licence_and_the_bed_owes_none():
    own = Topic(music="ab" * 32, music_licence="CC BY 4.0, A. Composer")
    assert credits_of(SCRIPT, own, None, ())["music"] == {
        "title": "Own music",
        "licence": "CC BY 4.0, A. Composer",
        "sha256": "ab" * 32,
    }
    assert music_credit(load("noir"), None, "").licence.startswith("None owed")


@pytest.mark.parametrize("name", names())
def test_a_plain_film_is_set_in_its_style_s_own_face(name):
    style = load(name)
    (credited,) = font_credits(style, ["Bees dance", "at noon."], "en")
    assert credited.family == style.captions.font
    assert credited.licence == "OFL-1.1"
    assert credited.copyright.startswith("Copyright")


MIXED = {
    ("Bees 蜂 🐝 شكرا", "ja"): {
        "Manrope",
        "Noto Sans CJK JP",
        "Noto Color Emoji",
        "Noto Sans Arabic",
    },
    ("蜜蜂用舞蹈", "zh"): {"Noto Sans CJK SC"},
    ("꿀벌은 춤을", "ko"): {"Noto Sans CJK KR"},
    ("ज्ञान 2 ⚡", "hi"): {"Noto Sans Devanagari", "Manrope", "Noto Color Emoji"},
    ("ผึ้ง", "th"): {"Noto Sans Thai"},
    ("Самый умный", "ru"): {"Manrope"},
}


@pytest.mark.parametrize(("text", "language"), MIXED)
def test_fonts_that_show_are_credited_and_no_others(text, language):
    credited = font_credits(load("editorial"), [text], language)
    assert {font.family for font in credited} == MIXED[text, language]


def test_a_scene_whose_letters_the_face_lacks_is_credited_to_noto_alone():
    plain, odd = "Bees dance", "Từ cuộc"
    assert [font.family for font in font_credits(load("retro"), [plain, odd], "vi")] == [
        "Bebas Neue",
        "Noto Sans",
    ]
    assert [font.family for font in font_credits(load("retro"), [odd], "vi")] == ["Noto Sans"]


def test_flags_name_the_field_of_each_platform_s_own_interface():
    made = metadata(SCRIPT, generated=True, made_for_kids=True)["platforms"]
    assert made["youtube_shorts"]["fields"] == {
        "status.containsSyntheticMedia": True,
        "status.selfDeclaredMadeForKids": True,
    }
    assert made["tiktok"]["fields"] == {"post_info.is_aigc": True}
    quiet = metadata(SCRIPT, generated=False, made_for_kids=False)
    assert (quiet["made_for_kids"], quiet["disclosure"]) == (False, "")


def test_youtube_gets_no_angle_bracket_and_its_tags_fit():
    script = SCRIPT.model_copy(
        update={"title": "a < b > c", "hashtags": tuple(f"tag{n}" * 12 for n in range(15))}
    )
    fitted = metadata(script, generated=True, made_for_kids=False)["platforms"]["youtube_shorts"]
    assert not set("<>") & set(fitted["title"] + fitted["description"])
    assert 0 < len(",".join(fitted["tags"])) <= 500


async def test_another_music_makes_another_film(stage, facts):
    """The film's key holds the music: an old film is not taken for one with new music."""
    asked = []

    async def recall(key):
        asked.append(key)
        return {"sha256": "f"}

    stage.store.recall = recall
    entry = {"number": 1, "scene": {}, "picture": {}, "narration": {}, "segment": {"sha256": "s"}}
    for music in (None, "ab" * 32, "cd" * 32):
        topic = {**facts["topic"], "music": music}
        state = {**facts, "topic": topic, "script": {"language": "en"}, "scenes": {"1": entry}}
        assert (await assemble(state, stage.services))["film"] == {"sha256": "f"}
    assert len(set(asked)) == 3


def test_sounds_at_transitions_are_credited_where_there_are_any():
    scenes = (SCENE, SCENE.model_copy(update={"number": 2, "kind": "close"}))
    script = SCRIPT.model_copy(update={"scenes": scenes})
    for style, effects, credited in (
        ("neon", "auto", True),
        ("neon", "off", False),
        ("noir", "on", False),  # it moves by cuts and crossfades alone
    ):
        topic = Topic(style=style, effects=effects)
        found = credits_of(script, topic, None, ())["effects"]
        assert (found is not None) == credited, (style, effects)
    assert credits_of(SCRIPT, Topic(effects="on"), None, ())["effects"] is None
