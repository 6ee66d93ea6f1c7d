"""Estimates hold against the price list, and every economy really saves."""

import json
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from providers.economy import ORDER, cheaper, share_pictures
from providers.estimate import estimate
from providers.ports import SightRequest
from providers.prices import usual, worst
from shortfactory.errors import ConfigurationError
from shortfactory.plan import Plan
from shortfactory.settings import GraphSettings
from shortfactory.story import Character, Scene, Script, Topic

NOW = datetime(2026, 11, 22, tzinfo=UTC)
LIMITS = GraphSettings()
LIVE = Plan(
    text="gemini:gemini-3.1-flash-lite",
    image="gemini:gemini-nano-banana-2.1",
    image_fallback="gemini:gemini-3.1-flash-lite-image",
    voice="elevenlabs:eleven_multilingual_v2",
    voice_fallback="gemini:gemini-3.8-flash-lite-tts",
)
LOOKING = LIVE.model_copy(update={"sight": "gemini:gemini-3.1-flash-lite"})
OFFLINE = Plan(
    text="offline:writer",
    image="offline:illustrator",
    image_fallback="offline:poster",
    voice="offline:espeak",
    voice_fallback="offline:espeak-klatt",
    sight="offline:eye",
)


def script(scenes=6, characters=(), people=(), **scene):
    made = [
        Scene(
            **{
                "number": number,
                "kind": "body",
                "narration": "word " * 22,
                "picture": f"picture {number}",
                "characters": people,
                **scene,
            }
        )
        for number in range(1, scenes + 1)
    ]
    return Script(title="t", language="en", scenes=tuple(made), characters=tuple(characters))


def test_offline_is_free():
    found = estimate(Topic(text="bees"), OFFLINE, LIMITS, NOW)
    assert (found.expected_usd, found.needed_usd, found.worst_usd) == (0, 0, 0)
    assert cheaper(Topic(text="bees"), OFFLINE, LIMITS, NOW, may_wait=True) == ()


def test_the_parts_add_up():
    found = estimate(Topic(text="bees"), LIVE, LIMITS, NOW)
    parts = [found.writing, found.sheets]
    parts += [part for scene in found.scenes for part in (scene.picture, scene.voice)]
    assert sum(part.expected_usd for part in parts) == found.expected_usd
    assert sum(part.worst_usd for part in parts) == found.worst_usd
    assert found.expected_usd < found.needed_usd < found.worst_usd


def test_the_usual_short_costs_what_the_price_pages_say():
    found = estimate(Topic(text="bees", seconds=45, scenes=6), LIVE, LIMITS, NOW)
    assert Decimal("0.24") < found.expected_usd < Decimal("0.30")
    assert sum(s.voice.expected_usd for s in found.scenes) == Decimal("0.053760")


def test_a_written_script_pays_no_writer():
    found = estimate(script(), LIVE, LIMITS, NOW)
    assert (found.writing.calls, found.writing.worst_usd) == (0, 0)
    assert len(found.scenes) == 6


def test_scenes_that_share_a_picture_pay_once():
    found = estimate(script(picture="the same"), LIVE, LIMITS, NOW)
    assert [scene.picture.calls for scene in found.scenes] == [1, 0, 0, 0, 0, 0]


def test_a_recurring_character_gets_a_sheet_and_references():
    cast = [Character(name="Ida", looks="red coat"), Character(name="Bo", looks="hat")]
    with_cast = estimate(script(characters=cast), LIVE, LIMITS, NOW)
    assert with_cast.sheets.calls == 0
    ida = script(characters=cast, people=("Ida",))
    found = estimate(ida, LIVE, LIMITS, NOW)
    assert found.sheets.calls == 1
    assert found.scenes[0].picture.expected_usd > with_cast.scenes[0].picture.expected_usd


def test_no_retries_no_extra():
    strict = GraphSettings(revisions=0, image_attempts=1, voice_attempts=1, rewords=0, repairs=0)
    assert (
        estimate(script(), LIVE, strict, NOW).worst_usd
        < estimate(script(), LIVE, LIMITS, NOW).worst_usd
    )


def test_batch_halves_the_pictures():
    batch = LIVE.model_copy(update={"batch": True})
    whole, half = (estimate(script(), plan, LIMITS, NOW) for plan in (LIVE, batch))
    pictures = sum(scene.picture.expected_usd for scene in whole.scenes)
    saved = whole.expected_usd - half.expected_usd
    assert abs(saved * 2 - pictures) < Decimal("0.0001")


def test_economies_come_in_the_promised_order():
    steps = cheaper(script(), LOOKING, LIMITS, NOW, may_wait=True)
    assert [step.step for step in steps] == [name for name in ORDER if name != "text"]
    assert "batch" not in [step.step for step in cheaper(script(), LIVE, LIMITS, NOW)]


@settings(max_examples=8, deadline=None)
@given(scenes=st.integers(1, 6), seconds=st.floats(5, 180))
def test_every_economy_saves_what_it_says_and_they_come_to_an_end(scenes, seconds):
    about, plan, taken = Topic(text="bees", scenes=scenes, seconds=seconds), LIVE, 0
    while steps := cheaper(about, plan, LIMITS, NOW, may_wait=True):
        before = estimate(about, plan, LIMITS, NOW).expected_usd
        first = steps[0]
        assert first.saves_usd > 0
        assert first.costs
        plan = first.plan
        if first.seconds is not None:
            about = about.model_copy(update={"seconds": first.seconds})
        assert before - estimate(about, plan, LIMITS, NOW).expected_usd == first.saves_usd
        assert plan.image != plan.image_fallback
        taken += 1
    assert taken < 30


def test_a_look_is_foreseen_for_each_picture_once_and_again_for_each_repair():
    eye, request = LOOKING.sight, SightRequest(picture="a" * 64)
    without, found = (estimate(script(), plan, LIMITS, NOW) for plan in (LIVE, LOOKING))
    assert found.expected_usd - without.expected_usd == 6 * usual(eye, request, NOW)
    most_usd = 6 * (1 + LIMITS.repairs) * worst(eye, request, NOW)
    assert found.worst_usd - without.worst_usd == most_usd
    assert found.needed_usd >= without.needed_usd
    assert found.scenes[0].picture.calls == 2


def test_a_picture_that_is_shown_twice_is_looked_at_once():
    alike = estimate(script(2, picture="the same"), LOOKING, LIMITS, NOW)
    assert alike.scenes[1].picture.expected_usd == 0


def test_not_looking_is_the_first_economy_and_says_what_it_costs():
    first = cheaper(script(), LOOKING, LIMITS, NOW, may_wait=True)[0]
    assert (first.step, first.plan) == ("sight", LIVE)
    assert "face" in first.costs


def test_sharing_pictures_makes_the_scenes_ask_for_the_same():
    whole = script()
    [step] = [s for s in cheaper(whole, LIVE, LIMITS, NOW) if s.step == "pictures"]
    shared = share_pictures(whole, step.share)
    ((scene, other),) = step.share
    assert shared.scene(scene).picture == shared.scene(other).picture
    assert shared.scene(scene).narration == whole.scene(scene).narration
    saved = estimate(whole, LIVE, LIMITS, NOW).expected_usd
    assert saved - estimate(shared, LIVE, LIMITS, NOW).expected_usd == step.saves_usd


def test_estimates_are_plain_json():
    found = estimate(script(), LIVE, LIMITS, NOW)
    again = type(found).model_validate_json(json.dumps(found.model_dump(mode="json")))
    assert again == found


def test_an_unknown_price_is_said_before_anything_is_spent():
    plan = LIVE.model_copy(update={"image": "gemini:gemini-unknown"})
    with pytest.raises(ConfigurationError, match="gemini-unknown"):
        estimate(script(), plan, LIMITS, NOW)


def test_prices_of_the_day_are_used():
    plan = LIVE.model_copy(update={"text": "gemini:gemini-3.8-flash"})
    new_year = datetime(2027, 1, 1, tzinfo=UTC)
    now, later = (estimate(Topic(text="b"), plan, LIMITS, at) for at in (NOW, new_year))
    assert later.writing.expected_usd == now.writing.expected_usd * 2
