"""Pictures ordered with patience, by Gemini's batches: what goes wrong while nobody waits."""

from __future__ import annotations

from functools import partial

from bench.trials.trial import FIRST, Trial, always, once

DAY_S = 86_400.0
ASLEEP = "Waiting for Gemini's batch"
Patient = partial(Trial, patience_s=DAY_S)

BATCHES = (
    Patient(
        name="batch_refused",
        fault="A batch comes back with a refusal",
        faults=once("refuse", kind="image", value="IMAGE_SAFETY"),
        picture=(
            *("illustrate", "await_batch", "illustrate!"),
            *("reword", "illustrate", "await_batch", "illustrate"),
        ),
        requests={"text": 3, "batch": 2, "image": 2, "sight": 1, "voice": 1},
    ),
    Patient(
        name="batch_of_half_a_picture",
        fault="A batch comes back with half a picture",
        faults=once("truncated_png"),
        picture=(
            *("illustrate", "await_batch", "illustrate!"),
            *("illustrate", "await_batch", "illustrate"),
        ),
        requests={"text": 2, "batch": 2, "image": 2, "sight": 1, "voice": 1},
    ),
    Patient(
        name="batch_model_refuses",
        fault="The first image model refuses in every batch",
        faults=always("refuse", model=FIRST, value="IMAGE_SAFETY"),
        picture=(
            *("illustrate", "await_batch", "illustrate!", "reword") * 2,
            *("illustrate", "await_batch", "illustrate!"),
            *("illustrate_fallback", "await_batch", "illustrate_fallback"),
        ),
        requests={"text": 4, "batch": 4, "image": 4, "sight": 1, "voice": 1},
    ),
    Patient(
        name="batch_unseen",
        fault="Gemini does not say how far a batch is",
        # The first list is that of the voices.
        faults=once("unavailable", kind="catalogue", skip=1),
        picture=("illustrate", "await_batch", "illustrate", "await_batch", "illustrate"),
        requests={"text": 2, "batch": 1, "image": 1, "sight": 1, "voice": 1},
    ),
    Patient(
        name="batch_lost_on_the_way",
        fault="The connection breaks while a batch is handed in",
        faults=once("reset", kind="batch"),
        picture=("illustrate", "await_batch", "illustrate", "await_batch", "illustrate"),
        requests={"text": 2, "batch": 2, "image": 1, "sight": 1, "voice": 1},
    ),
    Patient(
        name="batch_key",
        at_once=1,
        fault="Gemini's key is wrong when a batch is handed in",
        faults=always("key_invalid", kind="batch"),
        picture=("illustrate!", "park_picture"),
        voice=("narrate!", "park_voice"),
        status="parked",
        says="Check GOOGLE_API_KEY",
        requests={"text": 2, "batch": 1},
        cure={"batch": 1, "image": 1, "sight": 1, "voice": 1},
    ),
    Patient(
        name="batch_key_withdrawn",
        fault="Gemini's key is withdrawn while a batch is at work",
        at_once=1,
        faults=always("key_revoked", kind="catalogue", skip=1),
        picture=("illustrate", "await_batch", "illustrate!", "park_picture"),
        status="parked",
        says="Check GOOGLE_API_KEY",
        requests={"text": 2, "batch": 1, "image": 1, "voice": 1},
        cure={"sight": 1},
        exact=False,  # the batch is drawn meanwhile, and held at its worst case until it is seen
    ),
)
