"""A scenario while it runs: its faults, its accounts, and the path every request takes."""

from __future__ import annotations

import asyncio
import json
import math
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import partial

from starlette.requests import Request
from starlette.responses import Response

from simulator import latency
from simulator.account import Account
from simulator.batches import Batch
from simulator.bill import Bill
from simulator.delivery import silence
from simulator.elevenlabs_errors import key_invalid as elevenlabs_key_invalid
from simulator.elevenlabs_errors import key_missing as elevenlabs_key_missing
from simulator.faults import Deck, Fault
from simulator.gemini_errors import key_invalid, key_missing
from simulator.pictures import Studio
from simulator.scenarios import ACTIONS, KINDS, Scenario
from simulator.wire import Answer, Call, Rejected, Vendor

KEY = "simulator"
HEADERS: Mapping[Vendor, str] = {"gemini": "x-goog-api-key", "elevenlabs": "xi-api-key"}
Work = Callable[[Call], Awaitable[Answer]]


@dataclass(frozen=True)
class Visit:
    """One arrival: who asks for what, and when."""

    request: Request
    vendor: Vendor
    key: str
    started_s: float

    @classmethod
    def of(cls, request: Request, vendor: Vendor) -> Visit:
        """Judge the key without keeping it."""
        given = request.headers.get(HEADERS[vendor]) or (
            request.query_params.get("key") if vendor == "gemini" else None
        )
        key = "missing" if not given else "accepted" if given == KEY else "wrong"
        return cls(request, vendor, key, time.monotonic())

    def check_key(self) -> None:
        """Refuse a missing or wrong key as the vendor does.

        Raises:
            Rejected: the key is not the one that the simulator accepts.
        """
        google = self.vendor == "gemini"
        if self.key == "missing":
            raise Rejected(key_missing() if google else elevenlabs_key_missing())
        if self.key == "wrong":
            raise Rejected(key_invalid() if google else elevenlabs_key_invalid())


class Stage:
    """One scenario's run, with its own counters and credits; bill and studio are shared."""

    def __init__(self, name: str, scenario: Scenario, bill: Bill, studio: Studio) -> None:
        """Start the scenario from its beginning."""
        self.name, self.scenario, self.bill = name, scenario, bill
        self.deck = Deck(scenario.faults, KINDS, scenario.seed)
        self.account = Account(scenario.credits, scenario.concurrency)
        self.draw = partial(studio.draw, pool=scenario.pictures)
        self.batches: dict[str, Batch] = {}

    async def serve(
        self, visit: Visit, read: Callable[[], Awaitable[Call]], work: Work
    ) -> Response:
        """Check, strike or work, wait, charge, answer: every paid request goes this way."""
        call, fault = Call(visit.vendor, "catalogue", ""), None
        places: dict[str, str] = {}
        try:
            visit.check_key()
            call = await read()
            with self._place(call) as places:
                fault = self.deck.draw(call)
                answer = await self._in_time(visit, call, fault, work)
        except Rejected as rejected:
            answer = rejected.answer
        self.charge(visit, call, fault, answer)
        return _response(answer, places)

    async def made(self, call: Call, fault: Fault | None, work: Work) -> Answer:
        """The vendor's answer, or what the fault puts in its place or does to it."""
        action = ACTIONS[fault.action] if fault else None
        if fault and action and action.instead:
            return action.instead(fault, call)
        answer = await work(call)
        if fault and action and action.damage and answer.outcome == "ok":
            action.damage(fault, call, answer)
        return answer

    def seconds(self, call: Call) -> float:
        """How long this vendor takes for this call; infinite when it is stuck."""
        chance = self.deck.chance("latency", call)
        return latency.seconds(self.scenario.latency, call.kind, chance)

    def charge(self, visit: Visit, call: Call, fault: Fault | None, answer: Answer) -> None:
        """Write the request on the bill."""
        now_s = time.monotonic()
        self.bill.add(
            scenario=self.name,
            vendor=visit.vendor,
            kind=call.kind,
            model=call.model,
            method=visit.request.method,
            path=visit.request.url.path,
            key=visit.key,
            text=call.text,
            target=call.target,
            http_status=answer.status,
            outcome=answer.outcome,
            fault=fault.action if fault else "",
            units=answer.units,
            usd=answer.usd,
            request_id=answer.headers.get("request-id") or answer.reply.get("responseId", ""),
            item_id=answer.headers.get("history-item-id", ""),
            at_unix_s=time.time(),
            started_s=visit.started_s,
            seconds=now_s - visit.started_s,
        )

    def _place(self, call: Call) -> AbstractContextManager[dict[str, str]]:
        nothing: dict[str, str] = {}
        return self.account.slot(call) if call.kind == "voice" else nullcontext(nothing)

    async def _in_time(self, visit: Visit, call: Call, fault: Fault | None, work: Work) -> Answer:
        patience_s = self.seconds(call)
        if patience_s == math.inf:
            return Answer(deliver=silence, outcome="stuck")
        answer = await self.made(call, fault, work)
        await asyncio.sleep(max(0.0, visit.started_s + patience_s - time.monotonic()))
        return answer


def _response(answer: Answer, places: Mapping[str, str]) -> Response:
    content = answer.reply if answer.listed is None else answer.listed
    body = json.dumps(content, separators=(",", ":")).encode()
    headers = {**answer.headers, **places}
    if answer.deliver:
        return answer.deliver(body, headers)
    return Response(body, answer.status, headers, "application/json; charset=UTF-8")
