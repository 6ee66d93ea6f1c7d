"""A run that met an account problem buys nothing more; other runs, and its next turn, may."""

import pytest

from providers.halts import Halts
from shortfactory.errors import AccountProblem, ContentRefused, PayingStopped

EMPTY = AccountProblem(
    "No credits.", provider="elevenlabs", model="v2", http_status=402, code="insufficient_credits"
)


def meet(halts, run_id, error=EMPTY):
    with pytest.raises(type(error)), halts.noting(run_id):
        raise error


def test_the_first_account_problem_is_named_whatever_else_is_met():
    halts = Halts()
    with halts.watch("a"):
        halts.check("a")
        meet(halts, "a")
        meet(halts, "a", AccountProblem("Bad key.", provider="gemini", code="API_KEY_INVALID"))
        with pytest.raises(PayingStopped, match="elevenlabs:v2 answers 402 insufficient_credits"):
            halts.check("a")


def test_other_runs_go_on_and_so_does_the_run_when_it_is_taken_up_again():
    halts = Halts()
    with halts.watch("a"), halts.watch("b"):
        meet(halts, "a")
        halts.check("b")
    with halts.watch("a"):
        halts.check("a")


def test_a_refusal_and_a_run_that_nobody_watches_stop_nothing():
    halts = Halts()
    meet(halts, "b")
    with halts.watch("a"), halts.watch("b"):
        meet(halts, "a", ContentRefused("No."))
        halts.check("a")
        halts.check("b")
