"""Sound in files: what is read is what was written, and length costs no memory."""

import tracemalloc
from pathlib import Path

import numpy as np
import pytest

from media.audio import soundtrack
from media.spool import Gained, Mix, Spool, stretches
from shortfactory.errors import StorageError

RATE_HZ = 48_000


def noise(length, channels=2):
    return np.random.default_rng(length).normal(size=(length, channels)).astype(np.float32)


def test_a_spool_gives_back_what_it_was_given(tmp_path):
    spool, samples = Spool.empty(tmp_path / "a", 1_000, 2), noise(300)
    spool[200:] = samples
    spool[900:] = samples
    assert not spool[:200].any()
    assert np.array_equal(spool[200:500], samples)
    assert np.array_equal(spool[950:5_000], samples[50:100])
    assert np.array_equal(np.concatenate(list(stretches(spool, 3, 77))), spool[3:])


def test_a_sum_under_a_gain_is_the_same_however_it_is_cut(tmp_path):
    wide, narrow = noise(4_801), noise(4_801, 1)
    curve = np.linspace(0.2, 1.4, 101)
    whole = Mix(Gained(wide, curve), Gained(narrow, curve))
    centres = (np.arange(101) + 0.5) * 48
    want = (wide + narrow) * np.interp(np.arange(4_801), centres, curve)[:, None]
    assert np.allclose(whole[:], want, atol=1e-5)
    for length in (1, 47, 1_024):
        parts = [whole[at : at + length] for at in range(0, 480, length)]
        assert np.array_equal(np.concatenate(parts), whole[: len(np.concatenate(parts))])


def test_a_full_disk_is_named():
    spool = Spool(Path("/dev/full"), (100, 1))
    with pytest.raises(StorageError, match=r"full cannot be written: No space left"):
        spool[:] = noise(100, 1)


def test_a_longer_film_needs_no_more_memory_for_its_sound(tmp_path):
    peaks = []
    for seconds in (15, 60):
        folder = tmp_path / str(seconds)
        folder.mkdir()
        tracemalloc.start()
        for _ in stretches(soundtrack([], seconds * RATE_HZ, "calm", 1, folder).mix):
            pass
        peaks.append(tracemalloc.get_traced_memory()[1] / 1e6)
        tracemalloc.stop()
    assert peaks[1] - peaks[0] < 10  # the curves; 45 s of stereo samples alone would be 17
