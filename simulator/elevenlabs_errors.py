"""ElevenLabs' error envelope, and every way in which it says no before it speaks."""

from __future__ import annotations

from uuid import uuid4

from simulator.wire import Answer, Rejected


def error(status: int, kind: str, code: str, message: str, legacy: str = "") -> Answer:
    """`{"detail": {type, code, message, status, request_id}}`; `status` is the old spelling."""
    detail = {
        "type": kind,
        "code": code,
        "message": message,
        "status": legacy or code,
        "request_id": uuid4().hex,
    }
    return Answer({"detail": detail}, status, outcome=f"{status} {code}")


def rejected(code: str, message: str, status: int = 400) -> Rejected:
    """A refusal of the request itself."""
    kinds = {400: "validation_error", 404: "not_found", 402: "payment_required"}
    return Rejected(error(status, kinds[status], code, message))


def validation(field: str, message: str, kind: str = "missing") -> Answer:
    """The 422 of the framework underneath, with its own shape."""
    body = {"detail": [{"loc": ["body", field], "msg": message, "type": kind, "input": {}}]}
    return Answer(body, 422, outcome="422 validation")


def key_missing() -> Answer:
    """No `xi-api-key` header."""
    return error(
        401,
        "authentication_error",
        "missing_api_key",
        "An API key is required to access this endpoint.",
        "needs_authorization",
    )


def key_invalid() -> Answer:
    """A key that nobody has."""
    return error(401, "authentication_error", "invalid_api_key", "Invalid API key")


def quota_exceeded(left: int = 12, needed: int = 140) -> Answer:
    """The old-style 401 that means money, not the key; it has no `code`."""
    message = (
        f"This request exceeds your quota. You have {left} credits remaining, "
        f"while {needed} credits are required for this request."
    )
    body = {"detail": {"status": "quota_exceeded", "message": message}}
    return Answer(body, 401, outcome="401 quota_exceeded")


def insufficient_credits() -> Answer:
    """The new-style 402."""
    message = "You do not have enough credits to complete this request."
    return error(402, "payment_required", "insufficient_credits", message)


def paid_plan_required() -> Answer:
    """A library voice on a free plan."""
    message = "Free users cannot use library voices via the API. Please upgrade your subscription."
    return error(402, "payment_required", "paid_plan_required", message)


def concurrent_limit_exceeded(maximum: int) -> Answer:
    """Too many at once; the two spellings travel together."""
    message = (
        f"Too many concurrent requests. Your current subscription is associated with a maximum "
        f"of {maximum} concurrent requests (running in parallel)."
    )
    return error(
        429,
        "rate_limit_error",
        "concurrent_limit_exceeded",
        message,
        "too_many_concurrent_requests",
    )


def rate_limited(retry_s: float | None) -> Answer:
    """Too many in a short time; `retry-after` is sent only where a delay is given."""
    answer = error(429, "rate_limit_error", "rate_limit_exceeded", "Rate limit exceeded.")
    if retry_s is not None:
        answer.headers["retry-after"] = f"{retry_s:g}"
    return answer


def system_busy() -> Answer:
    """Their traffic, not ours."""
    message = "We are experiencing heavy traffic. Please try again."
    return error(429, "rate_limit_error", "system_busy", message)


def voice_gone(voice: str) -> Answer:
    """A voice that does not exist, or expired."""
    message = f"A voice with the voice_id {voice} was not found."
    return error(404, "not_found", "voice_not_found", message)


def model_gone(model: str) -> Answer:
    """A model that does not exist, or not any more."""
    return error(404, "not_found", "model_not_found", f"The model {model} was not found.")
