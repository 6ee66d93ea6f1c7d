"""Driving one run from where it stands until it rests: done, waiting, parked or failed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple, cast

from langchain_core.runnables import RunnableConfig
from langgraph.graph.state import CompiledStateGraph
from langgraph.runtime import RunControl
from langgraph.types import Command, StateSnapshot

from graph.events import Event, Translator
from graph.run import Run, Status
from graph.state import VERSION, State, upgrade
from nodes.park import reason_of
from providers.ports import Aspect
from shortfactory.story import Plain, Topic

Compiled = CompiledStateGraph[Any, None, Any, Any]
Watch = Callable[[Event], None]

STEPS_AT_MOST = 200  # far beyond any honest run: all revisions, repairs and resumes together


class Rest(Plain):
    """Where a run came to rest, and why; `wake_at` says when time alone may have cured it."""

    status: Status
    reason: str = ""
    title: str = ""
    script_version: int = 0
    wake_at: datetime | None = None


def config_of(run_id: str, at_once: int = 0) -> RunnableConfig:
    """The thread of a run; `at_once` bounds how many scenes are worked on together."""
    config = RunnableConfig(configurable={"thread_id": run_id}, recursion_limit=STEPS_AT_MOST)
    return {**config, "max_concurrency": at_once} if at_once else config


def first_state(run: Run, aspect: Aspect = "9:16") -> State:
    """The state that a new run starts from."""
    topic = Topic.model_validate(run.topic)
    return State(
        version=VERSION,
        run={
            "id": run.id,
            "tenant": run.tenant,
            "providers": run.providers,
            "approve": run.approve,
        },
        plan=run.plan or {},
        topic=topic.model_dump(mode="json"),
        style=topic.style,
        aspect=aspect,
    )


async def drive(
    graph: Compiled, run: Run, watch: Watch, at_once: int, control: RunControl | None = None
) -> Rest:
    """Start or resume; a finished step is never run again, whoever ran it.

    Raises:
        GraphDrained: `control` was asked to drain, and the step then running has been saved.
    """
    told = _Told(run.id, watch, control)
    config = config_of(run.id, at_once)
    snapshot = await _current(graph, config)
    if not _begun(snapshot):
        await _stream(graph, first_state(run), config, told)
    elif answers := _answers(snapshot, run.decision):
        await _stream(graph, Command(resume=answers), config, told)
    elif snapshot.tasks and not snapshot.interrupts:
        await _stream(graph, None, config, told)
    elif change := _change(snapshot, run.decision):
        # LangGraph's fork: as if the last step had just ended and asked for this.
        await graph.aupdate_state(config, {"change": change}, as_node="package")
        await _stream(graph, None, config, told)
    return rest_of(await graph.aget_state(config))


async def _current(graph: Compiled, config: RunnableConfig) -> StateSnapshot:
    snapshot = await graph.aget_state(config)
    if _begun(snapshot) and snapshot.values["version"] != VERSION:
        await graph.aupdate_state(config, upgrade(snapshot.values))
        return await graph.aget_state(config)
    return snapshot


def _begun(snapshot: StateSnapshot) -> bool:
    """Whether the first state is in; drained at once, a run has a checkpoint and only defaults."""
    return "version" in snapshot.values


class _Told(NamedTuple):
    run_id: str
    watch: Watch
    control: RunControl | None


async def _stream(graph: Compiled, given: Any, config: RunnableConfig, told: _Told) -> None:
    translator = Translator(told.run_id)
    stream = graph.astream(
        given,
        config,
        stream_mode=["tasks", "custom"],
        subgraphs=True,
        durability="sync",
        control=told.control,
    )
    async for streamed in stream:
        namespace, mode, part = cast(tuple[tuple[str, ...], str, dict[str, Any]], streamed)
        if event := translator.event(namespace, mode, part):
            told.watch(event)


def _answers(snapshot: StateSnapshot, decision: dict[str, Any] | None) -> dict[str, Any]:
    """One answer per interrupt; none at all while a script waits for its person."""
    answers: dict[str, Any] = {}
    for waiting in snapshot.interrupts:
        if waiting.value["kind"] != "approval":
            answers[waiting.id] = {"decision": "resume"}
        elif decision and decision["script_version"] == waiting.value["script_version"]:
            answers[waiting.id] = decision
    return answers


def _change(snapshot: StateSnapshot, decision: dict[str, Any] | None) -> dict[str, Any] | None:
    """The change that a finished film waits for; one that was made is not made again."""
    if snapshot.tasks or not decision or decision["decision"] != "change":
        return None
    made = snapshot.values.get("remake")
    asked = decision["asked"]
    return None if made and made["asked"]["id"] == asked["id"] else asked


def rest_of(snapshot: StateSnapshot) -> Rest:
    """What a run's last checkpoint says about where it stands."""
    values = snapshot.values
    facts: dict[str, Any] = {
        "title": (values.get("script") or values.get("story") or {}).get("title", ""),
        "script_version": values.get("script_version", 0),
    }
    if not snapshot.interrupts:
        done = values.get("outcome", "") or "done"
        # Not `next`: that leaves out tasks whose result is kept and not yet in a checkpoint.
        return Rest(status="failed" if snapshot.tasks else done, **facts)
    notices = [waiting.value for waiting in snapshot.interrupts]
    kinds = {notice["kind"] for notice in notices}
    if kinds == {"batch"}:
        facts["wake_at"] = min(datetime.fromisoformat(notice["ask_at"]) for notice in notices)
    status: Status = "parked"
    if "approval" in kinds:
        status = "waiting_approval"
    elif "budget" in kinds:
        status = "waiting_budget"
    return Rest(status=status, reason=reason_of(notices), **facts)
