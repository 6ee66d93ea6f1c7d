"""The approval without a person: who let the script pass, and when."""

from datetime import UTC, datetime

from nodes.approval import approval


async def test_auto_approves_a_sound_script_and_says_when(facts, stage):
    before = datetime.now(UTC).replace(microsecond=0)
    passed = await approval({**facts, "script_version": 3, "findings": []}, stage.services)
    record = passed.update["approval"]
    assert (passed.goto, record["by"], record["script_version"]) == ("cast", "auto", 3)
    assert before <= datetime.fromisoformat(record["at"]) <= datetime.now(UTC)


async def test_an_approved_version_is_not_approved_again(facts, stage):
    kept = {"script_version": 3, "by": "Ada", "at": "2026-01-01T00:00:00+00:00"}
    state = {**facts, "script_version": 3, "approval": kept}
    passed = await approval(state, stage.services)
    assert (passed.goto, passed.update) == ("cast", None)
