"""Errors speak, tell the cure, and survive the way out of a process."""

import inspect
import pickle
from decimal import Decimal

import pytest

from shortfactory import errors

CLASSES = [each for _, each in inspect.getmembers(errors, inspect.isclass)
           if issubclass(each, errors.ShortFactoryError)]  # fmt: skip


@pytest.mark.parametrize("cls", CLASSES)
def test_the_drawing_of_the_tree_names_every_class(cls):
    assert cls.__name__ in (errors.__doc__ or "")


@pytest.mark.parametrize(
    "error",
    [
        errors.InvalidInput("seconds", 0, "give 5 to 180"),
        errors.BudgetExceeded("tenant_day", Decimal("0.2"), Decimal("0.1")),
        errors.UnknownRun("x"),
        errors.MediaError("The picture cannot be read.", cure="Draw it again."),
    ],
)
def test_an_error_survives_pickling_word_for_word(error):
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is type(error)
    assert str(again) == str(error)


def test_a_long_value_is_shortened_in_the_message():
    assert len(str(errors.InvalidInput("topic", "x" * 10_000, "give less"))) < 200
