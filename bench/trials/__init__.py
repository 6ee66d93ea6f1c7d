"""Every way in which a vendor lets a short down: what is planted, and the way the graph takes."""

from __future__ import annotations

from bench.trials.accounts import ACCOUNTS
from bench.trials.batches import BATCHES
from bench.trials.changes import CHANGES
from bench.trials.passing import PASSING
from bench.trials.pictures import PICTURES
from bench.trials.trial import Trial
from bench.trials.voices import VOICES
from bench.trials.writing import WRITING

CHAPTERS: dict[str, tuple[Trial, ...]] = {
    "Writing": WRITING,
    "Pictures": PICTURES,
    "Voices": VOICES,
    "Accounts": ACCOUNTS,
    "Pictures by batches": BATCHES,
    "Changes of a finished film": CHANGES,
    "What waiting cures, at every vendor": PASSING,
}
TRIALS = tuple(trial for chapter in CHAPTERS.values() for trial in chapter)
