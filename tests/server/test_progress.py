"""Progress: plain lines where nobody watches, one line a scene where somebody does."""

import io

import pytest
from rich.console import Console

from graph.events import Event
from server.progress import Progress


def event(**facts):
    return Event(run_id="r", **{"kind": "node", **facts})


STORY = [
    event(node="story", state="started"),
    event(node="story", state="finished"),
    event(node="illustrate", scene=2, state="started"),
    event(node="inspect_image", scene=2, state="finished"),
    event(node="narrate", scene=1, state="failed", text="The voice is [down]."),
    event(kind="frames", node="render", scene=2, state="started", done=30, total=60),
    event(node="compose_segment", scene=2, state="finished"),
]


def shown(events, terminal):
    console = Console(file=io.StringIO(), force_terminal=terminal, width=100, color_system=None)
    with Progress(console) as progress:
        for one in events:
            progress.watch(one)
    return console.file.getvalue()


def test_without_a_terminal_each_thing_is_said_once():
    assert shown(STORY, terminal=False).splitlines() == [
        "Finding the story",
        "Scene 2: picture",
        "Scene 1: The voice is [down].",
        "Scene 2: film",
    ]


@pytest.mark.parametrize("text", ["Scene 1", "Scene 2", "✓ picture", "· voice", "✓ film", "[down]"])
def test_on_a_terminal_every_scene_has_its_line(text):
    assert text in shown(STORY, terminal=True)


def test_trouble_is_forgotten_when_it_is_over():
    cured = [*STORY, event(node="narrate", scene=1, state="finished")]
    last = shown(cured, terminal=True).rpartition("Scene 1")[2]
    assert "[down]" not in last.partition("\n")[0]
