"""Whether somebody's own music can lie under a film: asked before anything is paid."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from media.waveform import RATE_HZ, sound_parts
from shortfactory.errors import InvalidInput, MediaError
from shortfactory.story import MAX_SECONDS

LARGEST_BYTES = 300_000_000  # an hour of CD-quality WAV is twice that; a film needs three minutes
SHORTEST_S = 1.0
FAINTEST = 10 ** (-60 / 20)  # of full scale; what stays below it nobody hears


def check_music(path: Path) -> None:
    """Decode as much of it as the longest film needs.

    Raises:
        InvalidInput: missing, a folder, too large, unreadable, shorter than a second, or silent.
    """
    if not path.is_file():
        raise InvalidInput("music", str(path), "there is no such file")
    if path.stat().st_size > LARGEST_BYTES:
        cure = f"it is larger than {LARGEST_BYTES // 1_000_000} MB; give it as MP3 or shorter"
        raise InvalidInput("music", str(path), cure)
    have, loudest = 0, 0.0
    try:
        for part in sound_parts(path, limit_samples=round(MAX_SECONDS * RATE_HZ)):
            have += len(part)
            loudest = max(loudest, float(np.abs(part).max(initial=0.0)))
    except MediaError as error:
        raise InvalidInput("music", str(path), f"{error.cure or error}") from error
    if have < SHORTEST_S * RATE_HZ:
        raise InvalidInput("music", str(path), "it lasts less than a second; give a longer piece")
    if loudest < FAINTEST:
        raise InvalidInput("music", str(path), "nothing can be heard in it; give another file")
