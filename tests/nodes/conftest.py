"""Doors that answer from a queue and remember what they were asked: agents need no graph."""

import hashlib
from collections import deque
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

import pytest

from nodes.services import Services
from providers.calls import Call, Looked, Narration, Picture, Written
from shortfactory.errors import ShortFactoryError
from shortfactory.plan import Plan
from shortfactory.settings import GraphSettings

PLAN = Plan(
    text="gemini:gemini-3.1-flash-lite",
    image="gemini:gemini-3.1-flash-lite-image",
    image_fallback="gemini:gemini-nano-banana-2.1",
    voice="elevenlabs:eleven_flash_v2_5",
    voice_fallback="gemini:gemini-3.1-flash-tts-preview",
)


def call(key):
    return Call(
        key=key,
        provider="gemini",
        model="some",
        units={},
        cost_usd=Decimal(0),
        seconds=0,
        cached=False,
        attempts=1,
    )


@dataclass
class QueueGateway:
    """Gives the replies it was handed, in order; an error among them is raised."""

    replies: deque = field(default_factory=deque)
    asked: list = field(default_factory=list)

    def _next(self, model, request, payer):
        self.asked.append((model, request, payer))
        reply = self.replies.popleft()
        if isinstance(reply, ShortFactoryError):
            raise reply
        return reply

    async def write(self, model, request, payer):
        text = self._next(model, request, payer)
        return Written(text=text, sha256="t", call=call(f"call {len(self.asked)}"))

    async def draw(self, model, request, payer):
        sha256 = self._next(model, request, payer)
        facts = {"media_type": "image/png", "width_px": 768, "height_px": 1376}
        return Picture(sha256=sha256, call=call("drawn"), **facts)

    async def speak(self, model, request, payer):
        sha256, words = self._next(model, request, payer)
        return Narration(sha256=sha256, duration_ms=900, words=words, call=call("spoken"))

    async def look(self, model, request, payer):
        return Looked(sight=self._next(model, request, payer), call=call("looked"))


@dataclass
class MemoryStore:
    """Artifacts and records in memory; paths are never opened."""

    kept: dict = field(default_factory=dict)
    records: dict = field(default_factory=dict)
    forgotten: list = field(default_factory=list)

    async def put(self, data, _suffix):
        sha256 = hashlib.sha256(data).hexdigest()
        self.kept[sha256] = data
        return sha256

    async def adopt(self, path, suffix):
        return await self.put(str(path).encode(), suffix)

    async def path(self, sha256):
        return Path("/artifacts") / sha256

    async def recall(self, key):
        return self.records.get(key)

    async def remember(self, key, record):
        self.records.setdefault(key, record)

    async def forget(self, key):
        self.forgotten.append(key)
        self.records.pop(key, None)


@dataclass
class QueueRender:
    """Inspections answer from a queue; what was rendered is remembered."""

    quality: str = "quick"
    answers: deque = field(default_factory=deque)
    asked: list = field(default_factory=list)

    def _next(self, *given):
        self.asked.append(given)
        answer = self.answers.popleft()
        if isinstance(answer, ShortFactoryError):
            raise answer
        return answer

    async def check_picture(self, picture, frame):
        return self._next(picture, frame)

    async def check_voice(self, voice, text, words):
        return self._next(voice, text, words)

    async def report(self, film, expected):
        return self._next(film, expected)

    async def page(self, film, title, report, _expected, _out):
        self.asked.append((film, title, report))

    async def cover(self, picture, title, style, out, _sight=None):
        self.asked.append((picture, title, style, out))


@dataclass
class Purse:
    """A ledger that only says what was spent."""

    spent_usd: Decimal = Decimal(0)
    entries: tuple = ()

    async def spent(self, _run_id):
        return self.spent_usd

    async def rows(self, _run_id):
        return self.entries


@dataclass
class Voices:
    """What agents ask of the catalogue."""

    rate: float = 2.5
    references: bool = True

    def words_per_second(self, _model_id, _language):
        return self.rate

    def takes_references(self, _model_id):
        return self.references


@dataclass
class Stage:
    """Services made of the doubles above, each at hand."""

    gateway: QueueGateway
    store: MemoryStore
    render: QueueRender
    ledger: Purse
    catalog: Voices
    services: Services
    budget_usd: Decimal = Decimal("0.25")

    def reply(self, *replies):
        """What the vendors will answer."""
        self.gateway.replies.extend(replies)

    @property
    def prompt(self):
        """The words of the last request."""
        return self.gateway.asked[-1][1].prompt


@pytest.fixture
def stage(tmp_path):
    """A services object whose doors answer from queues."""
    doors = {
        "gateway": QueueGateway(),
        "store": MemoryStore(),
        "render": QueueRender(),
        "ledger": Purse(),
        "catalog": Voices(),
    }

    async def budget(run_id):
        return made.budget_usd

    services = Services(
        **doors,
        limits=GraphSettings(),
        budget=budget,
        progress=lambda _: None,
        scratch=tmp_path,
    )
    made = Stage(**doors, services=services)
    return made


@pytest.fixture
def facts():
    """The part of the state that every agent of a run reads."""
    return {
        "run": {"id": "r", "tenant": "t", "providers": "live", "approve": "auto"},
        "plan": PLAN.model_dump(mode="json"),
        "topic": {"text": "Why bees dance", "seconds": 12, "scenes": 2},
        "style": "editorial",
        "aspect": "9:16",
    }


@pytest.fixture
def scene_facts(facts):
    """What the agents of one scene read."""
    scene = {"number": 2, "kind": "body", "narration": "Bees dance the way.", "picture": "a bee"}
    return {
        **facts,
        "scene": {**scene, "keyword": "dance", "characters": ["Mara"]},
        "cast": [
            {"name": "Mara", "looks": "yellow raincoat", "sheet": "abc"},
            {"name": "Tom", "looks": "red beard", "sheet": "def"},
        ],
        "wording": "a bee dancing on a comb",
        "language": "en",
        "tone": "calm",
        "voice_name": "",
        "previous_text": "Before.",
        "next_text": "After.",
    }
