"""Progress of one run, translated from LangGraph's stream for people and programs."""

from __future__ import annotations

from typing import Any, Literal

from shortfactory.story import Plain

EventKind = Literal["status", "node", "frames"]
EventState = Literal["", "started", "finished", "failed", "waiting"]


class Event(Plain):
    """Something happened. `done` of `total` counts frames."""

    run_id: str
    kind: EventKind
    node: str = ""
    scene: int | None = None
    state: EventState = ""
    done: int = 0
    total: int = 0
    text: str = ""


class Translator:
    """Turns stream parts into events; remembers which task belongs to which scene."""

    def __init__(self, run_id: str) -> None:
        self._run_id = run_id
        self._scenes: dict[str, int] = {}

    def event(self, namespace: tuple[str, ...], mode: str, part: dict[str, Any]) -> Event | None:
        """The event for one part of the stream, or None for what nobody needs to see."""
        if mode == "custom":
            return Event(run_id=self._run_id, node="render", state="started", **part)
        if part["name"] in ("picture", "voice"):
            return None  # the halves of a scene; their own steps are told
        scene = self._scene(namespace, part)
        return Event(
            run_id=self._run_id,
            kind="node",
            node=part["name"],
            scene=scene,
            state=_state(part),
            text=_text(part),
        )

    def _scene(self, namespace: tuple[str, ...], part: dict[str, Any]) -> int | None:
        if part["name"] == "scene" and "input" in part:
            self._scenes[part["id"]] = part["input"]["scene"]["number"]
        task = namespace[0].partition(":")[2] if namespace else part["id"]
        return self._scenes.get(task)


def _state(part: dict[str, Any]) -> EventState:
    if "input" in part:
        return "started"
    if part.get("interrupts"):
        return "waiting"
    if part.get("error") or _failure(part):
        return "failed"
    return "finished"


def _text(part: dict[str, Any]) -> str:
    failure = _failure(part)
    return failure["message"] if failure else ""


def _failure(part: dict[str, Any]) -> dict[str, Any] | None:
    result = part.get("result")
    if not isinstance(result, dict):
        return None
    named = (value for key, value in result.items() if key.endswith("failure") and value)
    return next(named, None)
