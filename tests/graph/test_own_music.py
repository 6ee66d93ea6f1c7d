"""Own music on its way into a run: measured in a worker, kept by its hash, or refused."""

import wave
from decimal import Decimal

import numpy as np
import pytest

from graph.own_music import with_music
from media.render import RenderDoor
from providers.artifacts import FolderStore
from shortfactory.errors import InvalidInput
from shortfactory.order import Order
from shortfactory.story import Topic

TOPIC = Topic(text="Why bees dance", music_licence="own recording")


def order(music):
    return Order(topic=TOPIC, providers="offline", budget_usd=Decimal("0.25"), music=music)


@pytest.fixture(scope="module")
def door():
    opened = RenderDoor(workers=1)
    yield opened
    opened.close()


async def test_music_is_kept_by_its_hash_and_the_file_stays(door, tmp_path):
    song, store = tmp_path / "song.WAV", FolderStore(tmp_path / "store")
    with wave.open(str(song), "wb") as file:
        file.setparams((1, 2, 24_000, 0, "NONE", ""))
        file.writeframes((np.sin(np.arange(48_000) / 12) * 9_000).astype("<i2").tobytes())
    topic = await with_music(order(str(song)), TOPIC, store, door)
    assert await store.read(topic.music) == song.read_bytes()
    assert (await store.path(topic.music)).suffix == ".wav"
    assert topic.music_licence == "own recording"


async def test_corrupt_music_is_refused_and_nothing_is_kept(door, tmp_path):
    song, store = tmp_path / "song.mp3", FolderStore(tmp_path / "store")
    song.write_bytes(b"ID3" + bytes(range(256)) * 40)
    with pytest.raises(InvalidInput, match=r"music .* cannot be used: Give a WAV"):
        await with_music(order(str(song)), TOPIC, store, door)
    assert not (tmp_path / "store").exists()


async def test_without_music_nothing_is_asked(tmp_path):
    store = FolderStore(tmp_path / "store")
    assert await with_music(order(None), TOPIC, store, RenderDoor(workers=1)) == TOPIC
