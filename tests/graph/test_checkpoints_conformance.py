"""The saver as we configure it passes LangGraph's own conformance suite, and builds no class."""

from uuid import uuid4

import ormsgpack
import pytest
from langgraph.checkpoint.conformance import checkpointer_test, validate
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer

from graph.checkpoints import saver
from shortfactory.story import Topic

TABLES = "checkpoints, checkpoint_blobs, checkpoint_writes"


async def test_the_saver_passes_the_conformance_suite(database):
    @checkpointer_test(name="ShortFactory on Postgres")
    async def ours():
        async with database.pool.connection() as connection:
            await connection.execute(f"truncate {TABLES}")
        yield saver(database.pool)

    report = await validate(ours)
    assert report.passed_all_base(), report


async def test_a_class_in_a_checkpoint_stays_plain_data(database):
    permissive = JsonPlusSerializer(allowed_msgpack_modules=True)
    stored = permissive.dumps_typed({"topic": Topic(text="Bees")})
    back = saver(database.pool).serde.loads_typed(stored)
    assert not isinstance(back["topic"], Topic)


async def test_json_comes_back_unchanged(database):
    serde = saver(database.pool).serde
    value = {"scenes": [{"n": 1, "words": ["é", "蜂"], "cost": "0.0123"}], "none": None, "f": 1.5}
    assert serde.loads_typed(serde.dumps_typed(value)) == value


async def test_two_runs_do_not_see_each_other(database):
    from langgraph.checkpoint.base import empty_checkpoint

    ours = saver(database.pool)
    first, second = (
        {"configurable": {"thread_id": str(uuid4()), "checkpoint_ns": ""}} for _ in range(2)
    )
    await ours.aput(first, empty_checkpoint(), {}, {})
    assert await ours.aget_tuple(first) is not None
    assert await ours.aget_tuple(second) is None


def test_the_serializer_never_falls_back_to_pickle():
    with pytest.raises((TypeError, ormsgpack.MsgpackEncodeError)):
        JsonPlusSerializer(allowed_msgpack_modules=None).dumps_typed({"x": lambda: None})
