"""Running the simulator: in a test, and as a program."""

import signal
import socket
import statistics
import subprocess
import sys
import time
from random import Random

import httpx
import pytest

from shortfactory.errors import InvalidInput
from simulator import latency
from simulator.house import UnknownScenario
from simulator.scenarios import Scenario
from simulator.server import Simulator, serve

BODY = {"contents": [{"parts": [{"text": "x"}]}]}
LITE = "/v1beta/models/gemini-3.1-flash-lite:generateContent"
KEY = {"x-goog-api-key": Simulator.key}


async def test_two_simulators_run_side_by_side():
    async with Simulator("html_502") as one, Simulator() as two, httpx.AsyncClient() as http:
        urls = (one.gemini_url, two.gemini_url)
        answers = [await http.post(url + LITE, json=BODY, headers=KEY) for url in urls]
        assert [answer.status_code for answer in answers] == [502, 200]
        assert (len(one.bill()), len(two.bill())) == (1, 1)
        assert one.spent_usd() == 0 < two.spent_usd()


async def test_the_scenario_can_change_and_the_bill_goes_on():
    async with Simulator() as sim, httpx.AsyncClient(headers=KEY) as http:
        await http.post(sim.gemini_url + LITE, json=BODY)
        assert sim.set(Scenario(), "mine") == sim.at("mine")
        sim.set("unavailable.once")
        again = [await http.post(sim.gemini_url + LITE, json=BODY) for _ in range(2)]
        assert [answer.status_code for answer in again] == [503, 200]
        assert sim.requests() == {f"/gemini{LITE}": 3}
        await http.delete(f"{sim.base_url}/bill")
        assert sim.bill() == ()


async def test_a_stuck_client_does_not_hold_the_server_up():
    async with Simulator("stuck") as sim, httpx.AsyncClient(headers=KEY) as http:
        with pytest.raises(httpx.ReadTimeout):
            await http.post(sim.gemini_url + LITE, json=BODY, timeout=httpx.Timeout(20, read=0.5))
    assert sim.bill()[0].outcome == "stuck"


def test_an_unknown_scenario_names_the_known_ones():
    with pytest.raises(UnknownScenario, match="mixed"):
        Simulator("no-such-scenario")
    with pytest.raises(InvalidInput, match="mixed"):
        serve(scenario="no-such-scenario")


def test_a_taken_port_is_said():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(InvalidInput, match="free one"):
            serve(port=port)


def test_it_runs_as_a_program_until_interrupted():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    code = f"from simulator.server import serve; serve(port={port}, scenario='unavailable.once')"
    process = subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.PIPE, text=True)
    try:
        url = f"http://127.0.0.1:{port}"
        transport = httpx.HTTPTransport(retries=12)
        with httpx.Client(transport=transport, headers=KEY, timeout=20) as http:
            statuses = [http.post(f"{url}/gemini{LITE}", json=BODY).status_code for _ in range(2)]
        process.send_signal(signal.SIGINT)
        log = process.communicate(timeout=20)[1]
    finally:
        process.kill()
    assert statuses == [503, 200]
    assert process.returncode == 0
    assert "503 Service Unavailable" in log
    assert f"http://127.0.0.1:{port}/gemini" in log


@pytest.mark.parametrize("port", [-1, 70_000])
def test_a_port_that_cannot_be_is_refused(port):
    with pytest.raises(InvalidInput, match="65535"):
        serve(port=port)


def drawn(profile, kind, count=2_000):
    dice = Random(7)
    return [latency.seconds(profile, kind, dice) for _ in range(count)]


@pytest.mark.parametrize("kind", latency.USUAL_S)
def test_usual_latencies_lie_where_the_profile_says(kind):
    low_s, high_s = latency.USUAL_S[kind]
    found = drawn("usual", kind)
    within = sum(low_s <= second <= high_s for second in found) / len(found)
    assert 0.86 < within < 0.94
    assert low_s / 2 <= min(found) <= max(found) <= high_s * 2


def test_profiles_are_ordered():
    assert set(drawn("instant", "image")) == {0.0}
    assert statistics.mean(drawn("slow", "text")) > 3 * statistics.mean(drawn("usual", "text"))
    assert drawn("stuck", "text", 1) == [float("inf")]


async def test_latency_is_waited_for(play):
    played = play(latency="usual")
    started_s = time.monotonic()
    await played.voice("A bee.")
    assert 0.75 <= played.bill[0].seconds <= time.monotonic() - started_s
