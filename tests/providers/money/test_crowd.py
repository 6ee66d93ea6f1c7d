"""A small crowd on one limit, with kills; `python -m bench.crowd` is the large one."""

from decimal import Decimal

import pytest

from bench.crowd import Crowd, play


@pytest.mark.slow
async def test_not_a_cent_escapes_a_killed_worker(settings, database_url):
    found = await play(Crowd(8, 2, 2, Decimal("0.4")), settings, database_url)
    assert found.killed >= 1
    assert found.bill_usd <= found.spent_usd <= found.limit_usd
    assert found.holds
