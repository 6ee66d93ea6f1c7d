"""A finished film is wanted different, and a vendor fails while only that is made again."""

from __future__ import annotations

from bench.trials.trial import Trial, always, once
from shortfactory.change import Change

GERMAN = Change(language="de")
ANOTHER_PICTURE = Change(scene=1, again=("picture",))
ANOTHER_TAKE = Change(scene=1, again=("voice",))
ANOTHER_VOICE = Change(voice="SimBen0narrator00002")
SPOKEN = {"text": 1, "voice": 1}

CHANGES = (
    Trial(
        name="cut_translation",
        fault="A translation is cut off",
        change=GERMAN,
        faults=once("max_tokens"),
        text=("amend", "translate!", "translate"),
        picture=(),
        requests={"text": 2, "voice": 1},
    ),
    Trial(
        name="poor_translation",
        fault="A translation speaks a web address",
        change=GERMAN,
        faults=once("poor_script"),
        text=("amend", "translate!", "translate"),
        picture=(),
        requests={"text": 2, "voice": 1},
    ),
    Trial(
        name="always_poor_translation",
        fault="Every translation speaks a web address",
        change=GERMAN,
        faults=always("poor_script"),
        text=("amend", "translate!", "translate!", "translate!", "park"),
        picture=(),
        voice=(),
        status="parked",
        says="No translation: Scene 1 has a web address",
        requests={"text": 3},
        cure=SPOKEN,
    ),
    Trial(
        name="translation_key",
        fault="Gemini's key is wrong when a translation is wanted",
        change=GERMAN,
        faults=always("key_invalid", kind="text"),
        text=("amend", "translate!", "park"),
        picture=(),
        voice=(),
        status="parked",
        says="No translation: Gemini (",
        requests={"text": 1},
        cure=SPOKEN,
    ),
    Trial(
        name="changed_picture_refused",
        fault="Another picture of a scene is refused",
        change=ANOTHER_PICTURE,
        faults=once("refuse", kind="image", value="IMAGE_SAFETY"),
        text=("amend",),
        picture=("illustrate!", "reword", "illustrate"),
        voice=(),
        requests={"text": 1, "image": 2, "sight": 1},
    ),
    Trial(
        name="changed_take_unpaid",
        fault="ElevenLabs' credits are used up when a scene is to be spoken again",
        change=ANOTHER_TAKE,
        faults=always("insufficient_credits"),
        text=("amend",),
        picture=(),
        voice=("narrate!", "park_voice"),
        status="parked",
        says="Add credits or change the plan",
        requests={"voice": 1},
        cure={"voice": 1},
    ),
    Trial(
        name="chosen_voice_down",
        fault="The voice that a person chose for the film is down",
        change=ANOTHER_VOICE,
        faults=always("unavailable", kind="voice"),
        text=("amend",),
        picture=(),
        voice=("narrate!", "park_voice"),
        status="parked",
        says="Resume when the service answers again.",
        requests={"voice": 3},
        cure={"voice": 1},
    ),
)
