"""`show --json` of a short whose film was measured."""

from pathlib import Path

import pytest

from bench.unfilmed import Unfilmed
from media.report import Finding, Report

ALIKE = Finding(
    check="duplicate", severity="fail", message="Scene 1 shows the same picture.",
    measured=0.8, limit=0.6, scene=1, at_ms=900,
)  # fmt: skip
LOUD = Finding(check="loudness", severity="fail", message="Too loud.", measured=-9, limit=-14)


class Loud(Unfilmed):
    """A render door whose every film is too loud."""

    async def report(self, *_given, **_named):
        return Report(passed=False, findings=(LOUD,), measurements={})


class Alike(Unfilmed):
    """A render door to which every picture is the same."""

    async def report(self, *_given, **_named):
        return Report(passed=False, findings=(ALIKE,), measurements={})


@pytest.fixture
def shown(shortfactory, with_database, monkeypatch):
    """Make a short behind a render door; answers how `make` ended, and what is shown then."""

    def make(door):
        monkeypatch.setattr("graph.line.RenderDoor", lambda *_: door(1))
        order = ("--script", "bees.md", "--providers", "offline", "--seconds", "5")
        made = shortfactory("make", *order, "--approve", "auto", "--out", "film", "--json")
        return made.code, shortfactory("show", made.json["short"]["id"], "--json").json

    return make


def test_a_film_that_failed_is_shown_with_its_quality_page(shown):
    code, short = shown(Loud)
    assert (code, short["run"]["status"]) == (3, "parked")
    assert short["quality"]["findings"][0]["message"] == "Too loud."
    page = Path(short["quality_page"])
    assert page.is_absolute()
    assert "Why bees dance" in page.read_text("utf-8")


def test_a_film_that_passed_needs_no_page_to_be_shown(shown):
    code, short = shown(Unfilmed)
    assert (code, short["run"]["status"], short["quality_page"]) == (0, "done", None)
    assert "quality.html" in short["package"]


def test_what_repairs_left_is_said_with_the_film(shortfactory, with_database, monkeypatch):
    monkeypatch.setattr("graph.line.RenderDoor", lambda *_: Alike(1))
    order = ("--script", "bees.md", "--providers", "offline", "--seconds", "5")
    made = shortfactory("make", *order, "--approve", "auto", "--out", "film")
    said = " ".join(made.err.split())
    assert made.code == 0
    assert "Its test still finds: Scene 1 shows the same picture. Another try:" in said
    assert said.endswith("--scene 1 --again picture")
