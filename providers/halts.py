"""Where a short stops paying: at its first account problem, whoever would be asked next."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager

from shortfactory.errors import AccountProblem, PayingStopped


class Halts:
    """The runs that this process works on, each with the account problem that it has met.

    Half a short is of no use while an account is empty, so nothing more is bought for it. What is
    on its way then is not called back: it ends, and is kept.
    """

    def __init__(self) -> None:
        """Watch no run yet."""
        self._met: dict[str, AccountProblem | None] = {}

    @contextmanager
    def watch(self, run_id: str) -> Generator[None]:
        """Work on a run; the next time it is worked on, every vendor is asked anew."""
        self._met[run_id] = None
        try:
            yield
        finally:
            del self._met[run_id]

    @contextmanager
    def noting(self, run_id: str) -> Generator[None]:
        """Ask a vendor for a run; the first account problem is what stops it."""
        try:
            yield
        except AccountProblem as problem:
            if run_id in self._met and self._met[run_id] is None:
                self._met[run_id] = problem
            raise

    def check(self, run_id: str) -> None:
        """Let a paid request go only while its run has met no account problem.

        Raises:
            PayingStopped: it has met one, which is named.
        """
        met = self._met.get(run_id)
        if met is not None:
            raise PayingStopped(
                f"Nothing more is paid for while {met.provider}:{met.model} answers "
                f"{met.http_status} {met.code}.",
                provider=met.provider,
                model=met.model,
            )
