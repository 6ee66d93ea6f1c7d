"""All scenarios that are running, by name, and the one bill that they share."""

from __future__ import annotations

from simulator.bill import Bill
from simulator.pictures import Studio
from simulator.scenarios import ACTIONS, SCENARIOS, Scenario, named
from simulator.stage import Stage

DEFAULT = "default"


class UnknownScenario(LookupError):
    """No scenario or action has this name."""

    def __str__(self) -> str:
        """Name the names that there are."""
        known = ", ".join(sorted([*SCENARIOS, *ACTIONS]))
        return f"There is no scenario {self.args[0]!r}. Known scenarios and actions: {known}."


class House:
    """Keeps each scenario's stage from its first request on, with its counters."""

    def __init__(self, scenario: str | Scenario = DEFAULT) -> None:
        """Open with this scenario for requests that name none.

        Raises:
            UnknownScenario: no scenario has this name.
        """
        self.bill = Bill()
        self._studio = Studio()
        self._stages: dict[str, Stage] = {}
        self.put(scenario)

    def stage(self, name: str = DEFAULT) -> Stage:
        """The stage of a scenario, opened at first use.

        Raises:
            UnknownScenario: no scenario has this name and none was put under it.
        """
        if name not in self._stages:
            self.put(name, name)
        return self._stages[name]

    def put(self, scenario: str | Scenario, name: str = DEFAULT) -> Stage:
        """Play this scenario under the name, from its beginning.

        Raises:
            UnknownScenario: no scenario has this name.
        """
        found = named(scenario) if isinstance(scenario, str) else scenario
        if found is None:
            raise UnknownScenario(scenario)
        before = self._stages.get(name)
        stage = self._stages[name] = Stage(name, found, self.bill, self._studio)
        if before is not None:
            stage.batches = before.batches  # a vendor's day may change, its batches go on
        return stage
