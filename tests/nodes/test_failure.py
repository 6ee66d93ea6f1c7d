"""Errors as data: what the edges decide on, and what no edge can."""

import pytest

from nodes.failure import failure_of
from shortfactory.errors import DatabaseLost, ProviderDown, StorageError


@pytest.mark.parametrize(
    ("error", "kind"), [(ProviderDown("503"), "down"), (StorageError("full"), "storage")]
)
def test_an_error_becomes_what_a_route_reads(error, kind):
    assert failure_of(error, "story")["kind"] == kind


def test_a_lost_database_parks_nothing():
    with pytest.raises(DatabaseLost):
        failure_of(DatabaseLost(), "story")
