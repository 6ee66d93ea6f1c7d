"""Whether a recording speaks the whole text: words squeezed to nothing are missing."""

from __future__ import annotations

from collections.abc import Sequence

from shortfactory.story import Word

# A run of words is missing when it takes less than this share of its time in the reference.
SQUEEZED = 0.45
LEAST_RUN_MS, LEAST_RUN_SHARE = 900, 0.15


def missing(found: Sequence[Word], reference: Sequence[Word]) -> str:
    """Words that the recording leaves out, as far as can be told; "" when it speaks them all.

    The walk visits every word; those that were not spoken are squeezed into next to no time.
    """
    whole_ms = reference[-1].end_ms - reference[0].start_ms
    least_ms = max(LEAST_RUN_MS, whole_ms * LEAST_RUN_SHARE)
    last = 0
    for first in range(len(reference)):
        while (
            last < len(reference) and reference[last].end_ms - reference[first].start_ms < least_ms
        ):
            last += 1
        if last == len(reference):
            break
        known_ms = reference[last].end_ms - reference[first].start_ms
        if found[last].end_ms - found[first].start_ms < SQUEEZED * known_ms:
            return " ".join(word.text for word in reference[first : last + 1])
    return ""
