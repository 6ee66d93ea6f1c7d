"""Sounds at transitions as people and programs ask for them."""

import pytest

from server.api.change_forms import ChangeForm
from server.mcp_view import Different
from server.ordering import topic_of
from server.wish import Wish
from shortfactory.change import Change
from shortfactory.story import Topic


def test_a_word_that_is_no_choice_is_refused(shortfactory):
    result = shortfactory("make", "Why bees dance", "--effects", "loud")
    assert result.code == 2, result
    assert "effects 'loud' cannot be used: use auto, on, off" in " ".join(result.err.split())


@pytest.mark.parametrize(("arguments", "ordered"), [((), "auto"), (("--effects", "off"), "off")])
def test_what_is_typed_is_ordered(shortfactory, monkeypatch, arguments, ordered):
    seen = []

    def make(_as_json, wish: Wish, *_):
        seen.append(topic_of(wish).effects)
        return 0

    monkeypatch.setattr("server.commands.make.make", make)
    assert shortfactory("make", "Why bees dance", *arguments).code == 0
    assert seen == [ordered]


def test_every_door_asks_for_the_same_change():
    told = Different(effects="off").model_dump(exclude={"script"})
    assert Change(**told) == Change(effects="off")
    assert ChangeForm(effects="off").change(Topic()) == Change(effects="off")
