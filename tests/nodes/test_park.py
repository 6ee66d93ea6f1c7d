"""What a waiting run says: what is missing, where, why, and what cures it."""

import re
from pathlib import Path

import pytest

import nodes
from nodes.failure import CURES, KINDS, STOPS, failure_of
from nodes.park import MISSING, notice, reason_of, unaccepted, unfit
from shortfactory.errors import (
    AccountProblem,
    BudgetExceeded,
    ContentRefused,
    PayingStopped,
    ProviderDown,
    ShortFactoryError,
)


def down(scene):
    return notice(failure_of(ProviderDown("Gemini answered 503"), "narrate", scene))


def test_scenes_that_lack_the_same_are_told_once():
    reason = reason_of([down(3), down(1), down(2)])
    assert reason == (
        "No voice for scenes 1, 2 and 3: Gemini answered 503. "
        "Resume when the service answers again."
    )


def test_one_scene_is_named():
    assert reason_of([down(4)]).startswith("No voice for scene 4: ")


def test_different_reasons_stand_side_by_side():
    refused = notice(failure_of(ContentRefused("Refused."), "illustrate", 1))
    reason = reason_of([refused, down(1)])
    assert "No picture for scene 1: Refused. " in reason
    assert "No voice for scene 1: " in reason


def test_what_only_follows_from_another_failure_comes_last():
    follows = [failure_of(PayingStopped("No more."), node, 1) for node in ("illustrate", "narrate")]
    cause = failure_of(AccountProblem("No credit.", cure="Add some."), "narrate", 2)
    reason = reason_of([notice(failure) for failure in (*follows, cause)])
    assert reason.startswith("No voice for scene 2: No credit. Add some. No picture for scene 1: ")


def test_the_vendors_own_cure_comes_first():
    failure = failure_of(AccountProblem("No credit", cure="Add some."), "story")
    assert reason_of([notice(failure)]) == "No story: No credit. Add some."


def test_money_is_waited_for_not_parked():
    failure = failure_of(BudgetExceeded("short", 1, 0), "illustrate", 1)
    assert (notice(failure)["kind"], down(1)["kind"]) == ("budget", "parked")


def test_faulty_takes_say_what_is_wrong_with_them():
    findings = [{"check": "c", "severity": "revise", "scene": 2, "message": "It is blurred"}] * 2
    assert unfit("picture", findings)["message"] == (
        "No picture for scene 2: It is blurred. Resume to try again."
    )


def test_an_unaccepted_film_lists_every_fault():
    warn = {"severity": "warn", "message": "Quiet."}
    fail = {"severity": "fail", "message": "Scene 2 is flat."}
    message = unaccepted({"findings": [warn, fail]})["message"]
    assert message.startswith("No film that passes its test: Scene 2 is flat. Its quality page")


@pytest.mark.parametrize("kind", [kind for _, kind in KINDS])
def test_every_kind_of_failure_has_a_cure(kind):
    assert kind in STOPS or CURES[kind]  # what stops a run names its cure in its own error


@pytest.mark.parametrize("node", MISSING)
def test_every_step_that_fails_has_a_word_for_what_is_missing(node):
    failure = failure_of(ProviderDown("Down."), node, 1)
    assert notice(failure)["message"].startswith(f"No {MISSING[node]} for scene 1: Down.")


def test_no_step_that_fails_is_without_a_word():
    texts = [path.read_text("utf-8") for path in Path(nodes.__file__).parent.glob("*.py")]
    failing = {name for text in texts for name in re.findall(r'failure_of\(error, "(\w+)"', text)}
    assert len(failing) > 5
    assert failing <= set(MISSING)


def test_an_error_without_a_route_is_not_turned_into_data():
    with pytest.raises(ShortFactoryError):
        failure_of(ShortFactoryError("What?"), "story")
