"""How long a vendor takes: profiles per kind of call, drawn from a seeded lognormal."""

from __future__ import annotations

import math
from random import Random
from typing import Literal

from simulator.wire import Kind

Profile = Literal["instant", "usual", "slow", "stuck"]

# Nine calls in ten fall between these seconds: chosen from what users of both vendors report,
# which for pictures ranges from 4 to 40 s.
USUAL_S: dict[Kind, tuple[float, float]] = {
    "text": (3.0, 6.0),
    "sight": (1.5, 4.0),
    "image": (6.0, 20.0),
    "speech": (3.0, 8.0),
    "voice": (1.5, 4.0),
    "alignment": (1.0, 3.0),
    "batch": (0.2, 0.5),
    "catalogue": (0.1, 0.3),
}
SLOW_TIMES = 4.0
NINE_IN_TEN = 1.645  # standard deviations to each side that hold 90 % of a normal


def seconds(profile: Profile, kind: Kind, chance: Random) -> float:
    """Seconds from the request's arrival to its answer; infinite when stuck."""
    if profile == "instant":
        return 0.0
    if profile == "stuck":
        return math.inf
    low_s, high_s = USUAL_S[kind]
    spread = math.log(high_s / low_s) / (2 * NINE_IN_TEN)
    drawn_s = chance.lognormvariate(math.log(math.sqrt(low_s * high_s)), spread)
    within_s = min(max(drawn_s, low_s / 2), high_s * 2)
    return within_s * (SLOW_TIMES if profile == "slow" else 1.0)
