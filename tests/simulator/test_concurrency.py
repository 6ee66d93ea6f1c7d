"""The places of an ElevenLabs account, counted while requests truly run."""

import asyncio
from collections import Counter

from simulator.faults import Fault

LONG = "Bees dance in the dark, and every step is a map to the flowers. " * 6


async def at_once(count, ask):
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(ask()) for _ in range(count)]
    return [task.result() for task in tasks]


async def test_no_more_run_than_there_are_places(play):
    played = play(concurrency=3)
    answers = await at_once(9, lambda: played.voice(LONG))
    counted = Counter(answer.status_code for answer in answers)
    assert counted[200] >= 3
    assert counted[429] >= 1
    current = [int(a.headers["current-concurrent-requests"]) for a in answers if a.is_success]
    assert max(current) == 3


async def test_too_many_is_said_in_both_spellings(play):
    played = play(concurrency=1)
    answers = await at_once(4, lambda: played.voice(LONG))
    refused = next(answer for answer in answers if answer.status_code == 429)
    detail = refused.json()["detail"]
    assert detail["code"] == "concurrent_limit_exceeded"
    assert detail["status"] == "too_many_concurrent_requests"
    assert "maximum of 1" in detail["message"]


async def test_a_place_is_free_again_afterwards(play):
    played = play(Fault(action="unavailable", times=1), concurrency=1)
    answers = [(await played.voice()).status_code for _ in range(3)]
    assert answers == [503, 200, 200]


async def test_quick_and_slow_models_do_not_share_places(play):
    played = play(concurrency=1)
    models = iter(["eleven_multilingual_v2", "eleven_flash_v2_5", "eleven_flash_v2_5"])
    answers = await at_once(3, lambda: played.voice(LONG, model_id=next(models)))
    assert [answer.status_code for answer in answers] == [200, 200, 200]


async def test_gemini_has_no_places(play):
    played = play(concurrency=1)
    answers = await at_once(5, played.speech)
    assert {answer.status_code for answer in answers} == {200}
