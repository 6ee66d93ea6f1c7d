"""The one door: what is asked of the vendor, what is paid, and what is found again."""

import asyncio
import io
import wave
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from providers.ports import Usage
from providers.ratelimit import CallLimits
from shortfactory.errors import (
    AccountProblem,
    BudgetExceeded,
    ContentRefused,
    MalformedReply,
    ModelGone,
    ProviderDown,
    ProviderTimeout,
    RateLimited,
    RequestRejected,
    StorageError,
)

TEXT = "gemini:gemini-3.1-flash-lite"
IMAGE = "gemini:gemini-nano-banana-2.1"
VOICE = "elevenlabs:eleven_multilingual_v2"
TEXT_USD, PICTURE_USD, VOICE_USD = Decimal("0.003250"), Decimal("0.036129"), Decimal("0.000880")


async def test_a_text_is_written_paid_and_stored(gateway, ledger, store, ask, pay):
    written = await gateway.write(TEXT, ask.text(), pay())
    assert written.text == '{"a": 1}'
    assert (written.call.cost_usd, written.call.cached, written.call.attempts) == (
        TEXT_USD,
        False,
        1,
    )
    assert await store.read(written.sha256) == b'{"a": 1}'
    [row] = await ledger.rows("run-1")
    assert (row.status, row.spent_usd, row.node, row.scene) == ("settled", TEXT_USD, "draw", 1)


async def test_a_picture_is_priced_by_modality(gateway, ask, pay):
    picture = await gateway.draw(IMAGE, ask.picture(), pay())
    assert picture.call.cost_usd == PICTURE_USD
    assert (picture.width_px, picture.height_px, picture.media_type) == (768, 1376, "image/jpeg")


async def test_a_narration_is_kept_as_wav(gateway, store, ask, pay):
    narration = await gateway.speak(VOICE, ask.voice(), pay())
    with wave.open(io.BytesIO(await store.read(narration.sha256))) as file:
        assert (file.getframerate(), file.getnchannels(), file.getnframes()) == (24_000, 1, 2400)
    assert (narration.duration_ms, narration.words[0].text) == (100, "Hello")
    assert narration.call.cost_usd == VOICE_USD


async def test_the_same_call_again_is_free_and_says_so(gateway, vendors, ledger, ask, pay):
    first = await gateway.draw(IMAGE, ask.picture(), pay())
    again = await gateway.draw(IMAGE, ask.picture(), pay(run_id="run-2"))
    assert (again.sha256, again.call.cached, again.call.cost_usd) == (first.sha256, True, 0)
    assert len(vendors.image.requests) == 1
    [row] = await ledger.rows("run-2")
    assert (row.status, row.spent_usd, row.saved_usd) == ("cached", 0, PICTURE_USD)


async def test_other_words_are_another_call(gateway, vendors, ask, pay):
    await gateway.draw(IMAGE, ask.picture("A bee"), pay())
    await gateway.draw(IMAGE, ask.picture("A bee", variation=1), pay())
    assert len(vendors.image.requests) == 2


async def test_a_simulated_result_is_never_found_by_a_live_run(gateway, catalog, vendors, ask, pay):
    catalog.where = "simulator"
    await gateway.draw(IMAGE, ask.picture(), pay())
    catalog.where = "live"
    live = await gateway.draw(IMAGE, ask.picture(), pay())
    assert not live.call.cached
    assert len(vendors.image.requests) == 2


async def test_a_lost_artifact_is_made_again(gateway, store, vendors, ask, pay):
    first = await gateway.draw(IMAGE, ask.picture(), pay())
    (await store.path(first.sha256)).unlink()
    again = await gateway.draw(IMAGE, ask.picture(), pay())
    third = await gateway.draw(IMAGE, ask.picture(), pay())
    assert (again.call.cached, third.call.cached, len(vendors.image.requests)) == (False, True, 2)


async def test_two_identical_calls_at_once_are_one_request(
    gateway, vendors, ledger, ask, pay, at_once
):
    both = await at_once(*(gateway.draw(IMAGE, ask.picture(), pay()) for _ in range(5)))
    assert len(vendors.image.requests) == 1
    assert sorted(one.call.cached for one in both) == [False, True, True, True, True]
    assert await ledger.spent("run-1") == PICTURE_USD


@pytest.mark.parametrize("failure", [RateLimited, ProviderDown, ProviderTimeout])
async def test_waiting_cures_what_waiting_can_cure(gateway, vendors, ledger, ask, pay, failure):
    vendors.image.script.extend([failure("wait"), failure("wait")])
    picture = await gateway.draw(IMAGE, ask.picture(), pay())
    assert (picture.call.attempts, len(vendors.image.requests)) == (3, 3)
    assert [row.status for row in await ledger.rows("run-1")] == ["released", "released", "settled"]
    assert await ledger.spent("run-1") == PICTURE_USD


@pytest.mark.parametrize(
    "failure",
    [AccountProblem, ContentRefused, MalformedReply, RequestRejected, ModelGone],
)
async def test_nothing_else_is_asked_twice(gateway, vendors, ledger, ask, pay, failure):
    vendors.image.script.append(failure("no"))
    with pytest.raises(failure):
        await gateway.draw(IMAGE, ask.picture(), pay())
    assert len(vendors.image.requests) == 1
    assert await ledger.spent("run-1") == 0


async def test_a_retry_is_logged_and_prints_nothing(gateway, vendors, ask, pay, caplog, capsys):
    vendors.image.script.append(ProviderDown("down"))
    await gateway.draw(IMAGE, ask.picture("my secret prompt"), pay())
    [record] = [record for record in caplog.records if record.name == "shortfactory.calls"]
    assert (record.action, "ProviderDown" in record.message) == ("retry_call", True)
    assert "secret" not in record.message
    assert capsys.readouterr() == ("", "")


async def test_attempts_end(gateway, vendors, ledger, ask, pay):
    vendors.image.script.extend(ProviderDown("down") for _ in range(10))
    with pytest.raises(ProviderDown):
        await gateway.draw(IMAGE, ask.picture(), pay())
    assert len(vendors.image.requests) == 4
    assert await ledger.spent("run-1") == 0


async def test_the_vendors_delay_is_obeyed(gateway, vendors, ask, pay):
    vendors.image.script.append(RateLimited("slow", retry_after_s=0.3))
    started = asyncio.get_running_loop().time()
    await gateway.draw(IMAGE, ask.picture(), pay())
    assert asyncio.get_running_loop().time() - started >= 0.3


async def test_a_delay_past_the_deadline_is_not_waited_for(gateway, vendors, ask, pay):
    vendors.image.script.append(RateLimited("slow", retry_after_s=60))
    with pytest.raises(RateLimited):
        await gateway.draw(IMAGE, ask.picture(), pay())
    assert len(vendors.image.requests) == 1


async def test_a_failure_that_was_billed_is_paid_for(gateway, vendors, ledger, ask, pay):
    units = {"input_tokens": 100, "image_tokens": 0, "text_tokens": 240}
    vendors.image.script.append(ContentRefused("no", billed=True, units=units))
    with pytest.raises(ContentRefused):
        await gateway.draw(IMAGE, ask.picture(), pay())
    [row] = await ledger.rows("run-1")
    assert (row.status, row.spent_usd, row.flagged) == ("settled", Decimal("0.001950"), "")


async def test_a_failure_that_may_be_billed_counts_at_its_worst(gateway, vendors, ledger, ask, pay):
    vendors.image.script.append(ProviderTimeout("late", billed=True))
    await gateway.draw(IMAGE, ask.picture(), pay())
    lost, settled = await ledger.rows("run-1")
    assert (lost.status, lost.spent_usd) == ("lost", lost.reserved_usd)
    assert "may have been billed" in lost.flagged
    assert settled.status == "settled"


async def test_a_mistake_of_ours_after_sending_is_not_freed(gateway, vendors, ledger, ask, pay):
    vendors.image.script.append(KeyError("bug"))
    with pytest.raises(KeyError):
        await gateway.draw(IMAGE, ask.picture(), pay())
    assert [row.status for row in await ledger.rows("run-1")] == ["lost"]


async def test_a_retry_needs_its_own_money(gateway, vendors, ledger, ask, pay):
    vendors.image.script.append(ProviderTimeout("late", billed=True))
    with pytest.raises(BudgetExceeded) as caught:
        await gateway.draw(IMAGE, ask.picture(), pay(budget_usd="0.06"))
    assert caught.value.limit == "short"
    assert len(vendors.image.requests) == 1


async def test_no_money_no_call(gateway, vendors, ask, pay):
    with pytest.raises(BudgetExceeded) as caught:
        await gateway.draw(IMAGE, ask.picture(), pay(budget_usd="0.01"))
    assert (caught.value.left_usd, vendors.image.requests) == (Decimal("0.01"), [])


async def test_no_ledger_no_call(gateway, database, vendors, ask, pay):
    await database.pool.close()
    with pytest.raises(StorageError):
        await gateway.draw(IMAGE, ask.picture(), pay())
    assert vendors.image.requests == []


@pytest.mark.parametrize(
    "units",
    [
        {},
        {"image_tokens": None, "text_tokens": 3, "input_tokens": 1},
        {"image_tokens": -5, "text_tokens": 3, "input_tokens": 1},
        {"image_tokens": 10**15, "text_tokens": 3, "input_tokens": 1},
    ],
)
async def test_useless_usage_settles_at_the_reservation(
    gateway, vendors, usual, ledger, ask, pay, units
):
    reply = usual.picture.model_copy(update={"usage": Usage(units=units)})
    vendors.image.script.append(reply)
    picture = await gateway.draw(IMAGE, ask.picture(), pay())
    [row] = await ledger.rows("run-1")
    assert row.spent_usd == row.reserved_usd == picture.call.cost_usd
    assert row.flagged
    assert picture.call.flagged == row.flagged


async def test_usage_beyond_the_worst_case_is_kept_for_a_person(
    gateway, vendors, usual, ledger, ask, pay
):
    units = {"image_tokens": 3360, "text_tokens": 0, "input_tokens": 0}
    vendors.image.script.append(usual.picture.model_copy(update={"usage": Usage(units=units)}))
    await gateway.draw(IMAGE, ask.picture(), pay())
    [row] = await ledger.rows("run-1")
    assert (row.spent_usd, row.claimed_usd) == (row.reserved_usd, Decimal("0.100800"))


async def test_a_reply_that_is_too_large_is_refused_and_paid(
    open_gateway, patience, ledger, vendors, usual, ask, pay
):
    gateway = open_gateway(settings=patience.model_copy(update={"largest_reply_bytes": 1024}))
    vendors.image.script.append(usual.picture.model_copy(update={"data": b"x" * 2000}))
    with pytest.raises(MalformedReply, match="2,000 bytes"):
        await gateway.draw(IMAGE, ask.picture(), pay())
    assert await ledger.spent("run-1") == PICTURE_USD


async def test_a_price_that_rises_while_a_call_waits_is_the_price_paid(
    gateway, vendors, catalog, clock, usual, ledger, ask, pay
):
    flash = "gemini:gemini-3.8-flash"
    catalog.vendors[flash] = vendors.text
    clock.now = datetime(2026, 12, 31, 23, 59, 59, tzinfo=UTC)
    reserved = ledger.sending

    async def over_midnight(*facts):
        await reserved(*facts)
        clock.now = datetime(2027, 1, 1, tzinfo=UTC)

    ledger.sending = over_midnight
    written = await gateway.write(flash, ask.text(), pay())
    assert written.call.cost_usd == Decimal("0.0165")
    [row] = await ledger.rows("run-1")
    assert str(row.day) == "2026-12-31"


async def test_a_vendor_that_hangs_is_left_at_the_deadline(
    open_gateway, patience, ledger, vendors, ask, pay
):
    gateway = open_gateway(settings=patience.model_copy(update={"deadline_s": 1}))
    vendors.image.script.append(lambda: asyncio.sleep(60))
    with pytest.raises(ProviderTimeout):
        await gateway.draw(IMAGE, ask.picture(), pay())
    assert [row.status for row in await ledger.rows("run-1")] == ["lost"]


async def test_waiting_for_ones_turn_is_not_the_vendors_slowness(
    open_gateway, patience, catalog, vendors, usual, ask, pay, at_once
):
    async def slowly():
        await asyncio.sleep(0.3)
        return usual.picture

    catalog.allowed[IMAGE] = CallLimits(name=IMAGE, at_once=1)
    vendors.image.script.extend([slowly] * 8)
    gateway = open_gateway(settings=patience.model_copy(update={"deadline_s": 2}))
    drawn = await at_once(*(gateway.draw(IMAGE, ask.picture(f"{n}"), pay()) for n in range(8)))
    assert [one.call.attempts for one in drawn] == [1] * 8


async def test_a_vendors_concurrency_reaches_the_limiter(
    gateway, catalog, vendors, usual, ask, pay, at_once
):
    catalog.allowed[VOICE] = CallLimits(name="elevenlabs", at_once=1)
    await gateway.speak(VOICE, ask.voice(), pay())
    both_inside = asyncio.Barrier(2)

    async def together():
        await both_inside.wait()
        return usual.voice

    vendors.voice.script.extend([together, together])
    catalog.observe("elevenlabs", 2)
    spoken = await at_once(
        *(gateway.speak(VOICE, ask.voice(text), pay()) for text in ("one", "two"))
    )
    assert [one.call.attempts for one in spoken] == [1, 1]


async def test_an_open_circuit_asks_nobody(open_gateway, patience, vendors, ledger, ask, pay):
    settings = patience.model_copy(update={"breaker_failures": 3, "breaker_rest_s": 60})
    gateway = open_gateway(settings=settings)
    vendors.image.script.extend(ProviderDown("down") for _ in range(10))
    for _ in range(2):
        with pytest.raises(ProviderDown):
            await gateway.draw(IMAGE, ask.picture(), pay())
    assert len(vendors.image.requests) == 3
    assert await ledger.spent("run-1") == 0


async def test_hanging_opens_the_circuit_too(open_gateway, patience, vendors, ask, pay):
    changes = {"breaker_failures": 1, "breaker_rest_s": 60, "deadline_s": 0.1}
    gateway = open_gateway(settings=patience.model_copy(update=changes))
    vendors.image.script.append(lambda: asyncio.sleep(60))
    with pytest.raises(ProviderTimeout):
        await gateway.draw(IMAGE, ask.picture(), pay())
    with pytest.raises(ProviderDown, match="not asked for now"):
        await gateway.draw(IMAGE, ask.picture(), pay())


async def test_a_circuit_closes_after_its_rest(open_gateway, patience, vendors, ask, pay):
    settings = patience.model_copy(
        update={"attempts": 1, "breaker_failures": 1, "breaker_rest_s": 0.05}
    )
    gateway = open_gateway(settings=settings)
    vendors.image.script.append(ProviderDown("down"))
    with pytest.raises(ProviderDown):
        await gateway.draw(IMAGE, ask.picture(), pay())
    await asyncio.sleep(0.06)
    assert not (await gateway.draw(IMAGE, ask.picture(), pay())).call.cached


async def test_references_are_handed_over(gateway, store, vendors, ask, pay):
    sha256 = await store.put(b"the cast", ".jpg")
    await gateway.draw(IMAGE, ask.picture(references=(sha256,)), pay())
    assert vendors.image.requests[0].references == (sha256,)


async def test_a_missing_reference_costs_nothing(gateway, ledger, ask, pay):
    with pytest.raises(StorageError, match="missing"):
        await gateway.draw(IMAGE, ask.picture(references=("0" * 64,)), pay())
    assert await ledger.rows("run-1") == ()
