"""One whole short of two scenes from the real vendors: the smallest film, for about ten cents."""

import json
from decimal import Decimal

import pytest

import graph.line
from graph.factory import Factory
from shortfactory.order import Order
from shortfactory.settings import RenderSettings
from shortfactory.story import Topic

pytestmark = pytest.mark.live

MOST_USD = Decimal("0.20")


@pytest.fixture
def recorded(monkeypatch, http):
    """The line's own client is the recording one."""
    monkeypatch.setattr(graph.line, "open_http", lambda _largest: _Opened(http))


class _Opened:
    def __init__(self, http):
        self.http = http

    async def __aenter__(self):
        return self.http

    async def __aexit__(self, *_):
        return None


@pytest.mark.usefixtures("recorded", "google_key", "elevenlabs_key")
async def test_one_short(live_settings, answers, settle, tmp_path):
    there = {"home": tmp_path / "home", "render": RenderSettings(quality="quick")}
    settings = live_settings.model_copy(update=there)
    topic = Topic(text="Why bees dance", seconds=10, scenes=2)
    order = Order(topic=topic, providers="live", approve="auto", budget_usd=MOST_USD)
    async with Factory.open(settings) as factory:
        run = await factory.start(order)
        run = await factory.work(run.id)
        assert run.status == "done", run.reason
        folder = await factory.deliver(run.id, tmp_path / "out")
    receipt = json.loads((folder / "receipt.json").read_text())
    assert (folder / "film.mp4").stat().st_size > 10_000
    assert 0 < Decimal(receipt["spent_usd"]) <= MOST_USD
    assert {"story", "script", "picture"} <= receipt["prompts"].keys()
    settle("one short of two scenes: dollars by our own prices", receipt["spent_usd"])
    settle("one short of two scenes: requests", len(answers))
    slowest = max(receipt["calls"], key=lambda call: call["seconds"])
    settle("one short of two scenes: slowest call", f"{slowest['model']} {slowest['seconds']} s")
