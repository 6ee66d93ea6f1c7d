"""The packer and the platforms' limits."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from nodes.package import package
from nodes.platforms import PLATFORMS, metadata, shorten
from nodes.prompting import load, note_use, use_of
from providers.spending import Entry
from shortfactory.errors import StorageError
from shortfactory.story import Scene, Script

AT = datetime(2026, 11, 22, tzinfo=UTC)


def script(**more):
    scene = Scene(number=1, kind="hook", narration="Bees dance.", picture="a bee")
    return Script(title="Bees", language="en", scenes=(scene,), **more)


def metadata_of(given, *, generated=True):
    return metadata(given, generated=generated, made_for_kids=False)


LONG = "Why bees dance, and what the sun has to do with it. " * 200


@pytest.mark.parametrize("platform", PLATFORMS, ids=lambda platform: platform.name)
@pytest.mark.parametrize("text", [LONG, "蜜蜂跳舞" * 2_000, "🐝 " * 3_000, "x" * 9_000, ""])
def test_no_platform_gets_more_than_it_takes(platform, text):
    tags = tuple(f"tag{n}" for n in range(80))
    given = script(description=text, hashtags=tags).model_copy(update={"title": text or "Bees"})
    fitted = metadata_of(given)["platforms"][platform.name]
    assert len(fitted["title"]) <= platform.title
    assert platform.size(fitted["description"]) <= platform.description
    assert len(fitted["hashtags"]) <= platform.hashtags


def test_hashtags_are_clean_and_not_repeated():
    given = script(hashtags=("#bees", "bees", "honey bee!", "--"))
    for fitted in metadata_of(given)["platforms"].values():
        assert fitted["hashtags"] == ["#bees", "#honeybee"]


def test_a_generated_film_says_so_everywhere():
    made = metadata_of(script())
    assert made["synthetic_media"]
    assert not metadata_of(script(), generated=False)["synthetic_media"]


@pytest.mark.parametrize("text", ["", "Two sentences.", LONG])
def test_descriptions_say_how_a_film_was_made_where_the_platform_wants_words(text):
    """YouTube labels by itself what its flag says; the others get the sentence, uncut."""
    given = script(description=text, hashtags=("bees",))
    said = "Pictures and voice were made with artificial intelligence."
    for generated in (True, False):
        fitted = metadata_of(given, generated=generated)["platforms"]
        for name in ("tiktok", "instagram_reels"):
            assert fitted[name]["description"].endswith(f"{said}\n#bees") is generated
        assert said not in fitted["youtube_shorts"]["description"]


@pytest.mark.parametrize(("language", "word"), [("de-AT", "erzeugt"), ("ja", "AI"), ("sw", "were")])
def test_the_disclosure_is_in_the_film_s_language_where_it_is_known(language, word):
    made = metadata_of(script().model_copy(update={"language": language}))
    assert word in made["disclosure"]
    assert made["disclosure"] in made["platforms"]["tiktok"]["description"]


def test_titles_are_cut_between_words():
    assert shorten("Why bees dance in the dark", 16) == "Why bees dance…"
    assert shorten("Bees", 15) == "Bees"


def entry(**more):
    facts = {
        "id": 1,
        "call_key": "k",
        "run_id": "r",
        "tenant": "t",
        "node": "illustrate",
        "scene": 1,
        "realm": "live",
        "provider": "gemini",
        "model": "m",
        "day": date(2026, 11, 22),
        "status": "settled",
        "reserved_usd": Decimal("0.05"),
        "spent_usd": Decimal("0.04"),
        "held_usd": Decimal("0.04"),
        "claimed_usd": None,
        "saved_usd": Decimal(0),
        "units": {"image_tokens": 1120},
        "flagged": "",
        "note": "",
        "owner": "",
        "reserved_at": AT,
        "sent_at": AT,
        "closed_at": AT,
    }
    return Entry.model_validate({**facts, **more})


@pytest.fixture
def finished(facts):
    """The state of a run whose film has passed."""
    film = {"sha256": "f1", "frames": 30, "duration_ms": 1000, "cues": [], "wall_s": 1, "cpu_s": 1}
    return {
        **facts,
        "script": script(description="d", hashtags=("bees",)).model_dump(mode="json"),
        "approval": {"by": "Ada", "script_version": 1},
        "scenes": {"1": {"number": 1, "picture": {"sha256": "p1"}}},
        "film": {**film, "voice_starts": [0], "body_starts": [0]},
        "quality": {"passed": True, "findings": []},
    }


def read(stage, written, name):
    return json.loads(stage.store.kept[written["package"][name]])


async def test_the_package_holds_every_file_and_the_receipt_every_call(stage, finished):
    stage.ledger.entries, stage.ledger.spent_usd = (entry(),), Decimal("0.04")
    written = await package(finished, stage.services)
    assert written["failure"] is None
    assert {"film.mp4", "cover.png", "captions.srt", "captions.vtt", "script.json"} <= set(
        written["package"]
    )
    receipt = read(stage, written, "receipt.json")
    assert (receipt["spent_usd"], receipt["calls"][0]["cost_usd"]) == ("0.04", "0.04")
    assert receipt["calls"][0]["units"] == {"image_tokens": 1120}
    assert receipt["files"]["film.mp4"] == "f1"
    assert not stage.gateway.asked


async def test_the_receipt_names_the_prompts_and_their_versions(stage, finished):
    stage.ledger.entries = (entry(), entry(call_key="spoken", node="narrate"))
    await note_use(stage.store, "k", "picture")
    receipt = read(stage, await package(finished, stage.services), "receipt.json")
    version = load("picture").version
    used = [call["prompt"] for call in receipt["calls"]]
    assert used == [{"name": "picture", "version": version}, None]
    assert receipt["prompts"] == {"picture": [version]}


async def test_a_script_without_a_description_gets_one_and_keeps_its_title(stage, finished):
    finished["script"] = script().model_dump(mode="json")
    stage.reply('{"title": "Other", "description": "Watch.", "hashtags": ["sun"]}')
    written = await package(finished, stage.services)
    kept = read(stage, written, "script.json")
    assert (kept["title"], kept["description"], kept["hashtags"]) == ("Bees", "Watch.", ["sun"])
    assert stage.prompt.count("</script>") == 1
    version = load("package").version
    assert stage.gateway.asked[0][1].prompt_version == version
    assert await use_of(stage.store, "call 1") == {"name": "package", "version": version}


async def test_a_full_disk_is_a_failure_of_the_package(stage, finished):
    async def full(data, suffix):
        raise StorageError("The disk is full.", cure="Make room, then resume.")

    stage.store.put = full
    failure = (await package(finished, stage.services))["failure"]
    assert (failure["node"], failure["cure"]) == ("package", "Make room, then resume.")
