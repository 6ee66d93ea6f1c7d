"""Progress of one run: one line a scene on a terminal, plain lines anywhere else."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.markup import escape
from rich.progress_bar import ProgressBar
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from graph.events import Event

STAGES = {
    "story": "Finding the story",
    "script": "Writing the script",
    "critique": "Reading it critically",
    "budget_guard": "Counting the cost",
    "economise": "Saving money",
    "await_budget": "Waiting for a larger budget",
    "approval": "Asking for approval",
    "cast": "Drawing the cast",
    "assemble": "Assembling the film",
    "render": "Rendering the film",
    "quality_check": "Measuring the film",
    "package": "Packing",
    "amend": "Taking up the change",
    "translate": "Translating",
    "park": "Stopping safely",
}
STEPS = {
    "illustrate": "drawing",
    "inspect_image": "looking at the picture",
    "reword": "finding other words",
    "illustrate_fallback": "drawing with another model",
    "await_batch": "waiting for its batch",
    "narrate": "speaking",
    "inspect_voice": "listening",
    "narrate_fallback": "speaking with another voice",
    "compose_segment": "rendering",
    "park": "stopped",
}
MARKS = {
    "picture": ("inspect_image", "picture"),
    "voice": ("inspect_voice", "voice"),
    "film": ("compose_segment", "film"),
}


@dataclass
class SceneLine:
    """What is known of one scene."""

    doing: str = ""
    done: set[str] = field(default_factory=set[str])
    frames: tuple[int, int] = (0, 0)
    trouble: str = ""

    def take(self, event: Event) -> None:
        """Learn from an event of this scene."""
        if event.kind == "frames":
            self.frames = (event.done, event.total)
            return
        if event.state == "started":
            self.doing = STEPS.get(event.node, self.doing)
        elif event.state in ("failed", "waiting"):
            self.trouble = event.text
        elif event.state == "finished":
            self.trouble = ""
            self.done.add(event.node)

    def marks(self) -> str:
        """Which parts are there."""
        return "  ".join(
            f"[green]✓[/] {name}" if node in self.done else f"[dim]· {name}[/]"
            for node, name in MARKS.values()
        )


class Progress:
    """Shows events as they come. Use as a context manager around the work."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._stage, self._seen = "Starting", ""
        self._frames = (0, 0)
        self._scenes: dict[int, SceneLine] = {}
        self._spinner = Spinner("dots")
        self._live = (
            Live(get_renderable=self._draw, console=console, refresh_per_second=8)
            if console.is_terminal and not console.is_dumb_terminal
            else None
        )

    def __enter__(self) -> Self:
        if self._live:
            self._live.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._live:
            self._stage = "" if error is None else "Stopped"
            self._live.stop()

    def watch(self, event: Event) -> None:
        """Take one event."""
        if event.scene is not None:
            self._scenes.setdefault(event.scene, SceneLine()).take(event)
            self._stage = "Making the scenes"
        elif event.kind == "frames":
            self._frames = (event.done, event.total)
        elif event.kind == "node" and event.state == "started":
            self._stage = STAGES.get(event.node, self._stage)
        if self._live is None:
            self._say(event)

    def _say(self, event: Event) -> None:
        line = ""
        if event.state in ("failed", "waiting") and event.text:
            line = event.text
        elif event.scene is not None and event.state == "finished":
            line = next((name for node, name in MARKS.values() if node == event.node), "")
        elif event.scene is None and event.state == "started" and event.kind == "node":
            line = STAGES.get(event.node, "")
        where = f"Scene {event.scene}: " if event.scene is not None else ""
        if line and where + line != self._seen:
            self._seen = where + line
            self._console.print(escape(self._seen))

    def _draw(self) -> RenderableType:
        table = Table.grid(padding=(0, 2))
        for number, scene in sorted(self._scenes.items()):
            table.add_row(f"Scene {number}", scene.marks(), self._right(scene))
        if not self._stage:
            return table
        self._spinner.update(text=Text(self._stage))
        bar = _bar(self._frames) if self._frames[1] else Text("")
        return Group(table, self._spinner, bar)

    @staticmethod
    def _right(scene: SceneLine) -> RenderableType:
        if scene.trouble:
            return Text(f"{scene.trouble} Now {scene.doing}.", style="yellow")
        if "compose_segment" in scene.done:
            return Text("")
        if scene.frames[1]:
            return _bar(scene.frames)
        return Text(scene.doing, style="dim")


def _bar(frames: tuple[int, int]) -> ProgressBar:
    done, total = frames
    return ProgressBar(total=total, completed=done, width=30)
