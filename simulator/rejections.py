"""Faults that take the place of an answer: nothing was made, nothing is charged."""

from __future__ import annotations

from functools import partial

from starlette.responses import Response

from simulator import delivery, elevenlabs_errors, gemini_errors
from simulator.faults import ANY, GENERATING, MAKING, Action, Fault
from simulator.wire import Answer, Call, Deliver, Kind

VOICE: frozenset[Kind] = frozenset({"voice", "alignment"})
WAIT_S = 1.0


def _down(status: int, google: str, elevenlabs: str, _fault: Fault, call: Call) -> Answer:
    if call.vendor == "gemini":
        return gemini_errors.error(status, google, gemini_errors.OVERLOADED)
    return elevenlabs_errors.error(status, "server_error", elevenlabs, "Something went wrong.")


def _rate_limited(fault: Fault, call: Call) -> Answer:
    if call.vendor == "gemini":
        return gemini_errors.rate_limited(call.model, fault.number(WAIT_S))
    return elevenlabs_errors.rate_limited(fault.number(WAIT_S))


def _rate_limited_bare(_fault: Fault, call: Call) -> Answer:
    if call.vendor == "gemini":
        return gemini_errors.rate_limited_bare()
    return elevenlabs_errors.rate_limited(None)


def _quota(_fault: Fault, call: Call) -> Answer:
    if call.vendor == "gemini":
        return gemini_errors.day_quota_spent(call.model)
    return elevenlabs_errors.quota_exceeded()


def _key_invalid(_fault: Fault, call: Call) -> Answer:
    if call.vendor == "gemini":
        return gemini_errors.key_invalid()
    return elevenlabs_errors.key_invalid()


def _key_revoked(_fault: Fault, call: Call) -> Answer:
    if call.vendor == "gemini":
        return gemini_errors.key_leaked()
    return elevenlabs_errors.key_invalid()


def _unauthenticated(_fault: Fault, _call: Call) -> Answer:
    message = "Request had invalid authentication credentials."
    return gemini_errors.error(401, "UNAUTHENTICATED", message)


def _region(_fault: Fault, _call: Call) -> Answer:
    message = "User location is not supported for the API use."
    return gemini_errors.error(400, "FAILED_PRECONDITION", message)


def _bad_request(_fault: Fault, call: Call) -> Answer:
    if call.vendor == "gemini":
        message = "Request contains an invalid argument."
        return gemini_errors.error(400, "INVALID_ARGUMENT", message)
    return elevenlabs_errors.rejected("invalid_parameters", "Invalid parameters.").answer


def _model_gone(_fault: Fault, call: Call) -> Answer:
    if call.vendor == "gemini":
        return gemini_errors.model_gone(call.model)
    return elevenlabs_errors.model_gone(call.model)


def _voice_error(status: int, kind: str, code: str, _fault: Fault, _call: Call) -> Answer:
    return elevenlabs_errors.error(status, kind, code, f"{code.replace('_', ' ').capitalize()}.")


def _wire(deliver: Deliver, outcome: str, _fault: Fault, _call: Call) -> Answer:
    return Answer(deliver=deliver, outcome=outcome)


def _page(status: int, _fault: Fault, _call: Call) -> Answer:
    def deliver(_body: bytes, _headers: object) -> Response:
        return delivery.page(status)

    return Answer(status=status, deliver=deliver, outcome=f"{status} html")


REJECTIONS = {
    "internal_error": Action("HTTP 500.", ANY, partial(_down, 500, "INTERNAL", "internal_error")),
    "unavailable": Action(
        "HTTP 503, overloaded.", ANY, partial(_down, 503, "UNAVAILABLE", "service_unavailable")
    ),
    "deadline_exceeded": Action(
        "HTTP 504.", ANY, partial(_down, 504, "DEADLINE_EXCEEDED", "gateway_timeout")
    ),
    "html_502": Action("HTTP 502 with a web page.", ANY, partial(_page, 502)),
    "html_200": Action("HTTP 200 with a web page.", ANY, partial(_page, 200)),
    "reset": Action(
        "The connection is reset before an answer.", ANY, partial(_wire, delivery.reset, "reset")
    ),
    "stuck": Action("No answer, ever.", ANY, partial(_wire, delivery.silence, "stuck")),
    "huge_body": Action("A body of 200 MB.", ANY, partial(_wire, delivery.huge, "200 huge")),
    "rate_limited": Action("HTTP 429 naming a wait of `value` s (1).", ANY, _rate_limited),
    "rate_limited_bare": Action("HTTP 429 without details.", ANY, _rate_limited_bare),
    "quota_exceeded": Action(
        "Money or quota is gone: Gemini 429 per day, ElevenLabs 401.", MAKING, _quota
    ),
    "key_invalid": Action("The key is wrong: Gemini 400, ElevenLabs 401.", ANY, _key_invalid),
    "key_revoked": Action("The key was withdrawn: Gemini 403, ElevenLabs 401.", ANY, _key_revoked),
    "unauthenticated": Action("HTTP 401.", GENERATING, _unauthenticated),
    "region_blocked": Action("HTTP 400 FAILED_PRECONDITION.", GENERATING, _region),
    "bad_request": Action("HTTP 400 about the request.", MAKING, _bad_request),
    "model_gone": Action("HTTP 404: the model is retired.", MAKING, _model_gone),
    "voice_gone": Action(
        "HTTP 404: the voice does not exist.",
        VOICE,
        lambda _fault, call: elevenlabs_errors.voice_gone(call.target),
    ),
    "insufficient_credits": Action(
        "HTTP 402.", VOICE, lambda _fault, _call: elevenlabs_errors.insufficient_credits()
    ),
    "paid_plan_required": Action(
        "HTTP 402.", VOICE, lambda _fault, _call: elevenlabs_errors.paid_plan_required()
    ),
    "subscription_required": Action(
        "HTTP 403.",
        VOICE,
        partial(_voice_error, 403, "authorization_error", "subscription_required"),
    ),
    "concurrent_limit_exceeded": Action(
        "HTTP 429: `value` (5) calls at once are too many.",
        VOICE,
        lambda fault, _call: elevenlabs_errors.concurrent_limit_exceeded(int(fault.number(5))),
    ),
    "system_busy": Action(
        "HTTP 429.", VOICE, lambda _fault, _call: elevenlabs_errors.system_busy()
    ),
    "already_running": Action(
        "HTTP 409.", VOICE, partial(_voice_error, 409, "conflict", "already_running")
    ),
    "too_early": Action("HTTP 425.", VOICE, partial(_voice_error, 425, "too_early", "too_early")),
    "validation": Action(
        "HTTP 422.",
        VOICE,
        lambda _fault, _call: elevenlabs_errors.validation("text", "Field required"),
    ),
}
