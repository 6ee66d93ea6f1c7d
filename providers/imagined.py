"""A script of the ordered length, for pricing what is not written yet."""

from __future__ import annotations

from providers.usage_bounds import USUAL_CHARACTERS_PER_S
from shortfactory.story import Scene, Script, Topic

PICTURE_NOTE_CHARACTERS = 160


def imagined(topic: Topic) -> Script:
    """As many scenes as were ordered, spoken in the ordered time, no two pictures alike."""
    spoken = round(topic.seconds * USUAL_CHARACTERS_PER_S / topic.scenes)
    scenes = tuple(
        Scene(
            number=number,
            kind="body",
            narration="a" * spoken,
            picture=f"{number}".ljust(PICTURE_NOTE_CHARACTERS, "a"),
        )
        for number in range(1, topic.scenes + 1)
    )
    return Script(title=topic.text, language=topic.language, scenes=scenes)
