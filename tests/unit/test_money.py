"""Dollars: read strictly, rounded up, shown honestly."""

from decimal import Decimal

import pytest

from shortfactory.errors import InvalidInput
from shortfactory.money import parse_budget, show, to_micros


@pytest.mark.parametrize("text", ["0.25", "$0.25", " 0.25 ", "2.5e-1"])
def test_a_budget_is_read(text):
    assert parse_budget(text) == Decimal("0.25")


@pytest.mark.parametrize(
    ("text", "cure"),
    [
        ("0", "above zero"),
        ("-1", "above zero"),
        ("nan", "above zero"),
        ("inf", "above zero"),
        ("1e9", "at most"),
        ("0.1234567", "six decimals"),
        ("1e-30", "six decimals"),
        ("a dollar", "for example"),
        ("", "for example"),
    ],
)
def test_a_budget_that_cannot_be_meant_is_refused_with_the_cure(text, cure):
    with pytest.raises(InvalidInput, match=cure):
        parse_budget(text)


def test_the_ledgers_unit_never_counts_too_little():
    assert to_micros(Decimal("0.0000001")) == Decimal("0.000001")
    assert to_micros(Decimal("0.25")) == Decimal("0.25")


@pytest.mark.parametrize(
    ("amount", "shown"),
    [("0", "$0.00"), ("0.25", "$0.25"), ("0.0042", "$0.0042"), ("12", "$12.00")],
)
def test_small_amounts_are_not_hidden(amount, shown):
    assert show(Decimal(amount)) == shown
