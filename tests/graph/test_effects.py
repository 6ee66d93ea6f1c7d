"""Sounds at transitions as an order has them: a matter of the mix, and of nothing else."""

import asyncio
from decimal import Decimal

import pytest
import pytest_asyncio

from bench.faults import settings_for
from bench.unfilmed import Unfilmed, open_workshop
from media.style import load
from shortfactory.change import Change
from shortfactory.errors import InvalidInput
from shortfactory.order import Order
from shortfactory.story import Topic

pytestmark = pytest.mark.asyncio(loop_scope="module")

SCRIPT = """# Tide

## One
The sea breathes twice a day.

> A wide sea under a full moon

## Two
The moon pulls, and the water follows.

> The moon above a harbour at night
"""


class Noted(Unfilmed):
    """Draws nothing, notes what it was asked for, and lets a film with effects be another."""

    def __init__(self):
        super().__init__(1)
        self.asked = []

    async def segment(self, *given):
        self.asked.append("segment")
        return await super().segment(*given)

    async def film(self, *given):
        self.asked.append(f"film, effects {given[-1]}")
        film = await super().film(*given)
        heard = load(given[2]).heard(given[-1])
        await asyncio.to_thread(given[4].write_text, f"{given[4].read_text()} {heard}")
        return film


@pytest.fixture(scope="module")
def door():
    return Noted()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def make(door, simulator, module_database_url, tmp_path_factory):
    """Make a film of an order; gives its short, and what it had the renderer do."""
    settings = settings_for(tmp_path_factory.mktemp("kept"), simulator, module_database_url)
    async with open_workshop(settings, door) as workshop:
        factory = workshop.factory(settings)

        async def made(**topic):
            about = Topic(seconds=5, **{"script": SCRIPT, **topic})
            order = Order(
                topic=about, providers="simulator", budget_usd=Decimal("0.25"), approve="auto"
            )
            door.asked.clear()
            run = await factory.work((await factory.start(order)).id)
            assert run.status == "done", run.reason
            return await factory.show(run.id), list(door.asked)

        made.factory = factory
        yield made


@pytest.mark.slow
async def test_other_effects_draw_and_speak_nothing_again(make):
    assert "film, effects on" in (await make(effects="on"))[1]
    other, asked = await make(effects="off")
    assert asked == ["film, effects off"]
    assert other.spent_usd == 0


async def test_what_the_style_chooses_is_the_same_film_as_if_it_were_ordered(make):
    await make(style="editorial", effects="on")
    assert (await make(style="editorial", effects="auto"))[1] == []


async def test_a_finished_film_is_mixed_anew_without_a_call(make, door):
    run_id = (await make(effects="on"))[0].run.id
    door.asked.clear()
    await make.factory.reroll(run_id, Change(effects="off"), by="ada")
    assert (await make.factory.work(run_id)).status == "done"
    assert "segment" not in door.asked
    first, second = await make.factory.versions(run_id)
    assert {call.status for call in second.calls} <= {"cached"}
    assert second.scenes == first.scenes
    assert second.package["film.mp4"] != first.package["film.mp4"]
    with pytest.raises(InvalidInput, match="silent already"):
        await make.factory.reroll(run_id, Change(effects="off"), by="ada")
