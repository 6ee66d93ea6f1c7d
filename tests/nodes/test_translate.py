"""A translation has the film's scenes and words that can be spoken, or is asked for again."""

import re
from datetime import UTC, datetime

import pytest

from nodes.translate import TranslatedScene, Translation, faults_of, translate, worded
from providers.catalog import plan_for
from providers.estimate import estimate, estimate_again
from shortfactory.settings import GraphSettings, Settings
from shortfactory.story import Scene, Script

SCENES = (
    Scene(number=1, kind="hook", narration="The sea breathes.", picture="A sea", keyword="sea"),
    Scene(number=2, kind="close", narration="The moon pulls.", picture="A moon", keyword="moon"),
)
REMAKE = {"asked": {"id": "1", "by": "ada", "at": "2026-11-22T12:00:00+00:00"}}
FILM = Script(title="Tide", language="en", scenes=SCENES, sources=("An almanac",))


def reply(*narrations):
    scenes = tuple(
        TranslatedScene(number=number, narration=narration, keyword="")
        for number, narration in enumerate(narrations, 1)
    )
    return Translation(title="Gezeiten", description="Warum.", hashtags=("meer",), scenes=scenes)


def test_a_translation_has_other_words_and_the_same_pictures():
    words = reply("Das Meer atmet.", "Der Mond zieht.")
    assert faults_of(FILM, words, "de") == []
    script = worded(FILM, words, "de")
    assert (script.title, script.language, script.sources) == ("Gezeiten", "de", ("An almanac",))
    assert [scene.narration for scene in script.scenes] == ["Das Meer atmet.", "Der Mond zieht."]
    assert [scene.picture for scene in script.scenes] == ["A sea", "A moon"]


@pytest.mark.parametrize(
    ("narrations", "says"),
    [
        (("Das Meer atmet.",), r"has the scenes \[1\], the film has \[1, 2\]"),
        (("Das Meer atmet.", "Der Mond.", "Ende."), r"the scenes \[1, 2, 3\]"),
        (("Das Meer atmet.", "..."), "Scene 2 has no words"),
        (("Siehe www.meer.example", "Der Mond zieht."), "web address"),
    ],
)
def test_a_translation_with_faults_is_refused_in_words(narrations, says):
    assert re.search(says, faults_of(FILM, reply(*narrations), "de")[0])


async def test_a_faulty_translation_is_forgotten_and_the_next_try_told_why(stage, facts):
    bad, good = reply("Siehe www.meer.example", "Der Mond."), reply("Das Meer.", "Der Mond.")
    stage.reply(bad.model_dump_json(), good.model_dump_json())
    state = {**facts, "script": FILM.model_dump(mode="json"), "script_version": 1}
    state |= {"topic": {**facts["topic"], "language": "de"}, "remake": REMAKE}
    failed = await translate(state, stage.services)
    assert failed["failure"]["kind"] == "malformed"
    assert stage.store.forgotten == ["call 1"]
    written = await translate({**state, **failed}, stage.services)
    assert "a web address" in stage.prompt
    assert (written["script"]["scenes"][0]["narration"], written["failure"]) == ("Das Meer.", None)
    assert stage.store.forgotten == ["call 1"]


def test_a_change_is_priced_by_what_it_touches():
    plan = plan_for(Settings(_env_file=None), "simulator")
    now, limits = datetime.now(UTC), GraphSettings()
    whole = estimate(FILM, plan, limits, now)
    voices = estimate_again(FILM, plan, limits, now, pictures=[], voices=[1, 2])
    picture = estimate_again(FILM, plan, limits, now, pictures=[2], voices=[])
    assert 0 < voices.needed_usd < picture.needed_usd < whole.needed_usd
    assert [(scene.number, scene.voice.calls) for scene in picture.scenes] == [(2, 0)]
    assert voices.expected_usd == sum(scene.voice.expected_usd for scene in whole.scenes)
