"""Production lines: per kind of providers, the same graph bound to its own gateway."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from decimal import Decimal
from typing import get_args

import httpx
from langgraph.config import get_stream_writer
from pydantic import JsonValue

from graph.build import build
from graph.checkpoints import saver
from graph.database import Database
from graph.drive import Compiled
from media.render import RenderDoor
from media.style import load as load_style
from media.style import names as style_names
from nodes.prompting import load as load_prompt
from nodes.services import Services
from providers.artifacts import FolderStore
from providers.catalog import Catalog, plan_for
from providers.gateway import Gateway
from providers.http import open_http
from providers.ledger import Ledger
from providers.ports import ArtifactStore, Task
from providers.ratelimit import Limiter
from providers.redis_door import RedisDoor, open_redis
from providers.redis_limits import RedisLimiter
from providers.redis_texts import SharedTexts
from providers.shared_limits import SharedLimiter
from shortfactory.plan import Plan, Providers
from shortfactory.settings import Settings


class Lines:
    """The doors of one process, and a line for each kind of providers, made at first use."""

    def __init__(
        self, settings: Settings, database: Database, http: httpx.AsyncClient, render: RenderDoor
    ) -> None:
        self._settings, self._database = settings, database
        self._http, self._render = http, render
        self._limiter: Limiter = SharedLimiter(database.pool)
        self._services: dict[Providers, Services] = {}
        self._graphs: dict[Providers, Compiled] = {}
        self.store: ArtifactStore = FolderStore(settings.home / "artifacts")
        self.ledger = Ledger(database.pool, settings.budget)
        self.scratch = settings.home / "scratch"

    @classmethod
    @asynccontextmanager
    async def open(cls, settings: Settings, database: Database) -> AsyncGenerator[Lines]:
        """Open the HTTP client and the render door; close them at the end."""
        async with AsyncExitStack() as stack:
            http = await stack.enter_async_context(open_http(settings.gateway.largest_reply_bytes))
            render = await asyncio.to_thread(
                RenderDoor, settings.render.workers, settings.render.quality
            )
            stack.callback(render.close)
            lines = cls(settings, database, http, render)
            if settings.redis_url is not None:
                url = settings.redis_url.get_secret_value()
                lines.share_through(await stack.enter_async_context(open_redis(url)))
            stack.push_async_callback(lines.ledger.claims.close)
            await asyncio.to_thread(lines.read_ahead)
            yield lines

    def share_through(self, redis: RedisDoor) -> None:
        """Share call limits and text replies with other machines, as long as Redis answers."""
        self._limiter = RedisLimiter(redis, beyond=self._limiter)
        self.store = SharedTexts(self.store, redis)

    def read_ahead(self) -> None:
        """Touch the disk now, in a thread, so that no step blocks the event loop for it later."""
        self.scratch.mkdir(parents=True, exist_ok=True)
        for style in style_names():
            load_style(style)
        for task in get_args(Task):
            load_prompt(task)
        load_prompt("picture")

    def plan(self, providers: Providers) -> Plan:
        """The models that would serve a new run.

        Raises:
            ConfigurationError: a key is missing, or a chosen model is unknown or past its sunset.
        """
        return plan_for(self._settings, providers)

    def services(self, providers: Providers) -> Services:
        """What the agents of this line are given."""
        if providers not in self._services:
            self._services[providers] = self._make(providers)
        return self._services[providers]

    def graph(self, providers: Providers) -> Compiled:
        """The line's graph with a saver of its own: savers serialise, so runs do not share one."""
        if providers not in self._graphs:  # every look at a short needs it, and it takes 12 ms
            self._graphs[providers] = build(self.services(providers)).compile()
        return self._graphs[providers].copy({"checkpointer": saver(self._database.pool)})

    def _make(self, providers: Providers) -> Services:
        catalog = Catalog(self._settings, providers, self._http)
        gateway = Gateway(self.store, self.ledger, catalog, self._settings.gateway, self._limiter)
        return Services(
            gateway=gateway,
            store=self.store,
            render=self._render,
            ledger=self.ledger,
            catalog=catalog,
            limits=self._settings.graph,
            budget=self._budget,
            progress=_progress,
            scratch=self.scratch,
        )

    async def _budget(self, run_id: str) -> Decimal:
        return (await self._database.runs.get(run_id)).budget_usd


def _progress(part: dict[str, JsonValue]) -> None:
    get_stream_writer()(part)
