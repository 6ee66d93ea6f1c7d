"""A failure as data: what the edges of the graph decide on."""

from __future__ import annotations

from typing import Literal

from typing_extensions import TypedDict

from shortfactory.errors import (
    AccountProblem,
    BudgetExceeded,
    ContentRefused,
    DatabaseLost,
    MalformedReply,
    MediaError,
    ModelGone,
    PayingStopped,
    RequestRejected,
    ShortFactoryError,
    StorageError,
    TransientError,
    UsageError,
)

FailureKind = Literal[
    "refused",
    "malformed",
    "down",
    "gone",
    "rejected",
    "stopped",
    "account",
    "budget",
    "media",
    "storage",
    "usage",
]

KINDS: tuple[tuple[type[ShortFactoryError], FailureKind], ...] = (
    (ContentRefused, "refused"),
    (MalformedReply, "malformed"),
    (TransientError, "down"),
    (ModelGone, "gone"),
    (RequestRejected, "rejected"),
    (PayingStopped, "stopped"),
    (AccountProblem, "account"),
    (BudgetExceeded, "budget"),
    (MediaError, "media"),
    (StorageError, "storage"),
    (UsageError, "usage"),
)

STOPS: frozenset[FailureKind] = frozenset({"stopped", "account", "budget", "storage", "usage"})
"""No other words and no other model cure these: a person or time does."""


CURES: dict[FailureKind, str] = {
    "refused": "Resume to try again, or order the short anew in other words.",
    "malformed": "Resume to ask again, or choose another model.",
    "down": "Resume when the service answers again.",
    "gone": "Choose a model that is still served.",
    "rejected": "Asking again does not help: choose another model, or report this as a fault.",
    "media": "Resume to try again.",
}
"""What a person can do about a failure that does not say so itself."""


class Failure(TypedDict):
    """One failed step. `random` says that the identical request may pass."""

    node: str
    kind: FailureKind
    message: str
    cure: str
    random: bool
    scene: int | None


def failure_of(error: ShortFactoryError, node: str, scene: int | None = None) -> Failure:
    """Turn an error into the data that a route reads.

    Raises:
        ShortFactoryError: the same error, where its class has no route. A lost database has none:
            no edge could be kept without it, and the run goes on by itself when it is back.
    """
    kinds: list[FailureKind] = [kind for cls, kind in KINDS if isinstance(error, cls)]
    if not kinds or isinstance(error, DatabaseLost):
        raise error
    random = isinstance(error, ContentRefused) and error.random
    return Failure(
        node=node,
        kind=kinds[0],
        message=str(error.args[0]),
        cure=error.cure or CURES.get(kinds[0], ""),
        random=random,
        scene=scene,
    )
