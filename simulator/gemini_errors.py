"""Gemini's error envelope, and every way in which Google says no before it works."""

from __future__ import annotations

from typing import Any

from simulator.wire import Answer, Rejected

QUOTA_METRIC = "generativelanguage.googleapis.com/generate_content_paid_tier_requests"
KEY_INVALID = "API key not valid. Please pass a valid API key."
KEY_LEAKED = "Your API key was reported as leaked. Please use another API key."
NO_KEY = (
    "Method doesn't allow unregistered callers (callers without established identity). "
    "Please use API Key or other form of API consumer identity to call this API."
)
OVERLOADED = "The model is overloaded. Please try again later."


def error(status: int, name: str, message: str, *details: dict[str, Any]) -> Answer:
    """Google's `{"error": {code, message, status, details}}`."""
    body: dict[str, Any] = {"code": status, "message": message, "status": name}
    if details:
        body["details"] = list(details)
    return Answer({"error": body}, status, outcome=f"{status} {name}")


def invalid(message: str) -> Rejected:
    """A 400 about the request itself."""
    return Rejected(error(400, "INVALID_ARGUMENT", message))


def unknown_field(name: str, where: str) -> Rejected:
    """The 400 that protobuf JSON gives for a field it does not have."""
    return invalid(
        f"Invalid JSON payload received. Unknown name \"{name}\" at '{where}': Cannot find field."
    )


def key_invalid() -> Answer:
    """A wrong key is a 400, not a 401; only the detail's reason tells."""
    info = {
        "@type": "type.googleapis.com/google.rpc.ErrorInfo",
        "reason": "API_KEY_INVALID",
        "domain": "googleapis.com",
        "metadata": {"service": "generativelanguage.googleapis.com"},
    }
    return error(400, "INVALID_ARGUMENT", KEY_INVALID, info)


def key_missing() -> Answer:
    """No key at all is a 403."""
    return error(403, "PERMISSION_DENIED", NO_KEY)


def key_leaked() -> Answer:
    """A key that Google withdrew."""
    return error(403, "PERMISSION_DENIED", KEY_LEAKED)


def model_gone(model: str) -> Answer:
    """A model that does not exist, or not any more."""
    return error(
        404,
        "NOT_FOUND",
        f"models/{model} is not found for API version v1beta, or is not supported for "
        "generateContent. Call ListModels to see the list of available models and their "
        "supported methods.",
    )


def _quota(model: str, quota_id: str, value: str) -> dict[str, Any]:
    return {
        "@type": "type.googleapis.com/google.rpc.QuotaFailure",
        "violations": [
            {
                "quotaMetric": QUOTA_METRIC,
                "quotaId": quota_id,
                "quotaDimensions": {"location": "global", "model": model},
                "quotaValue": value,
            }
        ],
    }


def rate_limited(model: str, retry_s: float) -> Answer:
    """A 429 that says how long to wait, in the body and never in a header."""
    return error(
        429,
        "RESOURCE_EXHAUSTED",
        "You exceeded your current quota, please check your plan and billing details. "
        f"\nPlease retry in {retry_s}s.",
        _quota(model, "GenerateRequestsPerMinutePerProjectPerModel", "300"),
        {
            "@type": "type.googleapis.com/google.rpc.Help",
            "links": [
                {
                    "description": "Learn more about Gemini API quotas",
                    "url": "https://ai.google.dev/gemini-api/docs/rate-limits",
                }
            ],
        },
        {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": f"{retry_s:g}s"},
    )


def rate_limited_bare() -> Answer:
    """A 429 without any detail, as Google sometimes sends it."""
    return error(429, "RESOURCE_EXHAUSTED", "Resource has been exhausted (e.g. check quota).")


def day_quota_spent(model: str) -> Answer:
    """A 429 that no waiting within the day cures, although it names a delay."""
    return error(
        429,
        "RESOURCE_EXHAUSTED",
        "You exceeded your current quota, please check your plan and billing details.",
        _quota(model, "GenerateRequestsPerDayPerProjectPerModel", "1500"),
        {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "47s"},
    )
