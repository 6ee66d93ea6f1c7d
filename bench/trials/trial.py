"""What a trial is: the faults that are planted, and what the run then does, says and asks for."""

from __future__ import annotations

from pydantic import Field

from shortfactory.change import Change
from shortfactory.settings import GraphSettings, Settings
from shortfactory.story import Plain
from simulator.faults import Fault

FIRST = Settings.model_fields["gemini"].default.image_model
USUAL = {"text": 2, "image": 1, "sight": 1, "voice": 1}
ALL_AT_ONCE = GraphSettings().scenes_at_once

SOUND = ("narrate",)
DRAWN = ("illustrate",)
WRITTEN = ("story", "script")


class Trial(Plain):
    """One short under faults.

    The ways are the steps taken by the writers, the picture half and the voice half until the run
    rests. A run that is parked ends well once the faults are gone, with the requests of `cure`.
    `exact` is false where nobody can know what the vendor charged: then the ledger holds the worst
    case. With a `change`, the faults begin when it is asked of the finished film.

    `at_once` bounds how many steps of the scenes go on together: with 1 their order is certain.
    `patience_s` orders pictures by batches; a run that waits for one is woken when it has ended.
    """

    name: str
    fault: str
    faults: tuple[Fault, ...]
    scenes: int = 1
    at_once: int = ALL_AT_ONCE
    patience_s: float = 0
    change: Change | None = None
    text: tuple[str, ...] = WRITTEN
    picture: tuple[str, ...] = DRAWN
    voice: tuple[str, ...] = SOUND
    says: str = ""  # a part of the reason; empty for a run that is done
    status: str = "done"
    requests: dict[str, int]
    cure: dict[str, int] = Field(default_factory=dict[str, int])
    exact: bool = True


def once(action: str, times: int = 1, **facts: object) -> tuple[Fault, ...]:
    """A fault that strikes so often, then never again."""
    return (Fault.model_validate({"action": action, "times": times, **facts}),)


def always(action: str, **facts: object) -> tuple[Fault, ...]:
    """A fault that strikes until it is taken away."""
    return (Fault.model_validate({"action": action, **facts}),)
