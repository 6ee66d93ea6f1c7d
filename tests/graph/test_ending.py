"""A task that loses its first cancel is ended all the same."""

import asyncio

from graph.ending import end


async def deaf():
    """Swallows one cancel, as Python 3.11's wait_for does, and goes on."""
    try:
        await asyncio.sleep(60)
    except asyncio.CancelledError:
        await asyncio.sleep(60)


async def test_a_lost_cancel_is_repeated():
    task = asyncio.create_task(deaf())
    await asyncio.sleep(0)
    await asyncio.wait_for(end(task, ask_again_s=0.02), 5)
    assert task.cancelled()


async def test_what_is_over_already_is_left_alone():
    async def failed():
        raise ValueError("said why")

    task = asyncio.create_task(failed())
    await asyncio.wait({task})
    await end(task)
    assert str(task.exception()) == "said why"
