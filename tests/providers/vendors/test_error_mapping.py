"""Every way in which a vendor fails becomes one of this project's errors, after one request."""

import inspect
import json
import pickle

import elevenlabs.core.api_error
import elevenlabs.core.parse_error
import elevenlabs.errors
import httpx
import langchain_google_genai._common
import langchain_google_genai.chat_models
import pytest
from google.genai import errors as genai_errors
from pydantic import SecretStr

from providers.elevenlabs_errors import elevenlabs_failure
from providers.gemini_errors import gemini_errors, gemini_failure
from providers.http import ReplyTooLarge
from providers.ports import ImageRequest, TextRequest, VoiceRequest
from providers.vendor_errors import retry_after_s
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

TYPE = "type.googleapis.com/google.rpc."
BAD_KEY = {"@type": f"{TYPE}ErrorInfo", "reason": "API_KEY_INVALID"}
RETRY = {"@type": f"{TYPE}RetryInfo", "retryDelay": "47s"}


def quota(quota_id, value="10"):
    row = {"quotaId": quota_id, "quotaValue": value}
    return {"@type": f"{TYPE}QuotaFailure", "violations": [row]}


PER_DAY = quota("GenerateRequestsPerDayPerProjectPerModel")
PER_MINUTE = quota("GenerateRequestsPerMinutePerProjectPerModel")

GEMINI = [
    (400, "INVALID_ARGUMENT", "Unknown name.", (), RequestRejected, None),
    (400, "INVALID_ARGUMENT", "API key not valid.", (BAD_KEY,), AccountProblem, None),
    (400, "INVALID_ARGUMENT", "API key expired. Renew it.", (), AccountProblem, None),
    (400, "FAILED_PRECONDITION", "Not in your region.", (), AccountProblem, None),
    (401, "UNAUTHENTICATED", "Who are you?", (), AccountProblem, None),
    (403, "PERMISSION_DENIED", "Your key was leaked.", (), AccountProblem, None),
    (404, "NOT_FOUND", "models/x is not found for API version v1beta", (), ModelGone, None),
    (413, "", "Too large.", (), RequestRejected, None),
    (429, "RESOURCE_EXHAUSTED", "Slow down.", (PER_MINUTE, RETRY), RateLimited, 47.0),
    (429, "RESOURCE_EXHAUSTED", "Slow down. Please retry in 4.5s.", (), RateLimited, 4.5),
    (429, "RESOURCE_EXHAUSTED", "Slow down.", (), RateLimited, None),
    (429, "RESOURCE_EXHAUSTED", "Enough.", (PER_DAY, RETRY), AccountProblem, 47.0),
    (429, "RESOURCE_EXHAUSTED", "None.", (quota("PerMinute", "0"),), AccountProblem, None),
    (429, "RESOURCE_EXHAUSTED", "Quota exceeded, limit: 0, model: x", (), AccountProblem, None),
    (500, "INTERNAL", "An internal error.", (), ProviderDown, None),
    (503, "UNAVAILABLE", "The model is overloaded.", (), ProviderDown, None),
    (504, "DEADLINE_EXCEEDED", "Deadline expired.", (), ProviderTimeout, None),
]

TEXT = TextRequest(
    task="story", system="s", prompt="p", prompt_version="v", inputs={}, schema_={"type": "object"}
)
IMAGE = ImageRequest(prompt="p")
VOICE = VoiceRequest(text="Bees dance.")


@pytest.fixture(params=["text", "image"])
def call(request, text_model, image_model):
    """One request to Gemini, once by LangChain and once by google-genai."""
    if request.param == "text":
        return lambda: text_model.write(TEXT)
    return lambda: image_model.draw(IMAGE, ())


@pytest.mark.parametrize(("code", "status", "message", "details", "error", "wait_s"), GEMINI)
async def test_gemini_errors_by_both_roads(
    vendor, gemini, call, code, status, message, details, error, wait_s
):
    vendor.say(gemini.error(code, status, message, *details), code)
    with pytest.raises(ProviderError) as caught:
        await call()
    assert type(caught.value) is error
    assert caught.value.retry_after_s == wait_s
    assert (caught.value.provider, caught.value.http_status) == ("gemini", code)
    assert caught.value.__cause__ is not None
    assert not caught.value.billed
    assert message[:10] in str(caught.value)
    assert len(vendor.asked) == 1


async def test_a_wrong_key_names_the_variable_and_not_the_key(vendor, gemini, call, key):
    vendor.say(gemini.error(400, "INVALID_ARGUMENT", f"API key {key} not valid.", BAD_KEY), 400)
    with pytest.raises(AccountProblem, match="GOOGLE_API_KEY") as caught:
        await call()
    assert key not in str(caught.value)
    assert caught.value.code == "API_KEY_INVALID"


async def test_the_retry_after_header_counts_when_the_body_says_nothing(vendor, gemini, call):
    body = gemini.error(429, "RESOURCE_EXHAUSTED", "Slow down.")
    vendor.say(body, 429, {"retry-after": "12"})
    with pytest.raises(RateLimited) as caught:
        await call()
    assert caught.value.retry_after_s == 12


@pytest.mark.parametrize("status", [500, 502, 503])
async def test_an_html_page_is_a_vendor_that_is_down(vendor, call, status):
    vendor.say(b"<html><body>502 Bad Gateway</body></html>", status)
    with pytest.raises(ProviderDown, match="a web page instead of an answer"):
        await call()
    assert len(vendor.asked) == 1


async def test_a_200_with_html_is_malformed(vendor, call):
    vendor.say(b"<html>Sign in to the hotel's wifi</html>")
    with pytest.raises(MalformedReply) as caught:
        await call()
    assert caught.value.billed
    assert len(vendor.asked) == 1


@pytest.mark.parametrize("body", [b"", b"null", b"[]", b'{"candidates": 3}', b'{"candidates": [{'])
async def test_a_200_with_json_of_another_shape_is_malformed(vendor, call, body):
    vendor.say(body)
    with pytest.raises(MalformedReply):
        await call()
    assert len(vendor.asked) == 1


async def test_a_reset_connection_has_words(vendor, call):
    vendor.say(reset=True)
    with pytest.raises(ProviderDown, match="broke the connection") as caught:
        await call()
    assert len(str(caught.value)) > 40
    assert len(vendor.asked) == 1


async def test_a_body_cut_on_the_way_is_a_vendor_that_broke_off(vendor, gemini, call):
    vendor.say(gemini.text("{}"), missing_bytes=20)
    with pytest.raises(ProviderDown, match="before the answer was complete") as caught:
        await call()
    assert caught.value.billed
    assert len(vendor.asked) == 1


async def test_nobody_listening_has_words_and_costs_nothing(vendor, call):
    vendor.close()
    with pytest.raises(ProviderDown, match="could not be reached") as caught:
        await call()
    assert not caught.value.billed


async def test_a_redirect_is_not_followed_with_the_key(vendor, call):
    vendor.say(b"", 307, {"location": f"{vendor.url}/elsewhere"})
    with pytest.raises(RequestRejected, match="SHORTFACTORY_GEMINI__BASE_URL"):
        await call()
    assert len(vendor.asked) == 1


ELEVEN = [
    (400, {"code": "text_too_long"}, RequestRejected),
    (400, {"code": "unsupported_model"}, RequestRejected),
    (400, {"code": "invalid_voice_settings"}, RequestRejected),
    (400, {"code": "invalid_voice_id"}, ModelGone),
    (401, {"code": "invalid_api_key"}, AccountProblem),
    (401, {"status": "quota_exceeded", "message": "Old form."}, AccountProblem),
    (402, {"code": "insufficient_credits"}, AccountProblem),
    (402, {"code": "paid_plan_required"}, AccountProblem),
    (403, {"code": "model_access_denied"}, AccountProblem),
    (404, {"code": "voice_not_found"}, ModelGone),
    (404, {"code": "model_not_found"}, ModelGone),
    (409, {"code": "already_running"}, ProviderDown),
    (425, {"code": "too_early"}, ProviderDown),
    (429, {"code": "concurrent_limit_exceeded"}, RateLimited),
    (429, {"status": "too_many_concurrent_requests"}, RateLimited),
    (429, {"code": "system_busy"}, RateLimited),
    (429, {"status": "quota_exceeded"}, AccountProblem),
    (500, {"code": "internal_error"}, ProviderDown),
    (503, {"code": "maintenance"}, ProviderDown),
]


@pytest.mark.parametrize(("status", "detail", "error"), ELEVEN)
async def test_elevenlabs_errors(vendor, voice_model, status, detail, error):
    vendor.say({"detail": {"message": "Words of the vendor."} | detail}, status)
    with pytest.raises(ProviderError) as caught:
        await voice_model.speak(VOICE)
    assert type(caught.value) is error
    assert caught.value.code == (detail.get("code") or detail["status"])
    assert (caught.value.provider, caught.value.http_status) == ("elevenlabs", status)
    assert not caught.value.billed
    assert len(vendor.asked) == 1


async def test_a_422_says_which_field(vendor, voice_model):
    vendor.say({"detail": [{"loc": ["body", "seed"], "msg": "too big", "type": "int"}]}, 422)
    with pytest.raises(RequestRejected, match=r"seed.*too big"):
        await voice_model.speak(VOICE)


async def test_elevenlabs_retry_after(vendor, eleven, voice_model):
    vendor.say(eleven.error("rate_limit_exceeded"), 429, {"retry-after": "3"})
    with pytest.raises(RateLimited) as caught:
        await voice_model.speak(VOICE)
    assert caught.value.retry_after_s == 3


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ({"body": b"<html>Bad Gateway</html>", "status": 502}, ProviderDown),
        ({"body": b"<html>wifi</html>"}, MalformedReply),
        ({"body": b"[]"}, MalformedReply),
        ({"body": b'{"foo": 1}'}, MalformedReply),
        ({"body": b'{"audio_base'}, MalformedReply),
        ({"reset": True}, ProviderDown),
        (
            {"body": b"", "status": 302, "headers": {"location": "http://127.0.0.1:9"}},
            RequestRejected,
        ),
    ],
)
async def test_elevenlabs_off_the_path(vendor, voice_model, answer, error):
    vendor.say(**answer)
    with pytest.raises(error):
        await voice_model.speak(VOICE)
    assert len(vendor.asked) == 1


async def test_elevenlabs_key_is_never_shown(vendor, eleven, voice_model, key):
    vendor.say(eleven.error("invalid_api_key", f"The key {key} is wrong."), 401)
    with pytest.raises(AccountProblem, match="ELEVENLABS_API_KEY") as caught:
        await voice_model.speak(VOICE)
    assert key not in str(caught.value)


def exceptions_of(*modules):
    found = {
        thing
        for module in modules
        for thing in vars(module).values()
        if inspect.isclass(thing) and issubclass(thing, Exception)
    }
    return sorted(found, key=lambda kind: kind.__name__)


# Raised only by code that this project does not use or that misuses the library; a program
# error is to be seen as one.
HTTPX_MISUSE = (httpx.StreamError, httpx.CookieConflict)
HTTPX = [kind for kind in exceptions_of(httpx) if not issubclass(kind, HTTPX_MISUSE)]
GOOGLE = [
    kind
    for kind in exceptions_of(
        genai_errors, langchain_google_genai._common, langchain_google_genai.chat_models
    )
    if not issubclass(kind, Warning)
    and kind is not Exception
    and kind.__module__.startswith(("google", "langchain"))
]
ELEVENLABS = [
    *(getattr(elevenlabs.errors, name) for name in elevenlabs.errors.__all__),
    *exceptions_of(elevenlabs.core.api_error, elevenlabs.core.parse_error),
]


def raised(kind):
    """An instance of an SDK's class, however its constructor looks."""
    if issubclass(kind, genai_errors.APIError):
        return kind(500, {"error": {"code": 500, "message": "m", "status": "INTERNAL"}})
    if kind.__module__.startswith("elevenlabs"):
        error = kind.__new__(kind)
        error.headers, error.status_code, error.body, error.cause = {}, 500, {}, None
        return error
    made = kind.__new__(kind)
    Exception.__init__(made, "m")
    return made


def test_the_lists_of_classes_are_not_empty():
    assert len(HTTPX) > 15
    assert len(GOOGLE) > 10
    assert len(ELEVENLABS) > 8


@pytest.mark.parametrize("kind", [*HTTPX, ReplyTooLarge, TimeoutError])
def test_every_httpx_error_is_mapped_for_both_vendors(kind):
    assert isinstance(gemini_failure(raised(kind), "m"), ProviderError)
    assert isinstance(elevenlabs_failure(raised(kind), "m"), ProviderError)


@pytest.mark.parametrize("kind", GOOGLE)
def test_every_google_error_is_mapped(kind):
    assert isinstance(gemini_failure(raised(kind), "m"), ProviderError)


@pytest.mark.parametrize("kind", ELEVENLABS)
def test_every_elevenlabs_error_is_mapped(kind):
    assert isinstance(elevenlabs_failure(raised(kind), "m"), ProviderError)


def test_a_mistake_in_this_program_stays_one():
    with pytest.raises(KeyError), gemini_errors("m", SecretStr("k")):
        raise KeyError("ours")


def test_a_failure_survives_the_way_out_of_a_process(gemini):
    body = gemini.error(429, "RESOURCE_EXHAUSTED", "Slow down.", RETRY)
    failure = gemini_failure(genai_errors.ClientError(429, json.loads(json.dumps(body))), "m")
    copy = pickle.loads(pickle.dumps(failure))
    assert (type(copy), copy.retry_after_s, str(copy)) == (RateLimited, 47.0, str(failure))


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, None),
        ("7", 7.0),
        ("0.5", 0.5),
        ("Sun, 22 Nov 2026 10:00:30 GMT", 30.0),
        ("Sun, 22 Nov 2026 09:00:00 GMT", 0.0),
        ("soon", None),
    ],
)
def test_retry_after_in_both_forms(header, seconds):
    ten_o_clock_s = 1_795_341_600.0
    assert retry_after_s(header, lambda: ten_o_clock_s) == seconds
