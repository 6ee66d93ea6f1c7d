"""Texts that one machine wrote are found by another; nothing depends on Redis."""

import hashlib
import json

import pytest

from providers.artifacts import FolderStore
from providers.redis_texts import KEEP_S, LARGEST_BYTES, SharedTexts

KEY = "ab" * 32
NAME = f"shortfactory:text:{KEY}"
TEXT = '{"title": "Bees – ñandú"}'.encode()


@pytest.fixture
async def machines(new_door, tmp_path):
    """Two machines with a folder each."""
    return [SharedTexts(FolderStore(tmp_path / name), await new_door()) for name in ("a", "b")]


async def write(store, data=TEXT, kind="text"):
    sha256 = await store.put(data, ".json")
    record = {"kind": kind, "sha256": sha256, "entry": "7", "cost_usd": "0.01", "units": {"x": 1}}
    await store.remember(KEY, record)
    return record


async def test_another_machine_finds_the_text_and_its_record(machines):
    record = await write(machines[0])
    assert await machines[1].recall(KEY) == record
    assert await machines[1].read(record["sha256"]) == TEXT
    assert (await machines[1].path(record["sha256"])).exists()


async def test_what_was_found_stays_here(machines, server):
    record = await write(machines[0])
    await machines[1].recall(KEY)
    server.kill()
    assert await machines[1].recall(KEY) == record


@pytest.mark.parametrize("kind", ["image", "voice"])
async def test_pictures_and_sound_are_not_shared(machines, kind):
    await write(machines[0], kind=kind)
    assert await machines[1].recall(KEY) is None


async def test_a_text_too_large_is_not_shared(machines):
    await write(machines[0], b"x" * (LARGEST_BYTES + 1))
    assert await machines[1].recall(KEY) is None


async def test_a_text_is_forgotten_in_time_and_when_told(machines, new_door):
    door = await new_door()
    await write(machines[0])
    assert 0 < await door.ask(lambda redis: redis.ttl(NAME)) <= KEEP_S
    await machines[0].forget(KEY)
    assert await machines[1].recall(KEY) is None


RECORD = {"kind": "text", "sha256": hashlib.sha256(TEXT).hexdigest()}
DAMAGED = [
    json.dumps({"record": RECORD, "text": "something else"}),
    json.dumps({"record": RECORD}),
    json.dumps([RECORD]),
    "{",
    b"\xff\xfe",
]


@pytest.mark.parametrize("damaged", DAMAGED)
async def test_what_is_damaged_counts_as_none(machines, new_door, damaged):
    await (await new_door()).ask(lambda redis: redis.set(NAME, damaged))
    assert await machines[0].recall(KEY) is None


async def test_redis_away_costs_a_find_and_no_failure(machines, server):
    server.kill()
    record = await write(machines[0])
    assert await machines[0].recall(KEY) == record
    assert await machines[1].recall(KEY) is None
    await machines[0].forget(KEY)
    assert await machines[0].recall(KEY) is None
