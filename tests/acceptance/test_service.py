"""The service whole, as a team runs it: processes of the installed wheel that die, and Postgres."""

import pytest

from bench.acceptance import Plan, play
from bench.place import open_place

SOON = {
    "SHORTFACTORY_SERVICE__HEARTBEAT_S": "1",
    "SHORTFACTORY_SERVICE__DEAD_AFTER_S": "6",
    "SHORTFACTORY_SERVICE__REAP_EVERY_S": "1",
}


@pytest.mark.slow
@pytest.mark.timeout(900)  # forty seconds alone on two cores
async def test_whoever_dies_all_shorts_are_made_and_paid_once(environment):
    plan = Plan(4, strikes=2, concurrency=2, latency="instant", scenes=1, down_s=1, settings=SOON)
    with open_place("service") as place:
        done, found = await play(plan, environment, place)
    assert found.faults == []
    assert (done.killed, done.ended, done.restarts) == (1, 1, 1)
    assert done.exit_codes <= {0, -15}  # by the signal alone: one that had not begun yet
    assert len(found.lives) == plan.shorts
