"""Gemini's failures, translated: one table from status and reason to this project's errors."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Any

from google.genai import errors as genai_errors
from langchain_core.exceptions import LangChainException
from langchain_google_genai._common import GoogleGenerativeAIError
from pydantic import SecretStr

from providers.quoting import quote
from providers.vendor_errors import retry_after_s, shared_failure, stumbled, translated
from shortfactory.errors import (
    AccountProblem,
    MalformedReply,
    ModelGone,
    ProviderDown,
    ProviderError,
    ProviderTimeout,
    RateLimited,
    RequestRejected,
)

KEY_CURE = "Check GOOGLE_API_KEY and the project's billing in Google AI Studio."
QUOTA_CURE = "Wait until the quota is renewed (midnight Pacific) or raise it, then resume."
REDIRECT_CURE = "Set SHORTFACTORY_GEMINI__BASE_URL to the final address."
GONE_CURE = "Choose a model that is still served."

# 400 is not here: a wrong key, a forbidden region and a wrong field all arrive as 400.
_BY_STATUS: dict[int, tuple[type[ProviderError], str]] = {
    401: (AccountProblem, KEY_CURE),
    402: (AccountProblem, KEY_CURE),
    403: (AccountProblem, KEY_CURE),
    404: (ModelGone, GONE_CURE),
    408: (ProviderTimeout, ""),
    504: (ProviderTimeout, ""),
}
_RETRY_IN_TEXT = re.compile(r"retry in (\d+(?:\.\d+)?)\s*s", re.IGNORECASE)
_NO_QUOTA_IN_TEXT = re.compile(r"\blimit: 0\b")


def gemini_errors(model: str, key: SecretStr) -> AbstractContextManager[None]:
    """Raise this project's errors for everything that Google's SDKs raise inside."""
    return translated(lambda error: gemini_failure(error, model), key)


def gemini_failure(error: BaseException, model: str) -> ProviderError | None:
    """Translate one exception; None when it is neither an SDK's nor the network's."""
    answer = _answer(error)
    if answer is not None:
        return _from_answer(answer, model)
    if isinstance(error, _SDK_REFUSALS):
        message = f"Google's SDK did not accept the request for {model}: {quote(error)}"
        return RequestRejected(message, provider="gemini", model=model)
    failure = shared_failure(error, "gemini", model, f"Gemini ({model})")
    if failure is None and (isinstance(error, _UNREADABLE) or stumbled(error, _PACKAGES)):
        return MalformedReply(
            f"Gemini ({model}) sent a reply that its own SDK cannot read ({type(error).__name__})",
            provider="gemini",
            model=model,
            billed=True,
        )
    return failure


_PACKAGES = ("google.genai", "langchain_google_genai", "langchain_core")
_UNREADABLE = (genai_errors.UnknownApiResponseError, LangChainException)
_SDK_REFUSALS = (
    GoogleGenerativeAIError,
    genai_errors.UnknownFunctionCallArgumentError,
    genai_errors.UnsupportedFunctionError,
    genai_errors.FunctionInvocationError,
    genai_errors.ContinuationInterruptedError,
)


def _answer(error: BaseException) -> genai_errors.APIError | None:
    """Google's own error; LangChain keeps it only as the cause of its own."""
    if isinstance(error, genai_errors.APIError):
        return error
    cause = error.__cause__
    return cause if isinstance(cause, genai_errors.APIError) else None


def _from_answer(answer: genai_errors.APIError, model: str) -> ProviderError:
    details = _details(answer.details)
    failure, cure = _classify(answer, details)
    reason = str(_detail(details, "ErrorInfo").get("reason", "")) or answer.status or ""
    return failure(
        f"Gemini ({model}) answered {answer.code} {reason}: {quote(answer.message)}",
        provider="gemini",
        model=model,
        http_status=answer.code,
        code=reason,
        retry_after_s=_wait_s(answer, details),
        cure=cure,
    )


def _classify(
    answer: genai_errors.APIError, details: list[Mapping[str, Any]]
) -> tuple[type[ProviderError], str]:
    if answer.code == 400:
        return _classify_400(answer, details)
    if answer.code == 429:
        return (AccountProblem, QUOTA_CURE) if _day_is_over(answer, details) else (RateLimited, "")
    if answer.code in _BY_STATUS:
        return _BY_STATUS[answer.code]
    if answer.code >= 500:
        return ProviderDown, ""
    return RequestRejected, REDIRECT_CURE if 300 <= answer.code < 400 else ""


def _classify_400(
    answer: genai_errors.APIError, details: list[Mapping[str, Any]]
) -> tuple[type[ProviderError], str]:
    reason = str(_detail(details, "ErrorInfo").get("reason", ""))
    wrong_key = "API_KEY" in reason or "api key" in str(answer.message).lower()
    if wrong_key or answer.status == "FAILED_PRECONDITION":
        return AccountProblem, KEY_CURE
    return RequestRejected, ""


def _day_is_over(answer: genai_errors.APIError, details: list[Mapping[str, Any]]) -> bool:
    """Whether the quota is one that minutes do not renew: per day, or none at all."""
    violations = _detail(details, "QuotaFailure").get("violations") or []
    ids = [str(row.get("quotaId", "")) for row in violations]
    values = [str(row.get("quotaValue", "")) for row in violations]
    empty = "0" in values or _NO_QUOTA_IN_TEXT.search(str(answer.message)) is not None
    return empty or any("PerDay" in quota for quota in ids)


def _wait_s(answer: genai_errors.APIError, details: list[Mapping[str, Any]]) -> float | None:
    delay = str(_detail(details, "RetryInfo").get("retryDelay", ""))
    if re.fullmatch(r"\d+(\.\d+)?s", delay):
        return float(delay[:-1])
    headers = getattr(answer.response, "headers", None) or {}
    from_header = retry_after_s(headers.get("retry-after"))
    in_text = _RETRY_IN_TEXT.search(str(answer.message))
    return from_header if from_header is not None or not in_text else float(in_text[1])


def _details(body: Any) -> list[Mapping[str, Any]]:
    error = body.get("error") if isinstance(body, Mapping) else None
    rows = error.get("details") if isinstance(error, Mapping) else None
    return [row for row in rows or [] if isinstance(row, Mapping)]


def _detail(details: list[Mapping[str, Any]], kind: str) -> Mapping[str, Any]:
    return next((row for row in details if str(row.get("@type", "")).endswith(kind)), {})
