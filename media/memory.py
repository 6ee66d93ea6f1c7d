"""Large buffers go back to the system when they are freed, whoever allocated them."""

from __future__ import annotations

import ctypes
import sys

import pyvips

# glibc's malloc.h. Left alone, the limit rises to 32 MB with the first large block that is freed,
# and frames of finished encodes stay behind in every thread's heap: 130 MB in a 20 s film.
_TRIM_THRESHOLD, _MMAP_THRESHOLD, _ARENA_MAX = -1, -3, -8
_OWN_MAPPING_BYTES, _SPARE_BYTES = 2 << 20, 16 << 20
_ARENAS = 1


def give_back() -> None:
    """Map every block of 4 MB or more on its own; all threads share one heap for what is smaller.

    Only glibc has these knobs. libvips keeps no operation, with its pixels, for a second use.
    """
    pyvips.cache_set_max(0)
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None) if sys.platform == "linux" else None
    if mallopt is not None:
        mallopt(_MMAP_THRESHOLD, _OWN_MAPPING_BYTES)
        mallopt(_TRIM_THRESHOLD, _SPARE_BYTES)
        mallopt(_ARENA_MAX, _ARENAS)
