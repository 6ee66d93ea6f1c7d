"""What waiting cures, at every vendor."""

from __future__ import annotations

from bench.trials.trial import USUAL, Trial, once

PASSING = (
    Trial(
        name="rate_limited",
        fault="A vendor asks to slow down",
        faults=once("rate_limited", value=0.05, kind="image"),
        requests={**USUAL, "image": 2},
    ),
    Trial(
        name="too_many_voices",
        fault="Too many narrations at once",
        faults=once("concurrent_limit_exceeded"),
        requests={**USUAL, "voice": 2},
    ),
    Trial(
        name="bad_gateway",
        fault="A web page of an error instead of an answer",
        faults=once("html_502", 2),
        requests={**USUAL, "text": 4},
    ),
    Trial(
        name="reset",
        fault="A connection breaks before the answer",
        faults=once("reset", kind="voice"),
        requests={**USUAL, "voice": 2},
        exact=False,
    ),
    Trial(
        name="cut_body",
        fault="A connection breaks inside the answer",
        faults=once("cut_body", kind="image"),
        requests={**USUAL, "image": 2},
        exact=False,
    ),
)
