"""A change that is killed in the middle goes on where it was; with real frames."""

import os
import signal
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest

from graph.factory import Factory
from shortfactory.change import Change
from shortfactory.order import Order
from shortfactory.settings import RenderSettings
from shortfactory.story import Topic

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
WORKER = """
import asyncio, sys
from graph.factory import Factory
from shortfactory.settings import Settings

async def main(run_id):
    async with Factory.open(Settings(_env_file=None)) as factory:
        await factory.work(run_id, watch=lambda event: print(event.node, event.state, flush=True))

asyncio.run(main(sys.argv[1]))
"""


@pytest.fixture
def quick(settings):
    return settings.model_copy(update={"render": RenderSettings(quality="quick", workers=1)})


@pytest.fixture
def kill_at(settings):
    """Work on a run in a process of its own, and kill it after a step has ended."""

    def work(run_id, step):
        process = subprocess.Popen(
            [sys.executable, "-c", WORKER, run_id],
            env={
                **os.environ,
                "PYTHONPATH": str(ROOT),
                "SHORTFACTORY_HOME": str(settings.home),
                "SHORTFACTORY_DATABASE_URL": settings.database_url.get_secret_value(),
                "SHORTFACTORY_RENDER__QUALITY": "quick",
            },
            stdout=subprocess.PIPE,
            text=True,
        )
        told = []
        for line in process.stdout:
            told.append(line.strip())
            if told[-1] == f"{step} finished":
                break
        os.kill(process.pid, signal.SIGKILL)
        process.stdout.close()
        assert process.wait() == -signal.SIGKILL
        return told

    return work


async def test_a_killed_change_goes_on_and_an_earlier_film_is_the_same_bytes(quick, kill_at, tide):
    async with Factory.open(quick) as factory:
        order = Order(
            topic=Topic(script=tide, seconds=5),
            providers="offline",
            budget_usd=Decimal("0.25"),
            approve="auto",
        )
        run_id = (await factory.work((await factory.start(order)).id)).id
        await factory.reroll(run_id, Change(scene=2, again=("picture",)))
    for step in ("illustrate", "compose_segment"):
        assert "story started" not in kill_at(run_id, step)
    async with Factory.open(quick) as factory:
        assert (await factory.work(run_id)).status == "done"
        first, second = await factory.versions(run_id)
        assert second.scenes[0] == first.scenes[0]
        assert second.scenes[1].segment != first.scenes[1].segment
        paid = [(call.node, call.scene) for call in second.calls if call.status != "cached"]
        assert paid == [("illustrate", 2), ("inspect_image", 2)]
        await factory.restore(run_id, 1)
        assert (await factory.show(run_id)).package == first.package
