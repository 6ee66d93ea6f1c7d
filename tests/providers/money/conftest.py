"""Scripted vendors, and a gateway on a real folder and a real database."""

import asyncio
from collections import deque
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from types import SimpleNamespace

import pytest

from providers.artifacts import FolderStore
from providers.gateway import Gateway
from providers.ledger import Ledger
from providers.ports import (
    ImageReply,
    ImageRequest,
    TextReply,
    TextRequest,
    Usage,
    VoiceReply,
    VoiceRequest,
)
from providers.ratelimit import CallLimits, LocalLimiter
from shortfactory.errors import ShortFactoryError
from shortfactory.plan import Payer
from shortfactory.settings import BudgetSettings, GatewaySettings
from shortfactory.story import Word

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
TEXT = "gemini:gemini-3.1-flash-lite"
IMAGE = "gemini:gemini-nano-banana-2.1"
VOICE = "elevenlabs:eleven_multilingual_v2"


@dataclass
class Scripted:
    """A vendor that plays its script: replies are returned, errors raised, functions awaited."""

    id: str
    script: deque = field(default_factory=deque)
    usual: object = None
    requests: list = field(default_factory=list)

    def fingerprint(self, request):
        return request.model_dump(mode="json")

    async def _next(self, request):
        self.requests.append(request)
        answer = self.script.popleft() if self.script else self.usual
        answer = await answer() if callable(answer) else answer
        if isinstance(answer, BaseException):
            raise answer
        return answer

    async def write(self, request):
        return await self._next(request)

    async def draw(self, request, _references):
        return await self._next(request)

    async def speak(self, request):
        return await self._next(request)


class ScriptedCatalog:
    def __init__(self):
        self.vendors = {}
        self.allowed = {}
        self.where = "live"
        self.observe = None

    def text(self, model_id):
        return self.vendors[model_id]

    image = voice = text

    def limits(self, model_id):
        return self.allowed.get(model_id, CallLimits(name=model_id))

    def realm(self, _model_id):
        return self.where

    def report_concurrency_to(self, observe):
        self.observe = observe


class Clock:
    def __init__(self):
        self.now = NOW

    def __call__(self):
        return self.now


def text_usage(input_tokens=1000, output_tokens=2000):
    return Usage(units={"input_tokens": input_tokens, "output_tokens": output_tokens})


@pytest.fixture
def usual():
    """Honest replies. Their prices: text $0.003250, picture $0.036129, voice $0.000880."""
    picture = {"image_tokens": 1120, "text_tokens": 336, "input_tokens": 6}
    return SimpleNamespace(
        text=TextReply(text='{"a": 1}', usage=text_usage()),
        picture=ImageReply(
            data=b"picture",
            media_type="image/jpeg",
            width_px=768,
            height_px=1376,
            usage=Usage(units=picture),
        ),
        voice=VoiceReply(
            pcm=b"\x01\x00" * 2400,
            rate_hz=24_000,
            words=(Word(text="Hello", start_ms=0, end_ms=90),),
            usage=Usage(units={"characters": 11}),
        ),
        text_usage=text_usage,
    )


@pytest.fixture
def ask():
    """Requests that differ by their words alone."""

    def text(prompt="Write", **more):
        facts = {"task": "story", "system": "s", "prompt_version": "1", "inputs": {}, "schema_": {}}
        return TextRequest(prompt=prompt, **{**facts, **more})

    return SimpleNamespace(
        text=text,
        picture=lambda prompt="A bee", **more: ImageRequest(prompt=prompt, **more),
        voice=lambda text="Hello world", **more: VoiceRequest(text=text, **more),
    )


@pytest.fixture
def pay():
    """Payers; a dollar unless told otherwise."""

    def payer(run_id="run-1", budget_usd="1", tenant="local", node="draw", scene=1):
        return Payer(
            run_id=run_id,
            tenant=tenant,
            budget_usd=Decimal(budget_usd),
            node=node,
            scene=scene,
        )

    return payer


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def store(tmp_path):
    return FolderStore(tmp_path / "artifacts")


@pytest.fixture
def limits():
    return BudgetSettings()


@pytest.fixture
def ledger(database, limits):
    return Ledger(database.pool, limits)


@pytest.fixture
def vendors(usual):
    """The scripted text, image and voice model, each with an honest reply without end."""
    return SimpleNamespace(
        text=Scripted(TEXT, usual=usual.text),
        image=Scripted(IMAGE, usual=usual.picture),
        voice=Scripted(VOICE, usual=usual.voice),
    )


@pytest.fixture
def catalog(vendors):
    found = ScriptedCatalog()
    found.vendors = {TEXT: vendors.text, IMAGE: vendors.image, VOICE: vendors.voice}
    return found


@pytest.fixture
def patience():
    """A gateway's patience in milliseconds, so that no test waits."""
    return GatewaySettings(attempts=4, deadline_s=5, first_wait_s=0.001, longest_wait_s=0.01)


@pytest.fixture
def open_gateway(store, ledger, catalog, patience, clock):
    def opened(**changes):
        settings = changes.get("settings", patience)
        limiter = changes.get("limiter") or LocalLimiter()
        return Gateway(store, ledger, catalog, settings, limiter, clock)

    return opened


@pytest.fixture
def gateway(open_gateway):
    return open_gateway()


@pytest.fixture
def at_once():
    """Run coroutines together; errors come back as values."""

    async def together(*work):
        async def one(coroutine):
            try:
                return await coroutine
            except ShortFactoryError as error:
                return error

        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(one(coroutine)) for coroutine in work]
        return [task.result() for task in tasks]

    return together
