"""Narrations without word times, without sound, or not spoken at all."""

from __future__ import annotations

from bench.trials.trial import USUAL, Trial, always, once

VOICES = (
    Trial(
        name="drifting_voice",
        fault="Word times drift away from the sound",
        faults=once("drift"),
        voice=("narrate!", "narrate"),
        requests={**USUAL, "voice": 2},
    ),
    Trial(
        name="no_word_times",
        fault="The voice never comes with word times",
        faults=always("alignment_null"),
        voice=("narrate!", "narrate!", "narrate_fallback"),
        requests={**USUAL, "voice": 2, "speech": 1},
    ),
    Trial(
        name="silent_voice",
        fault="A narration is silent",
        faults=once("audio_silent"),
        voice=("narrate!", "narrate"),
        requests={**USUAL, "voice": 2},
    ),
    Trial(
        name="voice_down",
        fault="The voice service is down",
        faults=always("unavailable", kind="voice"),
        voice=("narrate!", "narrate_fallback"),
        requests={**USUAL, "voice": 3, "speech": 1},
    ),
    Trial(
        name="voice_gone",
        fault="The voice does not exist any more",
        faults=always("voice_gone"),
        voice=("narrate!", "narrate_fallback"),
        requests={**USUAL, "speech": 1},
    ),
    Trial(
        name="both_voices_down",
        fault="Both voice services are down",
        faults=(*always("unavailable", kind="voice"), *always("unavailable", kind="speech")),
        voice=("narrate!", "narrate_fallback!", "narrate_fallback!", "park_voice"),
        status="parked",
        says="Resume when the service answers again.",
        requests={**USUAL, "voice": 3, "speech": 6},
        cure={"voice": 1},
    ),
)
