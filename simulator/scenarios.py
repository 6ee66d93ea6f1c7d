"""Scenarios as data: what a base URL's prefix `/s/<name>` means, and one that a test sends."""

from __future__ import annotations

from pydantic import Field, field_validator

from shortfactory.story import Plain
from simulator.damage import DAMAGE
from simulator.faults import Action, Fault
from simulator.latency import Profile
from simulator.misspoken import MISSPOKEN
from simulator.poor_work import POOR_WORK
from simulator.rejections import REJECTIONS

ACTIONS: dict[str, Action] = {**REJECTIONS, **DAMAGE, **MISSPOKEN, **POOR_WORK}
KINDS = {name: action.kinds for name, action in ACTIONS.items()}
LIMITS = {"once": 1, "twice": 2, "thrice": 3}


class Scenario(Plain):
    """How both vendors behave. Chance is seeded: the same requests meet the same faults.

    `concurrency` is what ElevenLabs grants on its slower models, twice that on the quick ones.
    `pictures` above zero draws so many pictures and cuts all others out of them, for load tests.
    """

    latency: Profile = "instant"
    seed: int = 7
    faults: tuple[Fault, ...] = ()
    concurrency: int = Field(default=5, ge=1)
    credits: int = Field(default=10_000_000, ge=0)
    pictures: int = Field(default=0, ge=0)

    @field_validator("faults")
    @classmethod
    def _known(cls, faults: tuple[Fault, ...]) -> tuple[Fault, ...]:
        unknown = sorted({fault.action for fault in faults} - ACTIONS.keys())
        if unknown:
            raise ValueError(f"unknown actions {unknown}; known: {', '.join(sorted(ACTIONS))}")
        return faults


def _rated(**rates: float) -> tuple[Fault, ...]:
    return tuple(Fault(action=action, rate=rate) for action, rate in rates.items())


# Together one call in ten of every kind.
MIXED = (
    *_rated(
        rate_limited=0.015,
        unavailable=0.015,
        html_502=0.01,
        reset=0.01,
        internal_error=0.01,
        cut_body=0.005,
        max_tokens=0.02,
        wrong_json=0.015,
        truncated_png=0.005,
        no_image=0.005,
        drift=0.01,
        alignment_null=0.01,
        concurrent_limit_exceeded=0.015,
    ),
    Fault(action="refuse", kind="image", value="IMAGE_OTHER", rate=0.015),
    Fault(action="refuse", kind="image", value="IMAGE_SAFETY", rate=0.01),
)

SCENARIOS: dict[str, Scenario] = {
    "default": Scenario(),
    "usual": Scenario(latency="usual"),
    "slow": Scenario(latency="slow"),
    "stuck": Scenario(latency="stuck"),
    "mixed": Scenario(faults=MIXED, pictures=24),
    "mixed_usual": Scenario(latency="usual", faults=MIXED, pictures=24),
    "load": Scenario(latency="usual", pictures=24, concurrency=1_000),
}


def named(name: str) -> Scenario | None:
    """A scenario by name, or one action by its own: `html_502`, `drift=1.06`, `reset.once`."""
    if name in SCENARIOS:
        return SCENARIOS[name]
    words, times = name, None
    for suffix, count in LIMITS.items():
        if name.endswith(f".{suffix}"):
            words, times = name.removesuffix(f".{suffix}"), count
    action, _, value = words.partition("=")
    if action not in ACTIONS:
        return None
    return Scenario(faults=(Fault(action=action, value=_value(value), times=times),))


def _value(text: str) -> float | str | None:
    try:
        return float(text)
    except ValueError:
        return text or None
