"""From a scene's entry in the state to what is filmed, and entries of older programs too."""

import pytest

from nodes.takes import take_of
from shortfactory.sight import Sight

WORD = {"text": "Bees", "start_ms": 0, "end_ms": 400}
NARRATION = {"sha256": "n", "duration_ms": 900, "words": [WORD]}


@pytest.mark.parametrize(
    ("kept", "sight"),
    [
        ({}, None),
        ({"sight": {"faces": [], "subject": None}}, Sight()),
        (
            {"sight": {"faces": [[0.1, 0.2, 0.3, 0.4]], "subject": [0, 0, 1, 1]}},
            Sight(faces=((0.1, 0.2, 0.3, 0.4),), subject=(0, 0, 1, 1)),
        ),
    ],
)
async def test_a_take_carries_what_was_seen_in_its_picture(stage, scene_facts, kept, sight):
    film = {
        "number": 2,
        "scene": scene_facts["scene"],
        "picture": {"sha256": "p", **kept},
        "narration": NARRATION,
    }
    take = await take_of(film, "en", stage.services)
    assert (take.sight, take.picture.name) == (sight, "p")
