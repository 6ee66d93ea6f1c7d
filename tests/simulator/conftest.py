"""One simulator for all tests of this folder; each test plays its own scenario in it."""

import itertools
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from simulator.faults import Fault
from simulator.scenarios import Scenario
from simulator.server import Simulator

VOICE = "SimAda0narrator00001"
SCHEMA = {
    "type": "object",
    "properties": {
        "title": {"type": "string"},
        "hook": {"type": "string"},
        "beats": {"type": "array", "items": {"type": "string"}, "minItems": 2, "maxItems": 4},
    },
    "required": ["title", "hook", "beats"],
}


@dataclass
class Played:
    """A client of one scenario: the smallest valid request of each kind."""

    sim: Simulator
    http: httpx.AsyncClient
    name: str

    @property
    def url(self) -> str:
        return self.sim.at(self.name)

    @property
    def bill(self) -> tuple[Any, ...]:
        return self.sim.bill(self.name)

    async def generate(
        self, model: str, text: str, config: dict[str, Any], **more: Any
    ) -> httpx.Response:
        body = {"contents": [{"parts": [{"text": text}]}], "generationConfig": config, **more}
        url = f"{self.url}/gemini/v1beta/models/{model}:generateContent"
        return await self.http.post(url, json=body)

    async def text(self, text: str = "Topic: why bees dance", **config: Any) -> httpx.Response:
        asked = {"responseMimeType": "application/json", "responseJsonSchema": SCHEMA, **config}
        return await self.generate("gemini-3.1-flash-lite", text, asked)

    async def image(
        self, text: str = "A bee on a flower", model: str = "gemini-nano-banana-2.1", **image: Any
    ) -> httpx.Response:
        asked = {"aspectRatio": "9:16", "imageSize": "1K", **image}
        return await self.generate(
            model, text, {"responseModalities": ["IMAGE"], "imageConfig": asked}
        )

    async def speech(
        self, text: str = "Bees dance.", model: str = "gemini-3.8-flash-lite-tts", **config: Any
    ) -> httpx.Response:
        return await self.generate(model, text, {"responseModalities": ["AUDIO"], **config})

    async def voice(
        self,
        text: str = "Bees dance.",
        voice: str = VOICE,
        sound: str = "pcm_24000",
        **body: Any,
    ) -> httpx.Response:
        url = f"{self.url}/elevenlabs/v1/text-to-speech/{voice}/with-timestamps"
        return await self.http.post(
            url, params={"output_format": sound}, json={"text": text, **body}
        )

    async def ask(self, kind: str) -> httpx.Response:
        return await getattr(self, kind)()


@pytest.fixture(scope="session")
def sim() -> Iterator[Simulator]:
    simulator = Simulator()
    simulator.start()
    yield simulator
    simulator.stop()


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    keys = {"x-goog-api-key": "simulator", "xi-api-key": "simulator"}
    async with httpx.AsyncClient(headers=keys, timeout=30, trust_env=False) as client:
        yield client


numbers = itertools.count()


@pytest.fixture
def play(sim: Simulator, http: httpx.AsyncClient) -> Callable[..., Played]:
    def start(*faults: Fault, **scenario: Any) -> Played:
        name = f"test-{next(numbers)}"
        # One drawing for all prompts, unless a test is about drawings: they take half a second.
        sim.set(Scenario(faults=faults, **{"pictures": 1, **scenario}), name)
        return Played(sim, http, name)

    return start
