"""The page about the simulator says what the simulator does."""

import json
import re
from pathlib import Path

from simulator.scenarios import ACTIONS, SCENARIOS, Scenario

PAGE = (Path(__file__).parents[2] / "docs" / "simulator.md").read_text("utf-8")


def row(name):
    action = ACTIONS[name]
    kinds = ", ".join(sorted(action.kinds - {"batch", "catalogue"}))
    return f"| `{name}` | {kinds} | {'yes' if action.damage else 'no'} | {action.says} |"


def test_every_action_stands_in_the_table():
    table = PAGE.split("|---|---|---|---|\n")[1].strip().splitlines()
    assert table == [row(name) for name in sorted(ACTIONS)]


def test_every_scenario_is_named():
    assert not [name for name in SCENARIOS if f"`{name}`" not in PAGE]


def test_the_example_is_a_valid_scenario():
    example = re.search(r"```json\n(.*?)```", PAGE, re.DOTALL)[1]
    assert len(Scenario.model_validate(json.loads(example)).faults) == 2
