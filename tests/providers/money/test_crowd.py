"""A small crowd on one limit, with kills; `python -m bench.crowd` is the large one."""

from decimal import Decimal

import pytest

from bench.crowd import Crowd, play


@pytest.mark.slow
async def test_not_a_cent_escapes_a_killed_worker(settings, database_url):
    found = await play(Crowd(8, 2, 2, Decimal("0.4")), settings, database_url)
    books = found.books
    assert found.killed >= 1
    assert books.by_record >= 1
    assert books.lost_billed >= 1
    assert books.bill_usd <= books.ledger_usd <= found.limit_usd
    assert (books.unexplained_usd, books.strange, books.open_usd) == (0, 0, 0)
    assert found.holds
