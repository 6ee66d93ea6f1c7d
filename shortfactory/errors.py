"""Every error this project raises on purpose.

ShortFactoryError
├── UsageError                    wrong use or configuration: exit 2, HTTP 4xx
│   ├── InvalidInput              a value somebody gave
│   ├── ConfigurationError        a setting, key or data home
│   ├── UnknownRun                no run has this id
│   ├── RunBusy                   another process holds the run
│   └── WrongStatus               the run is not where this command applies
├── ProviderError                 an outside service; carries facts, not sentences
│   ├── TransientError            waiting cures it: the gateway retries
│   │   ├── RateLimited
│   │   ├── ProviderDown
│   │   └── ProviderTimeout
│   ├── ContentRefused            other words cure it: the graph rewords
│   ├── MalformedReply            asking again or another model cures it
│   ├── RequestRejected           our request is wrong: never asked again unchanged
│   ├── ModelGone                 the model is retired: another model cures it
│   └── AccountProblem            key, quota or credit: only a person cures it
│       └── PayingStopped         not asked: the short has met such a problem elsewhere
├── BudgetExceeded                the next call does not fit under a limit
├── MediaError                    a picture, sound or film that cannot be made or read
└── StorageError                  disk, bucket or database
    ├── ArtifactLost              a stored file is missing or damaged: it can be made again
    └── DatabaseLost              the database does not answer now: waiting cures it
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal


class ShortFactoryError(Exception):
    """Something went wrong in ShortFactory."""

    exit_code = 4
    cure = ""

    def __init__(self, message: str = "", *, cure: str = "") -> None:
        """Take the message a person reads; without one, the class's docstring speaks."""
        super().__init__(message or (type(self).__doc__ or "").split("\n")[0])
        self.cure = cure or type(self).cure

    def __str__(self) -> str:
        """Say what happened, then how to cure it."""
        happened = str(self.args[0])
        open_end = self.cure and happened[-1:].isalnum()
        return f"{happened}{'.' if open_end else ''} {self.cure}".strip()


class UsageError(ShortFactoryError):
    """This cannot be done as asked."""

    exit_code = 2


class InvalidInput(UsageError):
    """A value somebody gave cannot be used."""

    def __init__(self, name: str, value: object, cure: str) -> None:
        """Name the value, show it (shortened), and say what would be right."""
        shown = repr(value)
        shown = shown if len(shown) <= 80 else f"{shown[:76]}...{shown[-1]}"
        super().__init__(f"{name} {shown} cannot be used:", cure=f"{cure}.")
        self.name, self.value = name, value

    def __reduce__(self) -> tuple[type[InvalidInput], tuple[str, object, str]]:
        """Survive the way out of a worker process."""
        return type(self), (self.name, self.value, self.cure.removesuffix("."))


class ConfigurationError(UsageError):
    """A setting is missing or wrong."""


class UnknownRun(UsageError):
    """No run has this id."""

    def __init__(self, run_id: str) -> None:
        """Name the id that was not found."""
        super().__init__(f"No short has the id {run_id!r}.", cure="See: shortfactory list")
        self.run_id = run_id

    def __reduce__(self) -> tuple[type[UnknownRun], tuple[str]]:
        """Survive the way out of a worker process."""
        return type(self), (self.run_id,)


class RunBusy(UsageError):
    """Another process is working on this run."""


class WrongStatus(UsageError):
    """The run is not in a status where this applies."""


class ProviderError(ShortFactoryError):
    """An outside service failed."""

    def __init__(
        self,
        message: str = "",
        *,
        provider: str = "",
        model: str = "",
        http_status: int | None = None,
        code: str = "",
        retry_after_s: float | None = None,
        billed: bool = False,
        units: Mapping[str, int | None] | None = None,
        cure: str = "",
    ) -> None:
        """Carry the vendor's facts.

        `billed` says that this failure may have cost money; `units` what it used (named as in
        `providers.ports.Usage`), where the vendor said so.
        """
        super().__init__(message, cure=cure)
        self.provider, self.model = provider, model
        self.http_status, self.code = http_status, code
        self.retry_after_s, self.billed = retry_after_s, billed
        self.units = dict(units) if units is not None else None


class TransientError(ProviderError):
    """The service could not answer now; waiting cures it."""


class RateLimited(TransientError):
    """The service asks us to slow down."""


class ProviderDown(TransientError):
    """The service is down or unreachable."""


class ProviderTimeout(TransientError):
    """The service did not answer in time."""


class ContentRefused(ProviderError):
    """The service refused the content; `random` says an identical request may pass."""

    def __init__(self, message: str = "", *, random: bool = False, **facts: object) -> None:
        """Keep whether the vendor's reason is known to come and go by chance."""
        super().__init__(message, **facts)  # pyright: ignore[reportArgumentType]
        self.random = random


class MalformedReply(ProviderError):
    """The service answered with something that cannot be used."""


class RequestRejected(ProviderError):
    """The service rejected the request as wrong."""


class ModelGone(ProviderError):
    """The model does not exist or is retired."""


class AccountProblem(ProviderError):
    """The account's key, quota or credit does not allow this call."""


class PayingStopped(AccountProblem):
    """Nothing more is paid for, because another call of the short met an account problem."""


class BudgetExceeded(ShortFactoryError):
    """The next call does not fit under a spending limit."""

    exit_code = 3

    def __init__(self, limit: str, needed_usd: Decimal, left_usd: Decimal) -> None:
        """Name the limit (short, tenant_day, deployment_day, deployment_month)."""
        higher = "the budget"
        if limit != "short":
            day = limit.rpartition("_")[2]
            higher = f"SHORTFACTORY_BUDGET__{limit.upper()}_USD, or wait for the next {day},"
        super().__init__(
            f"The next call needs up to ${needed_usd}, and ${left_usd} is left of the "
            f"{limit.replace('_', ' ')} limit.",
            cure=f"Raise {higher} and resume; nothing paid for is lost.",
        )
        self.limit, self.needed_usd, self.left_usd = limit, needed_usd, left_usd

    def __reduce__(self) -> tuple[type[BudgetExceeded], tuple[str, Decimal, Decimal]]:
        """Survive the way out of a worker process."""
        return type(self), (self.limit, self.needed_usd, self.left_usd)


class MediaError(ShortFactoryError):
    """A picture, sound or film cannot be made or read."""


class StorageError(ShortFactoryError):
    """A file, bucket or database cannot be read or written."""


class ArtifactLost(StorageError):
    """A stored file is missing or no longer matches its hash."""


class DatabaseLost(StorageError):
    """The database does not answer at the moment."""

    cure = "Nothing finished is lost. Try again when it is back."
