"""A small soak: ten shorts while one call in ten fails."""

import pytest

from bench.soak import soak

pytestmark = pytest.mark.slow


async def test_ten_shorts_live_through_mixed_faults(tmp_path, database_url):
    result = await soak(10, 2, 5, tmp_path, database_url)
    assert result.struck >= 3
    assert not result.failed
    assert set(result.ended) <= {"done", "parked"}
    assert result.resumed.get("done", 0) == result.ended.get("parked", 0)
    assert result.well_share >= 0.99
    assert result.results_in_the_end >= result.results
    assert result.paid_twice == 0
    assert result.bill_usd <= result.ledger_usd
