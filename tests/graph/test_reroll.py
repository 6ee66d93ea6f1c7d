"""Changing a finished film: only what depends on the change is made again, every film is kept."""

import asyncio
from collections import Counter
from decimal import Decimal

import pytest
import pytest_asyncio

from bench.faults import settings_for
from graph import routes
from providers.offline.script_file import parse_script
from shortfactory.change import Change
from shortfactory.errors import (
    ConfigurationError,
    InvalidInput,
    RunBusy,
    UnknownRun,
    UsageError,
    WrongStatus,
)
from shortfactory.order import Order
from shortfactory.settings import GraphSettings
from shortfactory.story import Topic
from simulator.scenarios import Scenario

pytestmark = pytest.mark.asyncio(loop_scope="module")

WORDS = "description: Why the sea comes and goes.\nhashtags: tide, moon"
SCRIPT = f"""---
{WORDS}
---

# Tide

## One
The sea breathes twice a day.

> A wide sea under a full moon

## Two
The moon pulls, and the water follows.

> The moon above a harbour at night
"""
GERMAN = f"""---
language: de
{WORDS}
---

# Gezeiten

## Eins
Das Meer atmet zweimal am Tag.

## Zwei
Der Mond zieht, und das Wasser folgt.
"""


def german(text=GERMAN):
    return parse_script(text, Topic(language="de"))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def factory(workshop, simulator, module_database_url, tmp_path_factory):
    """One memory for all tests: the first film is drawn once."""
    return workshop.factory(
        settings_for(tmp_path_factory.mktemp("kept"), simulator, module_database_url)
    )


@pytest.fixture
def film(factory):
    """Make a film of two scenes; gives its run's id."""

    async def make(budget_usd="0.25", providers="offline"):
        topic = Topic(script=SCRIPT, seconds=5)
        order = Order(
            topic=topic, providers=providers, budget_usd=Decimal(budget_usd), approve="auto"
        )
        run = await factory.work((await factory.start(order)).id)
        assert run.status == "done", run.reason
        return run.id

    return make


@pytest.fixture
def change(factory):
    """Change a film and make it; gives all its versions."""

    async def make(run_id, **parts):
        await factory.reroll(run_id, Change(**parts), by="ada")
        run = await factory.work(run_id)
        assert run.status == "done", run.reason
        return await factory.versions(run_id)

    return make


def calls(version):
    """What was asked for to make this film; the cover of a drawn-here film is asked for anew."""
    return Counter((call.node, call.scene) for call in version.calls if call.node != "package")


async def test_another_picture_is_all_that_is_made(film, change):
    old, new = await change(await film(), scene=2, again=("picture",))
    assert calls(new) == {("illustrate", 2): 1, ("inspect_image", 2): 1}
    assert new.scenes[0] == old.scenes[0]
    assert new.scenes[1].picture != old.scenes[1].picture
    assert new.scenes[1].narration == old.scenes[1].narration
    assert new.package["film.mp4"] != old.package["film.mp4"]
    assert (old.current, new.current, new.based_on, new.by) == (False, True, 1, "ada")


async def test_other_words_are_spoken_over_the_same_picture(film, change, factory):
    run_id = await film()
    old, new = await change(run_id, scene=2, narration="Gravity pulls at the oceans.")
    assert calls(new) == {("narrate", 2): 1}
    assert new.scenes[1].picture == old.scenes[1].picture
    assert new.script.scene(2).keyword.lower() in "gravity pulls at the oceans."
    differs = await factory.compare(run_id, 1, 2)
    assert [(scene.number, scene.halves) for scene in differs.scenes] == [(2, ("voice",))]
    assert "+Gravity pulls at the oceans." in differs.script_diff
    assert {"film.mp4", "script.json", "receipt.json"} <= set(differs.files)
    assert "cover.png" not in differs.files


async def test_picture_and_words_of_a_scene_change_together(film, change):
    old, new = await change(
        await film(), scene=1, picture="A lighthouse in a storm", narration="Waves never rest."
    )
    assert calls(new) == {("illustrate", 1): 1, ("inspect_image", 1): 1, ("narrate", 1): 1}
    assert new.scenes[1] == old.scenes[1]
    assert new.script.scene(1).picture == "A lighthouse in a storm"
    assert new.change.scene == 1


async def test_another_voice_speaks_every_scene_over_the_same_pictures(film, change, factory):
    run_id = await film()
    old, new = await change(run_id, voice="f3")
    assert calls(new) == {("narrate", 1): 1, ("narrate", 2): 1}
    assert [scene.picture for scene in new.scenes] == [scene.picture for scene in old.scenes]
    *_, last = await change(run_id, scene=1, narration="The new words have the new voice.")
    assert last.scenes[1].narration == new.scenes[1].narration
    with pytest.raises(InvalidInput, match="spoken by it already"):
        await factory.reroll(run_id, Change(voice="f3"))


async def test_a_translation_brought_along_is_spoken_over_the_same_pictures(film, change, factory):
    run_id = await film()
    old, new = await change(run_id, language="de", script=german())
    assert calls(new) == {("narrate", 1): 1, ("narrate", 2): 1}
    assert [scene.picture for scene in new.scenes] == [scene.picture for scene in old.scenes]
    assert (new.script.title, new.script.language) == ("Gezeiten", "de")
    assert new.script.scene(2).picture == "The moon above a harbour at night"
    assert (await factory.show(run_id)).run.title == "Gezeiten"


async def test_an_earlier_film_comes_back_without_a_call(film, change, factory, tmp_path):
    run_id = await film()
    old, new = await change(run_id, scene=1, again=("picture",))
    before = await factory.show(run_id)
    run = await factory.restore(run_id, 1)
    after = await factory.show(run_id)
    assert (run.status, run.script_version) == ("done", 1)
    assert after.package == old.package
    assert after.calls == before.calls
    assert [film.current for film in await factory.versions(run_id)] == [True, False]
    await factory.deliver(run_id, tmp_path, version=2)
    store = factory.store
    assert (tmp_path / "film.mp4").read_bytes() == await store.read(new.package["film.mp4"])


async def test_a_take_that_any_version_showed_is_not_shown_again(film, change, factory):
    run_id = await film()
    _, second = await change(run_id, scene=1, again=("picture",))
    await factory.restore(run_id, 1)
    *_, third = await change(run_id, scene=1, again=("picture",))
    assert third.scenes[0].picture_variation == second.scenes[0].picture_variation + 1
    assert third.scenes[0].picture != second.scenes[0].picture
    assert (third.version, third.based_on) == (3, 1)


async def test_of_two_changes_at_once_one_is_kept(film, factory):
    run_id = await film()
    asked = [Change(scene=number, again=("picture",)) for number in (1, 2, 1, 2)]
    found = await asyncio.gather(
        *(factory.reroll(run_id, one) for one in asked), return_exceptions=True
    )
    won = [one for one in found if not isinstance(one, Exception)]
    lost = [one for one in found if isinstance(one, Exception)]
    assert [run.status for run in won] == ["queued"]
    assert all(isinstance(one, WrongStatus | RunBusy) for one in lost), lost
    assert (await factory.work(run_id)).status == "done"
    assert len(await factory.versions(run_id)) == 2


async def test_only_its_tenant_can_change_a_film(film, factory):
    run_id = await film()
    with pytest.raises(UnknownRun):
        await factory.for_tenant("other").reroll(run_id, Change(scene=1, again=("picture",)))
    own = factory.for_tenant("local")
    assert (await own.reroll(run_id, Change(scene=1, again=("picture",)))).status == "queued"
    await factory.work(run_id)
    assert [version.version for version in await own.versions(run_id)] == [1, 2]
    assert (await own.restore(run_id, 1)).status == "done"
    with pytest.raises(UnknownRun):
        await factory.for_tenant("other").versions(run_id)


async def test_a_cancelled_change_leaves_the_film(film, change, factory):
    run_id = await film()
    [first] = await factory.versions(run_id)
    await factory.reroll(run_id, Change(scene=1, again=("picture",)))
    assert (await factory.cancel(run_id)).status == "cancelled"
    assert (await factory.restore(run_id, 1)).status == "done"
    assert (await factory.show(run_id)).package == first.package
    _, second = await change(run_id, scene=2, again=("picture",))
    assert second.change.scene == 2


REFUSED = [
    ({}, UsageError, "nothing to change"),
    ({"scene": 3, "again": ("picture",)}, InvalidInput, "the scenes 1 to 2"),
    ({"scene": 0, "narration": "Words."}, InvalidInput, "the scenes 1 to 2"),
    ({"scene": 1}, UsageError, "nothing to change"),
    ({"scene": 1, "voice": "f3"}, UsageError, "keeps its words"),
    ({"narration": "Words."}, UsageError, "has no number"),
    ({"scene": 1, "narration": " "}, InvalidInput, "at least 2 characters"),
    ({"scene": 1, "narration": "word " * 300}, InvalidInput, "at most 1,200"),
    ({"scene": 1, "picture": "sea " * 400}, InvalidInput, "at most 1,500"),
    ({"scene": 1, "narration": "?!?!"}, InvalidInput, "no words to speak"),
    ({"scene": 1, "narration": "See https://sea.example now."}, InvalidInput, "a web address"),
    ({"scene": 1, "narration": "A sign \U00013000 here."}, InvalidInput, "fonts lack"),
    ({"scene": 1, "narration": "Tab\x07 bell."}, InvalidInput, "control"),
    ({"scene": 1, "narration": "The sea breathes twice a day."}, UsageError, "already"),
    ({"scene": 1, "again": ("voice",)}, UsageError, "the same way every time"),
    ({"scene": 1, "picture": "A boat", "voice": "f3"}, UsageError, "not both"),
    ({"voice": "../admin"}, InvalidInput, "without signs"),
    ({"voice": "nobody"}, InvalidInput, "variant of espeak-ng"),
    ({"language": "xx"}, InvalidInput, "use a language code"),
    ({"language": "de"}, ConfigurationError, "have none"),
    ({"language": "fr", "script": german()}, InvalidInput, "its language is 'de'"),
    ({"script": german()}, UsageError, "nothing to change"),
    ({"script": german(), "voice": "f3"}, UsageError, "the language it is in"),
    (
        {"language": "de", "script": german(GERMAN.partition("## Zwei")[0])},
        InvalidInput,
        "it has 1 scenes, and the film has 2 pictures",
    ),
]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def untouched(factory):
    order = Order(
        topic=Topic(script=SCRIPT, seconds=5),
        providers="offline",
        budget_usd=Decimal("0.25"),
        approve="auto",
    )
    return (await factory.work((await factory.start(order)).id)).id


@pytest.mark.parametrize(("parts", "error", "says"), REFUSED)
async def test_what_cannot_be_made_is_refused_and_nothing_is_recorded(
    factory, untouched, parts, error, says
):
    with pytest.raises(error, match=says):
        await factory.reroll(untouched, Change(**parts))
    short = await factory.show(untouched)
    assert (short.run.status, short.run.decision) == ("done", None)
    assert len(await factory.versions(untouched)) == 1


async def test_only_a_finished_film_can_be_changed(factory):
    order = Order(topic=Topic(script=SCRIPT), providers="offline", budget_usd=Decimal(1))
    run = await factory.start(order)
    with pytest.raises(WrongStatus, match="is queued: only a finished film"):
        await factory.reroll(run.id, Change(scene=1, again=("picture",)))
    with pytest.raises(WrongStatus, match="is queued: its film cannot be exchanged"):
        await factory.restore(run.id, 1)


async def test_an_unknown_version_is_named(factory, untouched):
    with pytest.raises(InvalidInput, match="version 7"):
        await factory.restore(untouched, 7)
    with pytest.raises(InvalidInput, match="version 7"):
        await factory.compare(untouched, 1, 7)


async def test_another_language_is_translated_and_no_picture_asked_for(
    film, change, factory, simulator
):
    simulator.set(Scenario(pictures=2))
    run_id = await film("0.50", providers="simulator")
    simulator.clear()
    old, new = await change(run_id, language="de")
    assert calls(new) == {("translate", None): 1, ("narrate", 1): 1, ("narrate", 2): 1}
    asked = simulator.requests()
    assert not [path for path in asked if "image" in path or "banana" in path]
    assert sum(count for path, count in asked.items() if "with-timestamps" in path) == 2
    assert [scene.picture for scene in new.scenes] == [scene.picture for scene in old.scenes]
    assert new.script.language == "de"
    assert new.script.scene(1).narration != old.script.scene(1).narration
    assert simulator.spent_usd() <= new.cost_usd <= simulator.spent_usd() + Decimal("0.00001")
    short = await factory.show(run_id)
    assert short.run.script_version == 2
    assert [scene["number"] for scene in short.estimate["scenes"]] == [1, 2]
    assert {scene["picture"]["calls"] for scene in short.estimate["scenes"]} == {0}


async def test_a_change_beyond_the_budget_waits_and_can_be_given_up(
    film, change, factory, simulator
):
    simulator.set(Scenario(pictures=2))
    run_id = await film("0.50", providers="simulator")
    spent_usd = (await factory.show(run_id)).spent_usd
    await factory.reroll(run_id, Change(scene=1, picture="A harbour at dawn"))
    await factory.raise_budget(run_id, spent_usd + Decimal("0.001"))
    waiting = await factory.work(run_id)
    assert (waiting.status, "worst case" in waiting.reason) == ("waiting_budget", True)
    assert (await factory.show(run_id)).spent_usd == spent_usd
    assert (await factory.restore(run_id, 1)).status == "done"
    await factory.reroll(run_id, Change(scene=1, picture="A harbour at dawn"))
    await factory.raise_budget(run_id, Decimal(1))
    assert (await factory.work(run_id)).status == "done"
    _, second = await factory.versions(run_id)
    assert calls(second)["illustrate", 1] == 1
    assert second.cost_usd > 0


async def test_a_change_parked_inside_its_scenes_is_given_up_without_a_trace(
    film, change, factory, simulator
):
    simulator.set(Scenario(pictures=2))
    run_id = await film("0.50", providers="simulator")
    [first] = await factory.versions(run_id)
    await factory.reroll(run_id, Change(voice="NoSuchVoice000000001"))
    parked = await factory.work(run_id)
    assert parked.status == "parked"
    assert "NoSuchVoice000000001" in parked.reason
    assert (await factory.restore(run_id, 1)).status == "done"
    assert not (await factory.show(run_id)).waiting
    simulator.clear()
    *_, second = await change(run_id, scene=2, again=("voice",))
    assert calls(second) == {("narrate", 2): 1}
    assert sum(simulator.requests().values()) == 1
    assert second.scenes[0] == first.scenes[0]


async def test_no_other_voice_stands_in_for_one_that_a_person_chose():
    gone = {"node": "narrate", "kind": "gone", "message": "", "random": False, "scene": 1}
    limits = GraphSettings()
    assert routes.after_voice({"voice_failure": gone, "voice_tries": 1}, limits) == "exhausted"
    chosen = {"voice_failure": gone, "voice_tries": 1, "voice_name": "Ada"}
    assert routes.after_voice(chosen, limits) == "park"
