"""A simulator, a workshop on a database of its own, and whole films that tests share."""

import pytest
import pytest_asyncio

from bench.faults import settings_for
from bench.unfilmed import Unfilmed, open_workshop
from simulator.server import Simulator


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def simulator():
    """One simulator; tests set its scenario and clear its bill."""
    async with Simulator() as running:
        yield running


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def workshop(simulator, module_database_url, tmp_path_factory):
    """Factories without frames, which start no inspector and no connection of their own."""
    settings = settings_for(tmp_path_factory.mktemp("home"), simulator, module_database_url)
    async with open_workshop(settings, Unfilmed(1)) as opened:
        yield opened


@pytest.fixture
def line_settings(tmp_path, simulator, module_database_url):
    """Settings with an empty artifact store, the module's database and simulator."""
    return settings_for(tmp_path, simulator, module_database_url)
