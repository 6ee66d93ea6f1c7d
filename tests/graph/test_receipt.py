"""The receipt of a finished short is the ledger, and the ledger is what the vendors bill."""

import json
from decimal import Decimal

import pytest

from shortfactory.money import CENT
from shortfactory.order import Order
from shortfactory.story import Topic
from simulator.scenarios import Scenario

TOPIC = Topic(text="Why bees dance", seconds=8, scenes=2)
MILLIONTH = Decimal("0.000001")  # to which the ledger rounds each call up

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def made(factory):
    """A finished short on the simulator's vendors, and its receipt."""
    order = Order(topic=TOPIC, providers="simulator", budget_usd=Decimal(1), approve="auto")
    run = await factory.work((await factory.start(order)).id)
    assert run.status == "done", run.reason
    short = await factory.show(run.id)
    path = await factory.store.path(short.package["receipt.json"])
    return short, json.loads(path.read_text())


async def test_receipt_ledger_and_bill_agree_to_the_cent(workshop, simulator, line_settings):
    simulator.set(Scenario(pictures=4))
    simulator.clear()
    short, receipt = await made(workshop.factory(line_settings))
    told = [
        (call["key"], call["node"], call["scene"], Decimal(call["cost_usd"]))
        for call in receipt["calls"]
    ]
    assert told == [(row.call_key, row.node, row.scene, row.spent_usd) for row in short.calls]
    spent_usd, bill_usd = Decimal(receipt["spent_usd"]), simulator.spent_usd()
    assert spent_usd == short.spent_usd == sum(cost for *_, cost in told)
    assert 0 <= spent_usd - bill_usd <= len(told) * MILLIONTH
    assert spent_usd.quantize(CENT) == bill_usd.quantize(CENT) > 0
