"""An account lets a short down: nothing more is bought for it, from no vendor, until it is cured.

The scenes are made one step at a time, picture before voice, so that what was asked for when the
account gave up is certain.
"""

from __future__ import annotations

from functools import partial

from bench.trials.trial import USUAL, Trial, always

OneByOne = partial(Trial, at_once=1, status="parked")
STOPPED_PICTURE, STOPPED_VOICE = ("illustrate!", "park_picture"), ("narrate!", "park_voice")

ACCOUNTS = (
    OneByOne(
        name="image_quota",
        fault="The day's quota of pictures is used up",
        faults=always("quota_exceeded", kind="image"),
        picture=STOPPED_PICTURE,
        voice=STOPPED_VOICE,
        says="Wait until the quota is renewed",
        requests={"text": 2, "image": 1},
        cure={"image": 1, "sight": 1, "voice": 1},
    ),
    OneByOne(
        name="voice_key",
        fault="ElevenLabs' key is wrong",
        faults=always("key_invalid", kind="voice"),
        voice=STOPPED_VOICE,
        says="Check ELEVENLABS_API_KEY",
        requests=USUAL,
        cure={"voice": 1},
    ),
    OneByOne(
        name="voice_credits",
        fault="ElevenLabs' credits are used up at the first of three scenes",
        faults=always("insufficient_credits"),
        scenes=3,
        picture=("illustrate", *STOPPED_PICTURE * 2),
        voice=STOPPED_VOICE * 3,
        says="Add credits or change the plan",
        requests=USUAL,
        cure={"image": 2, "sight": 2, "voice": 3},
    ),
    OneByOne(
        name="voice_credits_later",
        fault="ElevenLabs' credits are used up at the second of three scenes",
        faults=always("insufficient_credits", skip=1),
        scenes=3,
        picture=("illustrate", "illustrate", *STOPPED_PICTURE),
        voice=("narrate", *STOPPED_VOICE * 2),
        says="Nothing more is paid for while elevenlabs:",
        requests={"text": 2, "image": 2, "sight": 2, "voice": 2},
        cure={"image": 1, "sight": 1, "voice": 2},
    ),
)
