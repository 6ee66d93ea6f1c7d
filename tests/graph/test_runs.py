"""The table of runs: what is written, what is refused, and who wins."""

import asyncio
from decimal import Decimal

import pytest

from graph.run import Holder
from shortfactory.errors import UnknownRun, WrongStatus
from shortfactory.order import Order
from shortfactory.story import Topic

ORDER = Order(topic=Topic(text="Why bees dance"), providers="offline", budget_usd=Decimal("0.25"))


@pytest.fixture
def runs(database):
    return database.runs


async def test_a_new_run_is_queued_and_keeps_the_order(runs):
    run = await runs.create(ORDER, title="Bees")
    assert (await runs.get(run.id)) == run
    assert (run.status, run.title, run.budget_usd) == ("queued", "Bees", Decimal("0.25"))
    assert Topic.model_validate(run.topic) == ORDER.topic


@pytest.mark.parametrize("run_id", ["", "7", "' or 1=1", "00000000-0000-4000-8000-000000000000"])
async def test_an_unknown_id_is_named(runs, run_id):
    with pytest.raises(UnknownRun, match="No short has the id"):
        await runs.get(run_id)


async def test_pages_meet_without_a_gap_or_a_repeat(runs):
    made = [(await runs.create(ORDER)).id for _ in range(7)]
    first = await runs.list(limit=3)
    second = await runs.list(limit=10, before=first[-1])
    assert [run.id for run in (*first, *second)] == made[::-1]


async def test_a_list_is_narrowed_by_status_and_tenant(runs):
    run = await runs.create(ORDER.model_copy(update={"tenant": "acme"}))
    await runs.create(ORDER)
    assert [found.id for found in await runs.list(tenant="acme")] == [run.id]
    assert await runs.list(status="done") == []


async def test_a_status_changes_only_from_where_it_may(runs):
    run = await runs.create(ORDER)
    moved = await runs.set_status(run.id, "running", only_from=["queued"])
    assert moved.status == "running"
    assert moved.updated_at > run.updated_at
    with pytest.raises(WrongStatus, match="is running and cannot become running"):
        await runs.set_status(run.id, "running", only_from=["queued"])


async def test_facts_that_are_not_given_stay(runs):
    run = await runs.create(ORDER, title="Bees")
    await runs.set_facts(run.id, script_version=2)
    changed = await runs.set_facts(run.id, budget_usd=Decimal("0.40"), plan={"text": "x:y"})
    assert (changed.title, changed.script_version) == ("Bees", 2)
    assert (changed.budget_usd, changed.plan) == (Decimal("0.40"), {"text": "x:y"})


async def waiting(runs, script_version=1):
    run = await runs.create(ORDER)
    await runs.set_facts(run.id, script_version=script_version)
    return await runs.set_status(run.id, "waiting_approval", only_from=["queued"])


async def test_of_many_decisions_at_once_exactly_one_is_kept(runs):
    run = await waiting(runs)

    async def decide(number):
        decision = {"decision": "approve", "by": f"person {number}"}
        try:
            kept = await runs.record_decision(run.id, decision, only_from=["waiting_approval"])
        except WrongStatus as error:
            return str(error)
        return kept.decision

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(decide(number)) for number in range(8)]
    answers = [task.result() for task in tasks]
    kept = [answer for answer in answers if isinstance(answer, dict)]
    assert kept == [(await runs.get(run.id)).decision]
    assert all("already decided" in answer for answer in answers if isinstance(answer, str))


async def test_a_decision_about_an_old_script_is_refused(runs):
    run = await waiting(runs, script_version=3)
    with pytest.raises(WrongStatus, match="version 3, and the decision is about version 2"):
        await runs.record_decision(
            run.id, {"decision": "approve"}, only_from=["waiting_approval"], script_version=2
        )


async def test_a_dropped_decision_makes_room_for_the_next(runs):
    run = await waiting(runs)
    await runs.record_decision(run.id, {"decision": "revise"}, only_from=["waiting_approval"])
    await runs.drop_decision(run.id)
    await runs.set_status(run.id, "waiting_approval", only_from=["queued"])
    again = await runs.record_decision(
        run.id, {"decision": "approve"}, only_from=["waiting_approval"]
    )
    assert again.decision == {"decision": "approve"}


async def test_a_run_that_has_ended_cannot_be_cancelled(runs):
    run = await runs.create(ORDER)
    assert (await runs.request_cancel(run.id)).cancel_requested
    await runs.set_status(run.id, "done", only_from=["queued"])
    with pytest.raises(WrongStatus, match="is done and cannot be cancelled"):
        await runs.request_cancel(run.id)


async def test_a_holder_releases_only_itself(runs, database):
    run = await runs.create(ORDER)
    async with database.lease(run.id):
        mine = (await runs.get(run.id)).holder
        await runs.release(run.id, mine.model_copy(update={"pid": 1}))
        assert (await runs.list())[0].holder == mine
        await runs.release(run.id, mine)
        assert (await runs.get(run.id)).holder is None


async def test_a_holder_that_is_gone_is_not_shown(runs):
    run = await runs.create(ORDER)
    await runs.hold(run.id, Holder.here())
    assert (await runs.get(run.id)).holder is None


async def test_a_beginning_of_an_id_finds_the_run(runs):
    run = await runs.create(ORDER)
    assert [found.id for found in await runs.find(run.id[:8])] == [run.id]
    assert await runs.find("%") == []
