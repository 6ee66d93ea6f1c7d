"""What the bill says: every request, its true price, and never a key."""

from decimal import Decimal

import pytest

from simulator.bill import Bill
from simulator.faults import Fault

LITE_IN, LITE_OUT = Decimal("0.25") / 1_000_000, Decimal("1.50") / 1_000_000


async def test_text_is_charged_by_the_token(play):
    played = play()
    usage = (await played.text()).json()["usageMetadata"]
    expected = usage["promptTokenCount"] * LITE_IN + usage["candidatesTokenCount"] * LITE_OUT
    assert played.bill[0].usd == expected > 0


async def test_a_picture_costs_a_little_more_than_its_list_price(play):
    played = play()
    usage = (await played.image()).json()["usageMetadata"]
    words = usage["candidatesTokenCount"] - 1120 + usage["thoughtsTokenCount"]
    prompt = usage["promptTokenCount"]
    expected = (1120 * 30 + words * Decimal("7.5") + prompt * Decimal("1.5")) / 1_000_000
    assert played.bill[0].usd == expected
    assert Decimal("0.0336") < expected < Decimal("0.039")


async def test_a_narration_costs_eight_cents_a_thousand_characters(play):
    played = play()
    await played.voice("a" * 850)
    assert played.bill[0].usd == Decimal("0.068")


async def test_speech_costs_by_the_second(play):
    played = play()
    await played.speech("Bees dance in the dark.")
    row = played.bill[0]
    heard_usd = row.units["audio_tokens"] * Decimal("6")
    read_usd = row.units["input_tokens"] * Decimal("0.5")
    assert row.usd == (heard_usd + read_usd) / 10**6


async def test_totals_are_the_sum_of_the_rows(play):
    played = play(Fault(action="unavailable", every=3))
    for kind in ("text", "voice", "speech", "text", "voice", "speech"):
        await played.ask(kind)
    bill = (
        await played.http.get(f"{played.sim.base_url}/bill", params={"scenario": played.name})
    ).json()
    assert bill["requests"] == len(bill["rows"]) == 6
    assert Decimal(bill["total_usd"]) == sum(Decimal(row["usd"]) for row in bill["rows"])
    assert Decimal(bill["total_usd"]) == played.sim.spent_usd(played.name)
    assert sum(map(Decimal, bill["by_model_usd"].values())) == Decimal(bill["total_usd"])
    assert bill["by_outcome"]["ok"] == 4


async def test_requests_are_counted_by_path_and_key(play):
    played = play()
    await played.voice()
    await played.voice()
    played.http.headers["xi-api-key"] = "a-real-key-sent-by-mistake"
    await played.voice()
    url = f"{played.sim.base_url}/requests"
    counted = (await played.http.get(url, params={"scenario": played.name})).json()
    assert counted["total"] == 3
    assert {row["key"]: row["count"] for row in counted["rows"]} == {"accepted": 2, "wrong": 1}
    assert sum(played.sim.requests(played.name).values()) == 3


async def test_keys_are_never_kept(play):
    played = play()
    played.http.headers["x-goog-api-key"] = "a-real-key-sent-by-mistake"
    await played.text()
    bill = (await played.http.get(f"{played.sim.base_url}/bill")).text
    assert "a-real-key" not in bill


async def test_a_row_tells_what_happened(play):
    played = play(Fault(action="drift"))
    response = await played.voice("Bees dance.")
    row = played.bill[0]
    assert (row.kind, row.model, row.text) == ("voice", "eleven_multilingual_v2", "Bees dance.")
    assert (row.http_status, row.outcome, row.fault) == (200, "drift 1.08", "drift")
    assert row.request_id == response.headers["request-id"]
    assert row.seconds > 0


async def test_rejected_requests_are_free(play):
    played = play()
    await played.voice("Hello.", model_id="eleven_v3", previous_text="x")
    await played.generate("gemini-2.5-flash", "x", {})
    assert [(row.http_status, row.usd) for row in played.bill] == [(400, 0), (404, 0)]


@pytest.mark.parametrize("reason", ["SAFETY", "PROHIBITED_CONTENT"])
async def test_a_blocked_prompt_costs_its_prompt(play, reason):
    played = play(Fault(action="block", value=reason))
    await played.text()
    row = played.bill[0]
    assert row.usd == row.units["input_tokens"] * LITE_IN
    assert row.outcome == f"blocked {reason}"


def test_the_bill_can_be_cleared():
    bill = Bill()
    facts = {"scenario": "s", "vendor": "gemini", "kind": "text", "model": "m", "method": "POST"}
    facts |= {"path": "/", "key": "accepted", "http_status": 200, "outcome": "ok"}
    row = bill.add(**facts, usd=Decimal("0.1"), text="x" * 999, started_s=0.0, seconds=0.0)
    assert (row.number, len(row.text)) == (1, 160)
    assert bill.total_usd() == Decimal("0.1")
    bill.clear()
    assert (bill.rows(), bill.total_usd()) == ((), 0)
