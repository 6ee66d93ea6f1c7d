"""A tenant of the service: orders, approves and follows over HTTP with a key of its own."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx

from bench.fleet import Fleet
from shortfactory.story import MIN_SECONDS

POLL_S = 0.5
ENDED = ("done", "failed", "rejected", "cancelled", "parked", "waiting_budget")
FOLLOWED = 2  # of a tenant's shorts, so many are followed by their events
THINGS = ("bees", "owls", "tides", "clocks", "bridges", "kites", "ferns", "comets", "rivers")


class Refused(Exception):
    """The service answered with what no client should get."""


@dataclass
class Tenant:
    """What one tenant did and saw."""

    name: str
    http: httpx.AsyncClient
    shorts: list[str] = field(default_factory=list[str])
    status: dict[str, str] = field(default_factory=dict[str, str])
    approved: set[str] = field(default_factory=set[str])
    away: int = 0
    """How often the service said that it is not available now, and when to ask again."""
    told: dict[str, list[int]] = field(default_factory=dict[str, list[int]])
    """The ids of all events that a follower got, in order."""
    followed_again: int = 0

    async def ask(self, method: str, path: str, **given: Any) -> httpx.Response:
        """Ask until the service is available.

        Raises:
            Refused: any answer but 2xx, and 503 as it should be.
        """
        while True:
            answer = await self.http.request(method, path, **given)
            if answer.is_success:
                return answer
            await self._wait(answer, await answer.aread())

    async def _wait(self, answer: httpx.Response, body: bytes) -> None:
        """Wait as long as the service asks for; 503 as a problem document and nothing else."""
        kind, after = (answer.headers.get(name, "") for name in ("content-type", "retry-after"))
        if answer.status_code != 503 or "problem+json" not in kind or not after.isdigit():
            raise Refused(f"{answer.request.url}: {answer.status_code} {kind} {body[:300]!r}")
        self.away += 1
        await asyncio.sleep(int(after))

    async def order(self, number: int, scenes: int) -> None:
        """Order one short of three seconds a scene; every fourth is approved by hand."""
        topic = f"Why {THINGS[number % len(THINGS)]} matter to {self.name}, story {number}"
        form = {
            "topic": topic,
            "seconds": max(MIN_SECONDS, 3 * scenes),
            "scenes": scenes,
            "providers": "simulator",
            "approve": "ask" if number % 4 == 0 else "auto",
        }
        key = {"idempotency-key": f"{self.name}-{number}"}
        answer = await self.ask("POST", "/v1/shorts", json=form, headers=key)
        self.shorts.append(answer.json()["id"])

    async def see_through(self) -> None:
        """Approve what waits for it, until every short has come to rest."""
        async with asyncio.TaskGroup() as group:
            following = {s: group.create_task(self.follow(s)) for s in self.shorts[:FOLLOWED]}
            while set(self.shorts) - {s for s, status in self.status.items() if status in ENDED}:
                for short in (await self.ask("GET", "/v1/shorts?limit=200")).json()["shorts"]:
                    self.status[short["id"]] = short["status"]
                    if short["status"] == "waiting_approval":
                        await self._approve(short)
                await asyncio.sleep(POLL_S)
            for short_id, follower in following.items():
                if self.status[short_id] != "done":  # it may go on, and its events with it
                    follower.cancel()

    async def _approve(self, short: dict[str, Any]) -> None:
        body = {"decision": "approve", "script_version": short["script_version"]}
        path = f"/v1/shorts/{short['id']}/approval"
        answer = await self.http.post(path, json=body)
        if answer.status_code == 409:  # taken before the answer to the first one was lost
            return
        if not answer.is_success:
            return await self._wait(answer, answer.content)
        self.approved.add(short["id"])

    async def follow(self, short_id: str) -> None:
        """Collect the ids of a short's events until it has ended, coming back when cut off."""
        ids = self.told.setdefault(short_id, [])
        path = f"/v1/shorts/{short_id}/events"
        while True:
            last = {"last-event-id": str(ids[-1])} if ids else {}
            try:
                async with self.http.stream("GET", path, headers=last, timeout=60) as answer:
                    if answer.status_code == 204:
                        return
                    if not answer.is_success:
                        await self._wait(answer, await answer.aread())
                    async for line in answer.aiter_lines():
                        if line.startswith("id:"):
                            ids.append(int(line.removeprefix("id:")))
            except httpx.RemoteProtocolError:
                self.followed_again += 1


@asynccontextmanager
async def open_tenant(fleet: Fleet, name: str) -> AsyncGenerator[Tenant]:
    """Make a tenant with a key of its own."""
    made = await asyncio.to_thread(fleet.ask, "keys", "create", "--tenant", name)
    async with httpx.AsyncClient(
        base_url=fleet.api_url,
        headers={"authorization": f"Bearer {made['secret']}"},
        timeout=60,
        trust_env=False,
        limits=httpx.Limits(max_connections=100),
    ) as http:
        yield Tenant(name, http)
