"""Every failure as an RFC 9457 problem: one table from error class to status and title."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from shortfactory import errors
from shortfactory.errors import ShortFactoryError, UsageError
from shortfactory.money import show

MEDIA_TYPE = "application/problem+json"
BACK_AFTER_S = 2  # when to ask again while the database is away


class Unauthorized(UsageError):
    """A valid API key is needed."""


class Forbidden(UsageError):
    """This key does not allow that."""


class TooManyRequests(UsageError):
    """Too many requests."""

    def __init__(self, retry_after_s: int) -> None:
        """Say how long to wait."""
        super().__init__(cure=f"Wait {retry_after_s} seconds.")
        self.retry_after_s = retry_after_s


class DaySpent(UsageError):
    """The day's spending limit is used up."""

    def __init__(self, limit_usd: Decimal, retry_after_s: int) -> None:
        """Say when there is money again."""
        super().__init__(
            f"The day's spending limit of {show(limit_usd)} is used up.",
            cure=f"Order again after midnight UTC, in {retry_after_s} seconds, or have the limit "
            "raised (SHORTFACTORY_BUDGET__TENANT_DAY_USD).",
        )
        self.retry_after_s = retry_after_s


class TooLarge(UsageError):
    """The request's body is too large."""


class TooDeep(UsageError):
    """The request's JSON is nested too deeply."""


class StaleVersion(UsageError):
    """The script has changed since it was read."""


class UnknownFile(UsageError):
    """There is no such file yet, or the link to it has expired."""


class NotInFilm(UsageError):
    """The film has no such scene or version."""


class NoSuchRange(UsageError):
    """The file ends before this range begins."""

    def __init__(self, size_bytes: int) -> None:
        """Say how much there is."""
        super().__init__(cure=f"Ask for bytes 0 to {size_bytes - 1}.")
        self.size_bytes = size_bytes


class KeyReused(UsageError):
    """This Idempotency-Key came with another request before."""

    def __init__(self, key: str) -> None:
        """Name the key."""
        super().__init__(
            f"The Idempotency-Key {key[:80]!r} came with another request before.",
            cure="Send a new key with a new request.",
        )


class Problem(BaseModel):
    """RFC 9457: what went wrong, for programs (`type`) and for people."""

    type: str = Field(examples=["urn:shortfactory:problem:unknown-run"])
    title: str = Field(examples=["No such short"])
    status: int = Field(examples=[404])
    detail: str = Field(examples=["No short has the id '6f1c'."])
    cure: str = Field(default="", examples=["See: shortfactory list"])
    errors: list[dict[str, Any]] = Field(
        default_factory=list[dict[str, Any]], examples=[[{"at": "body.seconds", "says": "…"}]]
    )


TABLE: dict[type[ShortFactoryError], tuple[int, str]] = {
    Unauthorized: (401, "API key needed"),
    Forbidden: (403, "Not allowed"),
    TooManyRequests: (429, "Too many requests"),
    DaySpent: (402, "Spending limit reached"),
    TooLarge: (413, "Body too large"),
    TooDeep: (400, "Body nested too deeply"),
    StaleVersion: (412, "Script has changed"),
    UnknownFile: (404, "No such file"),
    NotInFilm: (404, "Not in this film"),
    NoSuchRange: (416, "No such range"),
    KeyReused: (422, "Idempotency key used before"),
    errors.InvalidInput: (422, "Value cannot be used"),
    errors.UnknownRun: (404, "No such short"),
    errors.RunBusy: (409, "Short is being worked on"),
    errors.WrongStatus: (409, "Not in this status"),
    errors.ConfigurationError: (422, "Service not set up for this"),
    errors.UsageError: (422, "Cannot be done as asked"),
    errors.BudgetExceeded: (402, "Spending limit reached"),
    errors.ProviderError: (502, "Provider failed"),
    errors.ArtifactLost: (410, "File is lost"),
    errors.DatabaseLost: (503, "Database not available now"),
    errors.StorageError: (503, "Storage not available"),
    errors.ShortFactoryError: (500, "Failed"),
}

# What a status means where several classes share it.
MEANINGS = {
    400: "Body cannot be read",
    404: "Not found, or not yours",
    409: "Not possible now",
    422: "Request cannot be used",
    503: "Not available now",
}


def answer(error: ShortFactoryError) -> JSONResponse:
    """The problem document for one of our errors; the nearest class in the table decides."""
    kind = next(kind for kind in type(error).__mro__ if kind in TABLE)
    status, title = TABLE[kind]
    problem = Problem(
        type=type_of(kind.__name__),
        title=title,
        status=status,
        detail=str(error.args[0]),
        cure=error.cure,
    )
    headers: dict[str, str] = {}
    if isinstance(error, TooManyRequests | DaySpent):
        headers["retry-after"] = str(error.retry_after_s)
    if isinstance(error, NoSuchRange):
        headers["content-range"] = f"bytes */{error.size_bytes}"
    if isinstance(error, errors.DatabaseLost):
        headers["retry-after"] = str(BACK_AFTER_S)
    if isinstance(error, Unauthorized):
        headers["www-authenticate"] = "Bearer"
    return response_of(problem, headers)


def response_of(problem: Problem, headers: dict[str, str] | None = None) -> JSONResponse:
    """A problem as it is sent."""
    content = problem.model_dump(exclude_defaults=True)
    return JSONResponse(content, problem.status, headers, media_type=MEDIA_TYPE)


def type_of(name: str) -> str:
    """The `type` of a problem, from the name of its class."""
    words = re.sub(r"(?<!^)(?=[A-Z])", "-", name).lower()
    return f"urn:shortfactory:problem:{words}"


def responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The error responses of a route, for its OpenAPI document."""
    titles = dict(reversed(TABLE.values())) | MEANINGS
    return {
        status: {
            "description": titles[status],
            "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
        for status in sorted({401, 403, 429, 503, *statuses})
    }
