"""A step cut off between its result and its edge is run again, instead of ending the run."""

import asyncio
from typing import TypedDict
from uuid import uuid4

import pytest
from langgraph.graph import END, START, StateGraph
from langgraph.types import Command, interrupt

from graph.checkpoints import saver


class Walk(TypedDict, total=False):
    """Which steps have left their result."""

    first: str
    second: str


class Router:
    """The edge after the first step: stands still, fails or goes on."""

    def __init__(self):
        self.does, self.reached = "goes on", asyncio.Event()

    async def __call__(self, _state):
        self.reached.set()
        if self.does == "stands still":
            await asyncio.Event().wait()
        if self.does == "fails":
            raise RuntimeError("no way")
        return "second"


def _asking(_state):
    return {"first": interrupt("which?")}


def _walk(database, router, first=lambda _state: {"first": "done"}):
    graph = StateGraph(Walk)
    graph.add_node("first", first)
    graph.add_node("second", lambda _state: {"second": "done"})
    graph.add_edge(START, "first")
    graph.add_conditional_edges("first", router, ["second"])
    graph.add_edge("second", END)
    config = {"configurable": {"thread_id": str(uuid4())}}
    return graph.compile(checkpointer=saver(database.pool)), config


async def _streamed(graph, given, config):
    async for _ in graph.astream(
        given, config, stream_mode=["tasks", "custom"], subgraphs=True, durability="sync"
    ):
        pass


async def _cut_off(graph, given, config, router):
    router.does = "stands still"
    going = asyncio.create_task(_streamed(graph, given, config))
    await router.reached.wait()
    going.cancel()
    await asyncio.wait([going])
    router.does = "goes on"


async def test_cancelled_at_its_edge_a_step_is_run_again(database):
    router = Router()
    graph, config = _walk(database, router)
    await _cut_off(graph, {}, config, router)
    assert (await graph.aget_state(config)).next == ("first",)
    assert await graph.ainvoke(None, config) == {"first": "done", "second": "done"}


async def test_a_failed_edge_is_tried_again(database):
    router = Router()
    graph, config = _walk(database, router)
    router.does = "fails"
    with pytest.raises(RuntimeError, match="no way"):
        await graph.ainvoke({}, config, durability="sync")
    router.does = "goes on"
    assert await graph.ainvoke(None, config) == {"first": "done", "second": "done"}


async def test_cut_off_after_its_answer_a_step_need_not_ask_again(database):
    router = Router()
    graph, config = _walk(database, router, _asking)
    await graph.ainvoke({}, config, durability="sync")
    await _cut_off(graph, Command(resume="this"), config, router)
    assert await graph.ainvoke(None, config) == {"first": "this", "second": "done"}
