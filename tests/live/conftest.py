"""Real vendors, for cents: run by `make live` with keys in the environment.

`SHORTFACTORY_LIVE_RECORDINGS` names a folder for what was asked and answered, without keys, so
that the simulator can be compared with reality. What is settled of the open questions is printed
at the end.
"""

import json
import os
from pathlib import Path

import pytest
from pydantic import SecretStr

from providers.http import open_http
from shortfactory.settings import Settings

# Request headers carry the key and are never written; of an answer's, only these.
KEPT_HEADERS = frozenset(
    {"content-type", "request-id", "character-cost", "current-concurrent-requests"}
    | {"maximum-concurrent-requests", "tts-latency-ms", "retry-after", "server-timing"}
)
LONGEST_TEXT = 2_000
KEYS = ("GOOGLE_API_KEY", "ELEVENLABS_API_KEY")
# What no request can answer, and where its answer is found.
STILL_OPEN = (
    ("do tokens beside a picture bill at the text rate?", "compare the invoice with the receipt"),
    ("list price of eleven_v4_turbo, and your plan's credits", "see the plan's usage page"),
    ("is the drift of eleven_v3's word times mended?", "a usable answer above is a good sign"),
    ("does Flex serve picture models?", "not asked for; see the pricing page"),
    ("does generateContent stay beside Interactions?", "see the release notes"),
)
FACTS = pytest.StashKey[list]()


def pytest_configure(config):
    config.stash[FACTS] = []


def pytest_collection_modifyitems(config, items):
    """Spend only when asked by name: keys alone are no consent."""
    if "live" in (config.option.markexpr or ""):
        return
    for item in items:
        if item.get_closest_marker("live"):
            item.add_marker(pytest.mark.skip(reason="spends money; run: pytest -m live"))


def pytest_terminal_summary(terminalreporter, config):
    if not config.stash[FACTS]:
        return
    settings = Settings(_env_file=None)
    asked = f"{settings.gemini.base_url.host} and {settings.elevenlabs.base_url.host}"
    terminalreporter.section(f"open facts, as {asked} answered today")
    for question, answer in config.stash[FACTS]:
        terminalreporter.write_line(f"{question:<62} {answer}")
    terminalreporter.section("still open after this")
    for question, how in STILL_OPEN:
        terminalreporter.write_line(f"{question:<62} {how}")


@pytest.fixture
def settle(request):
    """Note the answer to an open question."""
    return lambda question, answer: request.config.stash[FACTS].append((question, answer))


def needed(variable):
    value = os.environ.get(variable)
    if not value:
        pytest.skip(f"set {variable}")
    return SecretStr(value)


@pytest.fixture
def google_key():
    return needed(KEYS[0])


@pytest.fixture
def elevenlabs_key():
    return needed(KEYS[1])


@pytest.fixture
def live_settings():
    return Settings(_env_file=None)


@pytest.fixture
def answers():
    """The bodies of the answers of this test, in order."""
    return []


@pytest.fixture
async def http(request, answers):
    folder = os.environ.get("SHORTFACTORY_LIVE_RECORDINGS")

    async def keep(response):
        await response.aread()
        record = recorded(response)
        answers.append(record["answer"])
        if folder:
            write(Path(folder), f"{request.node.name}-{len(answers)}.json", record)

    async with open_http() as client:
        client.event_hooks["response"].append(keep)
        yield client


def write(folder, name, record):
    text = json.dumps(record, indent=1, ensure_ascii=False)
    for variable in KEYS:
        if key := os.environ.get(variable):
            text = text.replace(key, "[key]")  # an error message may quote it
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text)


def recorded(response):
    """One exchange without the key, media shortened to their beginning and their length."""
    asked = response.request.content
    return {
        "method": response.request.method,
        "url": str(response.request.url.copy_with(query=None)),
        "asked": shortened(json.loads(asked)) if asked else None,
        "status": response.status_code,
        "headers": {
            name: value for name, value in response.headers.items() if name in KEPT_HEADERS
        },
        "answer": shortened(parsed(response.text)),
    }


def parsed(text):
    try:
        return json.loads(text)
    except ValueError:
        return text


def shortened(value):
    if isinstance(value, dict):
        return {name: shortened(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [shortened(inner) for inner in value]
    if isinstance(value, str) and len(value) > LONGEST_TEXT:
        return f"{value[:64]}... ({len(value)} characters)"
    return value
