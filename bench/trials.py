"""Every way in which a vendor lets a short down: what is planted, and the way the graph takes."""

from __future__ import annotations

from decimal import Decimal

from shortfactory.settings import Settings
from shortfactory.story import Plain
from simulator.faults import Fault

MAIN = Settings.model_fields["gemini"].default
SOUND = ("narrate",)
DRAWN = ("illustrate",)
WRITTEN = ("story", "script")


class Trial(Plain):
    """One short of one scene under faults.

    The ways are the steps taken by the writers, the picture half and the voice half until the run
    rests. `cured` says that the run, parked, ends well once the faults are gone. `exact` is false
    where nobody can know what the vendor charged: then the ledger holds the worst case.
    """

    name: str
    fault: str
    faults: tuple[Fault, ...]
    text: tuple[str, ...] = WRITTEN
    picture: tuple[str, ...] = DRAWN
    voice: tuple[str, ...] = SOUND
    says: str = ""  # a part of the reason; empty for a run that is done
    status: str = "done"
    requests: dict[str, int]
    exact: bool = True


def _once(action: str, times: int = 1, **facts: object) -> tuple[Fault, ...]:
    return (Fault.model_validate({"action": action, "times": times, **facts}),)


def _always(action: str, **facts: object) -> tuple[Fault, ...]:
    return (Fault.model_validate({"action": action, **facts}),)


USUAL = {"text": 2, "image": 1, "voice": 1}
NO_FILM: dict[str, int] = {"text": 1}
FIRST = MAIN.image_model

WRITING = (
    Trial(
        name="cut_reply",
        fault="The text model's reply is cut off",
        faults=_once("max_tokens"),
        text=("story!", "story", "script"),
        requests={**USUAL, "text": 3},
    ),
    Trial(
        name="wrong_form",
        fault="A reply has another form than asked",
        faults=_once("wrong_json", skip=1),
        text=("story", "script!", "script"),
        requests={**USUAL, "text": 3},
    ),
    Trial(
        name="always_wrong_form",
        fault="Every reply has another form than asked",
        faults=_always("wrong_json"),
        text=("story!", "story!", "story!", "park"),
        picture=(),
        voice=(),
        status="parked",
        says="No story: The reply of",
        requests={"text": 3},
    ),
    Trial(
        name="poor_script",
        fault="The script greets, and speaks a web address",
        faults=_once("poor_script", skip=1),
        text=("story", "script", "script"),
        requests={**USUAL, "text": 3},
    ),
    Trial(
        name="always_poor_script",
        fault="Every script greets, and speaks a web address",
        faults=_always("poor_script"),
        text=("story", "script", "script", "script"),
        requests={**USUAL, "text": 4},
    ),
    Trial(
        name="text_blocked",
        fault="The prompt is blocked",
        faults=_always("block", kind="text"),
        text=("story!", "park"),
        picture=(),
        voice=(),
        status="parked",
        says="refused the text (SAFETY)",
        requests=NO_FILM,
        exact=False,  # LangChain drops the usage of a blocked prompt
    ),
    Trial(
        name="text_key",
        fault="Gemini's key is wrong",
        faults=_always("key_invalid", kind="text"),
        text=("story!", "park"),
        picture=(),
        voice=(),
        status="parked",
        says="Check GOOGLE_API_KEY",
        requests=NO_FILM,
    ),
    Trial(
        name="text_rejected",
        fault="The text model rejects the request",
        faults=_always("bad_request", kind="text"),
        text=("story!", "park"),
        picture=(),
        voice=(),
        status="parked",
        says="choose another model",
        requests=NO_FILM,
    ),
)

PICTURES = (
    Trial(
        name="refused_by_chance",
        fault="A picture is refused for a reason that comes and goes",
        faults=_once("refuse", kind="image", value="IMAGE_OTHER"),
        picture=("illustrate!", "illustrate"),
        requests={**USUAL, "image": 2},
    ),
    Trial(
        name="refused",
        fault="A picture is refused",
        faults=_once("refuse", kind="image", value="IMAGE_SAFETY"),
        picture=("illustrate!", "reword", "illustrate"),
        requests={"text": 3, "image": 2, "voice": 1},
    ),
    Trial(
        name="refused_twice_by_chance",
        fault="The identical picture is refused twice",
        faults=_once("refuse", 2, kind="image", value="IMAGE_OTHER"),
        picture=("illustrate!", "illustrate!", "reword", "illustrate"),
        requests={"text": 3, "image": 3, "voice": 1},
    ),
    Trial(
        name="first_model_refuses",
        fault="The first image model refuses whatever the words",
        faults=_always("refuse", model=FIRST, value="IMAGE_SAFETY"),
        picture=("illustrate!", "reword") * 2 + ("illustrate!", "illustrate_fallback"),
        requests={"text": 4, "image": 4, "voice": 1},
    ),
    Trial(
        name="no_other_words",
        fault="A picture is refused, and no other words are found",
        faults=(
            *_always("refuse", model=FIRST, value="IMAGE_SAFETY"),
            *_always("wrong_json", skip=2),
        ),
        picture=("illustrate!", "reword!", "illustrate_fallback"),
        requests={"text": 3, "image": 2, "voice": 1},
    ),
    Trial(
        name="both_refuse",
        fault="Both image models refuse",
        faults=_always("refuse", kind="image", value="IMAGE_SAFETY"),
        picture=("illustrate!", "reword") * 2
        + ("illustrate!", "illustrate_fallback!", "illustrate_fallback!", "park_picture"),
        status="parked",
        says="No picture for scene 1:",
        requests={"text": 4, "image": 5, "voice": 1},
    ),
    Trial(
        name="image_model_gone",
        fault="The image model was switched off",
        faults=_always("model_gone", model=FIRST),
        picture=("illustrate!", "illustrate_fallback"),
        requests={**USUAL, "image": 2},
    ),
    Trial(
        name="image_model_down",
        fault="The image model is down",
        faults=_always("unavailable", model=FIRST),
        picture=("illustrate!", "illustrate_fallback"),
        requests={**USUAL, "image": 4},
    ),
    Trial(
        name="half_a_picture",
        fault="A picture arrives by half",
        faults=_once("truncated_png"),
        picture=("illustrate!", "illustrate"),
        requests={**USUAL, "image": 2},
    ),
    Trial(
        name="no_picture",
        fault="The reply holds no picture, twice",
        faults=_once("no_image", 2),
        picture=("illustrate!", "illustrate!", "illustrate_fallback"),
        requests={**USUAL, "image": 3},
    ),
    Trial(
        name="blurred_picture",
        fault="A picture is blurred",
        faults=_once("blurred"),
        picture=("illustrate", "illustrate"),
        requests={**USUAL, "image": 2},
    ),
    Trial(
        name="only_blurred_pictures",
        fault="Every picture of both models is blurred",
        faults=_always("blurred"),
        picture=("illustrate",) * 2 + ("illustrate_fallback",) * 2 + ("park_picture",),
        status="parked",
        says="No picture for scene 1: The picture",
        requests={**USUAL, "image": 4},
    ),
    Trial(
        name="image_quota",
        fault="The day's quota of pictures is used up",
        faults=_always("quota_exceeded", kind="image"),
        picture=("illustrate!", "park_picture"),
        status="parked",
        says="Wait until the quota is renewed",
        requests=USUAL,
    ),
)

VOICES = (
    Trial(
        name="drifting_voice",
        fault="Word times drift away from the sound",
        faults=_once("drift"),
        voice=("narrate!", "narrate"),
        requests={**USUAL, "voice": 2},
    ),
    Trial(
        name="no_word_times",
        fault="The voice never comes with word times",
        faults=_always("alignment_null"),
        voice=("narrate!", "narrate!", "narrate_fallback"),
        requests={**USUAL, "voice": 2, "speech": 1},
    ),
    Trial(
        name="silent_voice",
        fault="A narration is silent",
        faults=_once("audio_silent"),
        voice=("narrate!", "narrate"),
        requests={**USUAL, "voice": 2},
    ),
    Trial(
        name="voice_down",
        fault="The voice service is down",
        faults=_always("unavailable", kind="voice"),
        voice=("narrate!", "narrate_fallback"),
        requests={**USUAL, "voice": 3, "speech": 1},
    ),
    Trial(
        name="voice_gone",
        fault="The voice does not exist any more",
        faults=_always("voice_gone"),
        voice=("narrate!", "narrate_fallback"),
        requests={**USUAL, "speech": 1},
    ),
    Trial(
        name="both_voices_down",
        fault="Both voice services are down",
        faults=(*_always("unavailable", kind="voice"), *_always("unavailable", kind="speech")),
        voice=("narrate!", "narrate_fallback!", "narrate_fallback!", "park_voice"),
        status="parked",
        says="Resume when the service answers again.",
        requests={**USUAL, "voice": 3, "speech": 6},
    ),
    Trial(
        name="voice_credits",
        fault="ElevenLabs' credits are used up",
        faults=_always("insufficient_credits"),
        voice=("narrate!", "park_voice"),
        status="parked",
        says="Add credits or change the plan",
        requests=USUAL,
    ),
    Trial(
        name="voice_key",
        fault="ElevenLabs' key is wrong",
        faults=_always("key_invalid", kind="voice"),
        voice=("narrate!", "park_voice"),
        status="parked",
        says="Check ELEVENLABS_API_KEY",
        requests=USUAL,
    ),
)

PASSING = (
    Trial(
        name="rate_limited",
        fault="A vendor asks to slow down",
        faults=_once("rate_limited", value=0.05, kind="image"),
        requests={**USUAL, "image": 2},
    ),
    Trial(
        name="too_many_voices",
        fault="Too many narrations at once",
        faults=_once("concurrent_limit_exceeded"),
        requests={**USUAL, "voice": 2},
    ),
    Trial(
        name="bad_gateway",
        fault="A web page of an error instead of an answer",
        faults=_once("html_502", 2),
        requests={**USUAL, "text": 4},
    ),
    Trial(
        name="reset",
        fault="A connection breaks before the answer",
        faults=_once("reset", kind="voice"),
        requests={**USUAL, "voice": 2},
        exact=False,
    ),
    Trial(
        name="cut_body",
        fault="A connection breaks inside the answer",
        faults=_once("cut_body", kind="image"),
        requests={**USUAL, "image": 2},
        exact=False,
    ),
)

TRIALS = (*WRITING, *PICTURES, *VOICES, *PASSING)
BUDGET_USD = Decimal(3)
