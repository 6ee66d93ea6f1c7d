"""A translation has the film's scenes and words that can be spoken, or is asked for again."""

from datetime import UTC, datetime

import pytest

from nodes.translate import TranslatedScene, Translation, checked
from providers.catalog import plan_for
from providers.estimate import estimate, estimate_again
from shortfactory.errors import MalformedReply
from shortfactory.settings import GraphSettings, Settings
from shortfactory.story import Scene, Script

SCENES = (
    Scene(number=1, kind="hook", narration="The sea breathes.", picture="A sea", keyword="sea"),
    Scene(number=2, kind="close", narration="The moon pulls.", picture="A moon", keyword="moon"),
)
FILM = Script(title="Tide", language="en", scenes=SCENES, sources=("An almanac",))


def reply(*narrations):
    scenes = tuple(
        TranslatedScene(number=number, narration=narration, keyword="")
        for number, narration in enumerate(narrations, 1)
    )
    return Translation(title="Gezeiten", description="Warum.", hashtags=("meer",), scenes=scenes)


def test_a_translation_has_other_words_and_the_same_pictures():
    script = checked(FILM, reply("Das Meer atmet.", "Der Mond zieht."), "de", "model")
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
    with pytest.raises(MalformedReply, match=says) as refused:
        checked(FILM, reply(*narrations), "de", "model")
    assert refused.value.billed


def test_a_change_is_priced_by_what_it_touches():
    plan = plan_for(Settings(_env_file=None), "simulator")
    now, limits = datetime.now(UTC), GraphSettings()
    whole = estimate(FILM, plan, limits, now)
    voices = estimate_again(FILM, plan, limits, now, pictures=[], voices=[1, 2])
    picture = estimate_again(FILM, plan, limits, now, pictures=[2], voices=[])
    assert 0 < voices.needed_usd < picture.needed_usd < whole.needed_usd
    assert [(scene.number, scene.voice.calls) for scene in picture.scenes] == [(2, 0)]
    assert voices.expected_usd == sum(scene.voice.expected_usd for scene in whole.scenes)
