"""What `langgraph dev` serves: the same graph behind an entrance that takes a plain order."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from typing import Any

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.postgres.aio import AsyncPostgresSaver
from typing_extensions import TypedDict

from graph.build import build
from graph.checkpoints import saver
from graph.database import open_database
from graph.drive import Compiled, first_state
from graph.factory import Factory
from graph.state import State
from shortfactory.money import parse_budget
from shortfactory.order import Approve, Order
from shortfactory.settings import Settings
from shortfactory.story import Topic


class OrderForm(TypedDict, total=False):
    """What a person fills in: the fields of a topic, and how the run is to be made."""

    topic: dict[str, Any]
    budget_usd: str
    approve: Approve


class Entrance(TypedDict):
    """The graph's input under Studio."""

    order: OrderForm


class _Opened:
    """Opened at the first request, in the server's own event loop; closed with the process."""

    stack = AsyncExitStack()
    factory: Factory | None = None

    @classmethod
    async def get(cls) -> Factory:
        if cls.factory is None:
            cls.factory = await cls.stack.enter_async_context(Factory.open(Settings()))
        return cls.factory


async def intake(state: Entrance, config: RunnableConfig, *, factory: Factory) -> State:
    """Check the order and write its run under the thread's id, as the command line would."""
    form = state["order"]
    settings = factory.settings
    order = Order(
        topic=Topic.model_validate(form.get("topic", {})),
        providers=settings.providers or "offline",
        budget_usd=parse_budget(form.get("budget_usd", str(settings.budget.short_usd))),
        approve=form.get("approve", "ask"),
    )
    thread_id = str(config.get("configurable", {})["thread_id"])
    return first_state(await factory.start(order, run_id=thread_id))


async def make_graph() -> Compiled:
    """The graph for `langgraph dev`, without a saver: the server brings ours."""
    factory = await _Opened.get()
    services = factory.services(factory.settings.providers or "offline")
    graph = build(services, entrance="intake", takes=Entrance)
    graph.add_node("intake", partial(intake, factory=factory), input_schema=Entrance)
    graph.add_edge("intake", "story")
    return graph.compile()


@asynccontextmanager
async def make_checkpointer() -> AsyncGenerator[AsyncPostgresSaver]:
    """Our Postgres saver, so that a run begun in Studio can be resumed anywhere."""
    async with open_database(Settings()) as database:
        yield saver(database.pool)
