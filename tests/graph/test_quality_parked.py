"""A film that does not pass and cannot be mended: parked, with the page that shows why."""

from decimal import Decimal
from io import StringIO

import pytest
import pytest_asyncio
from rich.console import Console

from bench.faults import DRAWINGS, settings_for
from bench.unfilmed import Unfilmed, open_workshop
from media.report import Finding, Report
from server.screen import print_short
from shortfactory.order import Order
from shortfactory.story import Topic
from simulator.scenarios import Scenario

pytestmark = pytest.mark.asyncio(loop_scope="module")

LOUD = Finding(
    check="loudness", severity="fail", message="Too loud.", measured=-9, limit=-14, at_ms=2_000
)


class Loud(Unfilmed):
    """A render door whose every film is too loud."""

    async def report(self, *_given, **_named):
        return Report(passed=False, findings=(LOUD,), measurements={"loudness_lufs": -9.0})


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def parked(simulator, module_database_url, tmp_path_factory):
    """Such a film, after its run has parked; and the store that keeps its page."""
    home = tmp_path_factory.mktemp("loud")
    settings = settings_for(home, simulator, module_database_url)
    simulator.set(Scenario(faults=(), pictures=DRAWINGS))
    topic = Topic(text="Why bees dance", seconds=6, scenes=1)
    order = Order(topic=topic, providers="simulator", budget_usd=Decimal(3), approve="auto")
    async with open_workshop(settings, Loud(1)) as workshop:
        factory = workshop.factory(settings)
        run = await factory.work((await factory.start(order)).id)
        short = await factory.show(run.id)
        yield short, await factory.store.path(short.files["quality.html"])


async def test_the_run_says_what_failed_and_where_it_is_shown(parked):
    short, _ = parked
    assert short.run.status == "parked"
    assert "Too loud. Its quality page shows the frames at fault." in short.run.reason
    assert short.quality["findings"][0]["at_ms"] == 2_000


async def test_the_page_can_be_read_before_there_is_a_package(parked):
    short, page = parked
    assert (short.package, list(short.files)) == ({}, ["quality.html"])
    assert short.script.title in page.read_text("utf-8")


async def test_show_names_the_page(parked):
    short, page = parked
    screen = StringIO()
    print_short(Console(file=screen, width=60), short, page)
    assert str(page) in screen.getvalue()
