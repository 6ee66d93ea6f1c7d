"""Budget guard and economist: what does not fit is made cheaper, step by step, or waits."""

from datetime import UTC, datetime
from decimal import Decimal

from nodes.budget_guard import budget_guard
from nodes.economise import economise

NARRATION = "Bees dance to show the way, and the sun is their compass all day long."


def scripted(facts, scenes=6):
    scene = {"kind": "body", "narration": NARRATION, "keyword": "sun", "characters": []}
    numbered = [{"number": n, "picture": f"bee number {n}", **scene} for n in range(1, scenes + 1)]
    script = {"title": "Bees", "language": "en", "scenes": numbered}
    return {**facts, "script": script, "script_version": 1}


async def test_what_fits_goes_on_with_an_estimate(stage, facts):
    stage.budget_usd = Decimal(5)
    written = await budget_guard(scripted(facts), stage.services)
    assert written["short_by_usd"] == "0"
    assert written["choices"], "a person sees what would be cheaper, though nothing has to be"
    assert Decimal(written["estimate"]["expected_usd"]) > 0


async def test_what_was_spent_counts_against_the_budget(stage, facts):
    stage.budget_usd = stage.ledger.spent_usd = Decimal(5)
    written = await budget_guard(scripted(facts), stage.services)
    assert Decimal(written["short_by_usd"]) > 0
    assert written["choices"]


async def test_every_choice_saves_and_the_last_resort_is_length(stage, facts):
    stage.budget_usd = Decimal("0.01")
    choices = (await budget_guard(scripted(facts), stage.services))["choices"]
    assert all(Decimal(choice["saves_usd"]) > 0 for choice in choices)
    assert choices[-1]["step"] == "length"


async def test_a_persons_own_words_are_not_cut(stage, facts):
    stage.budget_usd = Decimal("0.01")
    facts["topic"] |= {"script": "# Mine"}
    choices = (await budget_guard(scripted(facts), stage.services))["choices"]
    assert "length" not in {choice["step"] for choice in choices}


async def test_economies_end_and_leave_a_trace(stage, facts):
    stage.budget_usd = Decimal("0.01")
    facts["topic"] |= {"script": "# Mine"}
    state = scripted(facts)
    for _ in range(20):
        state |= await budget_guard(state, stage.services)
        if not state["choices"]:
            break
        state |= await economise(state, stage.services)
    assert not state["choices"]
    assert Decimal(state["short_by_usd"]) > 0
    assert len(state["economies"]) >= 1
    assert all(economy["costs"] for economy in state["economies"])


async def test_shared_pictures_change_the_script_and_its_version(stage, facts):
    share = {"step": "pictures", "share": [[3, 2]], "saves_usd": "0.03", "costs": "a picture"}
    choice = {**share, "plan": facts["plan"], "seconds": None}
    written = await economise({**scripted(facts), "choices": [choice]}, stage.services)
    assert written["script"]["scenes"][2]["picture"] == "bee number 2"
    assert written["script_version"] == 2


async def test_a_shorter_film_asks_for_a_shorter_script(stage, facts):
    choice = {"step": "length", "plan": facts["plan"], "saves_usd": "0.01", "costs": "words"}
    state = {**scripted(facts), "choices": [{**choice, "seconds": 9.6}]}
    written = await economise(state, stage.services)
    assert written["topic"]["seconds"] == 9.6
    assert "9.6 s" in written["findings"][0]["message"]


class LaterThan:
    """A clock for the guard, set to a moment."""

    def __init__(self, moment):
        self.moment = moment

    def now(self, _zone):
        return self.moment


async def test_a_price_that_changes_while_a_run_waits_counts_when_it_goes_on(
    stage, facts, monkeypatch
):
    plan = {**facts["plan"], "voice_fallback": "gemini:gemini-3.8-flash-lite-tts"}
    waiting = scripted({**facts, "plan": plan})
    worst = []
    for moment in (datetime(2026, 12, 31, 23, 59, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)):
        monkeypatch.setattr("nodes.budget_guard.datetime", LaterThan(moment))
        written = await budget_guard(waiting, stage.services)
        worst.append(Decimal(written["estimate"]["worst_usd"]))
    assert worst[1] > worst[0]
