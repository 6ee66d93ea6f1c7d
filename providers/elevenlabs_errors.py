"""ElevenLabs' failures, translated: its error codes first, its HTTP statuses where it has none."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Any

from elevenlabs.core.api_error import ApiError
from elevenlabs.core.parse_error import ParsingError
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

KEY_CURE = "Check ELEVENLABS_API_KEY and what it is allowed to do."
CREDIT_CURE = "Add credits or change the plan, then resume."
VOICE_CURE = "Set SHORTFACTORY_ELEVENLABS__VOICE_ID to a voice of your account, or leave it out."
REDIRECT_CURE = "Set SHORTFACTORY_ELEVENLABS__BASE_URL to the final address."

_Verdict = tuple[type[ProviderError], str]

# ElevenLabs' registry of codes, read 2026-09-17. An empty purse has arrived as 401, so the code
# is asked before the status.
_BY_CODE: dict[str, _Verdict] = {
    "quota_exceeded": (AccountProblem, CREDIT_CURE),
    "insufficient_credits": (AccountProblem, CREDIT_CURE),
    "paid_plan_required": (AccountProblem, CREDIT_CURE),
    "voice_not_found": (ModelGone, VOICE_CURE),
    "voice_access_denied": (ModelGone, VOICE_CURE),
    "invalid_voice_id": (ModelGone, VOICE_CURE),
    "model_not_found": (ModelGone, ""),
    "unsupported_model": (RequestRejected, ""),
    "concurrent_limit_exceeded": (RateLimited, ""),
    "too_many_concurrent_requests": (RateLimited, ""),
    "rate_limit_exceeded": (RateLimited, ""),
    "system_busy": (RateLimited, ""),
}
_BY_STATUS: dict[int, _Verdict] = {
    401: (AccountProblem, KEY_CURE),
    402: (AccountProblem, CREDIT_CURE),
    403: (AccountProblem, KEY_CURE),
    404: (ModelGone, VOICE_CURE),
    408: (ProviderTimeout, ""),
    409: (ProviderDown, ""),
    425: (ProviderDown, ""),
    429: (RateLimited, ""),
    504: (ProviderTimeout, ""),
}


def elevenlabs_errors(model: str, key: SecretStr) -> AbstractContextManager[None]:
    """Raise this project's errors for everything that ElevenLabs' SDK raises inside."""
    return translated(lambda error: elevenlabs_failure(error, model), key)


def elevenlabs_failure(error: BaseException, model: str) -> ProviderError | None:
    """Translate one exception; None when it is neither the SDK's nor the network's."""
    if isinstance(error, ApiError | ParsingError):
        return _from_answer(error, model)
    failure = shared_failure(error, "elevenlabs", model, f"ElevenLabs ({model})")
    if failure is None and stumbled(error, ("elevenlabs",)):
        return MalformedReply(
            f"ElevenLabs ({model}) sent a reply that its own SDK cannot read "
            f"({type(error).__name__}).",
            provider="elevenlabs",
            model=model,
            billed=True,
        )
    return failure


def _from_answer(answer: ApiError | ParsingError, model: str) -> ProviderError:
    status = answer.status_code or 0
    detail = _detail(answer.body)
    code = str(detail.get("code") or detail.get("status") or "")
    failure, cure = _verdict(status, code, answer)
    words = detail.get("message") or answer.body
    return failure(
        f"ElevenLabs ({model}) answered {status} {code}: {quote(words)}",
        provider="elevenlabs",
        model=model,
        http_status=status or None,
        code=code,
        retry_after_s=retry_after_s((answer.headers or {}).get("retry-after")),
        billed=failure is MalformedReply,
        cure=cure,
    )


def _verdict(status: int, code: str, answer: ApiError | ParsingError) -> _Verdict:
    if code in _BY_CODE:
        return _BY_CODE[code]
    if isinstance(answer, ParsingError) or 200 <= status < 300:
        return MalformedReply, ""
    if status in _BY_STATUS:
        return _BY_STATUS[status]
    if status >= 500:
        return ProviderDown, ""
    return RequestRejected, REDIRECT_CURE if 300 <= status < 400 else ""


def _detail(body: Any) -> Mapping[str, Any]:
    """The error object in its present and its old form, or FastAPI's list of 422 findings."""
    detail = body.get("detail") if isinstance(body, Mapping) else None
    if isinstance(detail, Mapping):
        return detail
    if isinstance(detail, list):
        found = [f"{row.get('loc')}: {row.get('msg')}" for row in detail if isinstance(row, dict)]
        return {"message": "; ".join(found)}
    return {"message": detail} if detail else {}
