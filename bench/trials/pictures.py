"""Pictures that are refused, spoilt or not drawn at all."""

from __future__ import annotations

from bench.trials.trial import FIRST, USUAL, Trial, always, once

PICTURES = (
    Trial(
        name="refused_by_chance",
        fault="A picture is refused for a reason that comes and goes",
        faults=once("refuse", kind="image", value="IMAGE_OTHER"),
        picture=("illustrate!", "illustrate"),
        requests={**USUAL, "image": 2},
    ),
    Trial(
        name="refused",
        fault="A picture is refused",
        faults=once("refuse", kind="image", value="IMAGE_SAFETY"),
        picture=("illustrate!", "reword", "illustrate"),
        requests={"text": 3, "image": 2, "sight": 1, "voice": 1},
    ),
    Trial(
        name="refused_twice_by_chance",
        fault="The identical picture is refused twice",
        faults=once("refuse", 2, kind="image", value="IMAGE_OTHER"),
        picture=("illustrate!", "illustrate!", "reword", "illustrate"),
        requests={"text": 3, "image": 3, "sight": 1, "voice": 1},
    ),
    Trial(
        name="first_model_refuses",
        fault="The first image model refuses whatever the words",
        faults=always("refuse", model=FIRST, value="IMAGE_SAFETY"),
        picture=("illustrate!", "reword") * 2 + ("illustrate!", "illustrate_fallback"),
        requests={"text": 4, "image": 4, "sight": 1, "voice": 1},
    ),
    Trial(
        name="no_other_words",
        fault="A picture is refused, and no other words are found",
        faults=(
            *always("refuse", model=FIRST, value="IMAGE_SAFETY"),
            *always("wrong_json", skip=2),
        ),
        picture=("illustrate!", "reword!", "illustrate_fallback"),
        requests={"text": 3, "image": 2, "sight": 1, "voice": 1},
    ),
    Trial(
        name="both_refuse",
        fault="Both image models refuse",
        faults=always("refuse", kind="image", value="IMAGE_SAFETY"),
        picture=("illustrate!", "reword") * 2
        + ("illustrate!", "illustrate_fallback!", "illustrate_fallback!", "park_picture"),
        status="parked",
        says="No picture for scene 1:",
        requests={"text": 4, "image": 5, "voice": 1},
        cure={"image": 1, "sight": 1},
    ),
    Trial(
        name="image_model_gone",
        fault="The image model was switched off",
        faults=always("model_gone", model=FIRST),
        picture=("illustrate!", "illustrate_fallback"),
        requests={**USUAL, "image": 2},
    ),
    Trial(
        name="image_model_down",
        fault="The image model is down",
        faults=always("unavailable", model=FIRST),
        picture=("illustrate!", "illustrate_fallback"),
        requests={**USUAL, "image": 4},
    ),
    Trial(
        name="half_a_picture",
        fault="A picture arrives by half",
        faults=once("truncated_png"),
        picture=("illustrate!", "illustrate"),
        requests={**USUAL, "image": 2},
    ),
    Trial(
        name="no_picture",
        fault="The reply holds no picture, twice",
        faults=once("no_image", 2),
        picture=("illustrate!", "illustrate!", "illustrate_fallback"),
        requests={**USUAL, "image": 3},
    ),
    Trial(
        name="blurred_picture",
        fault="A picture is blurred",
        faults=once("blurred"),
        picture=("illustrate", "illustrate"),
        requests={**USUAL, "image": 2},
    ),
    Trial(
        name="only_blurred_pictures",
        fault="Every picture of both models is blurred",
        faults=always("blurred"),
        picture=("illustrate",) * 2 + ("illustrate_fallback",) * 2 + ("park_picture",),
        status="parked",
        says="No picture for scene 1: The picture",
        requests={"text": 2, "image": 4, "voice": 1},
        cure={"image": 1, "sight": 1},
    ),
)
