"""What a fault is: which calls it strikes, how often, and what it does to them."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from pydantic import Field

from shortfactory.story import Plain
from simulator.wire import Answer, Call, Kind

MAKING: frozenset[Kind] = frozenset({"text", "sight", "image", "speech", "voice"})
GENERATING: frozenset[Kind] = frozenset({"text", "sight", "image", "speech"})
ANY: frozenset[Kind] = frozenset({*MAKING, "alignment", "batch", "catalogue"})

UNPAID: frozenset[Kind] = frozenset({"batch", "catalogue"})


class Fault(Plain):
    """One line of a script. It strikes calls that match everything it names.

    Of the matching calls it passes over the first `skip`, then takes every `every`-th, with
    probability `rate`, at most `times` times. `value` is the action's own number or word. Listings
    and batch jobs are struck only by faults that name their kind.
    """

    action: str
    kind: Kind | None = None
    model: str = ""
    match: str = ""  # a part of the request's text, in any casing
    value: float | str | None = None
    skip: int = Field(default=0, ge=0)
    every: int = Field(default=1, ge=1)
    times: int | None = Field(default=None, ge=1)
    rate: float = Field(default=1.0, ge=0, le=1)

    def number(self, otherwise: float) -> float:
        """The value as a number."""
        return float(self.value) if self.value is not None else otherwise

    def word(self, otherwise: str) -> str:
        """The value as a word."""
        return str(self.value) if self.value is not None else otherwise


@dataclass(frozen=True)
class Action:
    """What a fault does: answer `instead` of the vendor (never billed), or `damage` its answer."""

    says: str
    kinds: frozenset[Kind]
    instead: Callable[[Fault, Call], Answer] | None = None
    damage: Callable[[Fault, Call, Answer], None] | None = None


class Deck:
    """A scenario's faults while it runs: counts what matched and what was struck.

    Chance is a function of the seed, the request and how often it came before, so a run repeats
    itself whatever the order in which concurrent requests arrive.
    """

    def __init__(
        self, faults: tuple[Fault, ...], kinds: dict[str, frozenset[Kind]], seed: int
    ) -> None:
        """Take the faults in order of precedence, and the kinds that each action knows."""
        self._faults, self._kinds, self._seed = faults, kinds, seed
        self._seen: Counter[int] = Counter()
        self._struck: Counter[int] = Counter()
        self._asked: Counter[str] = Counter()

    def chance(self, purpose: str, call: Call) -> Random:
        """The dice for this request and purpose; a repeated request throws again."""
        text = f"{self._seed}|{purpose}|{call.vendor}|{call.model}|{call.target}|{call.text}"
        name = hashlib.sha256(text.encode()).hexdigest()
        self._asked[name] += 1
        return Random(f"{name}|{self._asked[name]}")

    def draw(self, call: Call) -> Fault | None:
        """The first fault that strikes this call."""
        for index, fault in enumerate(self._faults):
            if self._matches(fault, call) and self._strikes(index, fault, call):
                self._struck[index] += 1
                return fault
        return None

    def _matches(self, fault: Fault, call: Call) -> bool:
        return (
            call.kind in self._kinds[fault.action]
            and (fault.kind == call.kind or (fault.kind is None and call.kind not in UNPAID))
            and fault.model in ("", call.model)
            and fault.match.lower() in call.text.lower()
        )

    def _strikes(self, index: int, fault: Fault, call: Call) -> bool:
        seen = self._seen[index]
        self._seen[index] += 1
        if seen < fault.skip or (seen - fault.skip) % fault.every:
            return False
        if fault.times is not None and self._struck[index] >= fault.times:
            return False
        return fault.rate >= 1 or self.chance(f"fault {index}", call).random() < fault.rate
