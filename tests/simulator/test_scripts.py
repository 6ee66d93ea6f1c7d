"""When faults strike: counts, texts, kinds, chance; and how a scenario is chosen."""

import asyncio
import contextlib

import httpx
import pytest
from pydantic import ValidationError

from simulator.faults import Fault
from simulator.scenarios import Scenario, named


async def statuses(ask, count, *texts):
    return [(await ask(*texts)).status_code for _ in range(count)]


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ({"times": 2}, [503, 503, 200, 200, 200]),
        ({"skip": 2}, [200, 200, 503, 503, 503]),
        ({"every": 2}, [503, 200, 503, 200, 503]),
        ({"skip": 1, "every": 2, "times": 1}, [200, 503, 200, 200, 200]),
    ],
)
async def test_a_fault_counts_the_calls(play, script, expected):
    played = play(Fault(action="unavailable", **script))
    assert await statuses(played.voice, 5) == expected


async def test_a_fault_can_strike_one_text_only(play):
    played = play(Fault(action="refuse", match="scene three"))
    reasons = [
        (await played.image(f"A bee, scene {number}")).json()["candidates"][0]["finishReason"]
        for number in ("two", "THREE", "four")
    ]
    assert reasons == ["STOP", "IMAGE_SAFETY", "STOP"]


async def test_a_fault_can_strike_one_kind_or_one_model_only(play):
    played = play(
        Fault(action="html_502", kind="voice"),
        Fault(action="unavailable", model="gemini-nano-banana-2.1"),
    )
    answers = [await played.ask(kind) for kind in ("text", "image", "voice")]
    assert [answer.status_code for answer in answers] == [200, 503, 502]


async def test_listings_are_struck_by_name_only(play):
    voices = "/elevenlabs/v2/voices"
    spared, struck = play(Fault(action="reset")), play(Fault(action="html_502", kind="catalogue"))
    assert (await spared.http.get(spared.url + voices)).status_code == 200
    assert (await struck.http.get(struck.url + voices)).status_code == 502


async def test_the_first_fault_that_strikes_wins(play):
    played = play(Fault(action="html_502", times=1), Fault(action="unavailable", times=1))
    assert await statuses(played.voice, 3) == [502, 503, 200]


async def struck_texts(play, seed):
    played = play(Fault(action="unavailable", rate=0.3), seed=seed)
    texts = [f"Topic: number {number}" for number in range(40)]
    async with asyncio.TaskGroup() as group:
        asked = [group.create_task(played.text(text)) for text in texts]
    return [text for text, task in zip(texts, asked, strict=True) if task.result().is_error]


async def test_chance_repeats_itself_whatever_the_order(play):
    first, again, other = [await struck_texts(play, seed) for seed in (7, 7, 8)]
    assert first == again != other
    assert 4 <= len(first) <= 20


async def test_a_retry_throws_the_dice_again(play):
    played = play(Fault(action="unavailable", rate=0.5))
    assert set(await statuses(played.voice, 12)) == {200, 503}


async def test_mixed_faults_strike_about_one_call_in_ten(play):
    played = play(*named("mixed").faults)
    for number in range(120):
        with contextlib.suppress(httpx.ReadError, httpx.RemoteProtocolError):
            await played.text(f"Topic: {number}")
    faults = [row.fault for row in played.bill if row.fault]
    assert 4 <= len(faults) <= 24
    assert len(set(faults)) >= 3


@pytest.mark.parametrize(
    ("name", "action", "value", "times"),
    [
        ("html_502", "html_502", None, None),
        ("html_502.once", "html_502", None, 1),
        ("drift=1.06", "drift", 1.06, None),
        ("drift=1.06.twice", "drift", 1.06, 2),
        ("refuse=IMAGE_OTHER.once", "refuse", "IMAGE_OTHER", 1),
    ],
)
def test_an_action_is_a_scenario_by_its_name(name, action, value, times):
    assert named(name).faults == (Fault(action=action, value=value, times=times),)


def test_unknown_names_and_actions_are_refused():
    assert named("no-such-thing") is None
    with pytest.raises(ValidationError, match="html_502"):
        Scenario(faults=(Fault(action="no-such-action"),))


async def test_a_scenario_is_put_while_running(sim, http):
    name = f"{sim.base_url}/s/put-by-http"
    scenario = {"faults": [{"action": "html_502", "times": 1}], "latency": "instant"}
    assert (await http.put(f"{name}/scenario", json=scenario)).json()["seed"] == 7
    url = f"{name}/gemini/v1beta/models/gemini-3.1-flash-lite:generateContent"
    body = {"contents": [{"parts": [{"text": "x"}]}]}
    assert [(await http.post(url, json=body)).status_code for _ in range(2)] == [502, 200]
    assert (await http.put(f"{name}/scenario", json="unavailable")).status_code == 200
    assert (await http.post(url, json=body)).status_code == 503


@pytest.mark.parametrize("wrong", ['"nothing"', '{"faults": [{"action": "x"}]}', "{", '{"a": 1}'])
async def test_a_wrong_scenario_is_a_422_that_says_why(sim, http, wrong):
    response = await http.put(f"{sim.base_url}/s/wrong/scenario", content=wrong)
    assert response.status_code == 422
    assert response.json()["error"]


async def test_scenarios_and_actions_are_listed(sim, http):
    listed = (await http.get(f"{sim.base_url}/scenarios")).json()
    assert "mixed" in listed["scenarios"]
    assert listed["actions"]["drift"]["kinds"] == ["voice"]
    assert (await http.get(f"{sim.base_url}/scenario")).json()["latency"] == "instant"
    assert (await http.get(f"{sim.base_url}/s/nope/scenario")).status_code == 404
    assert (await http.get(f"{sim.base_url}/healthz")).json() == {"status": "ok"}
