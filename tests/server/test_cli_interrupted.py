"""Ctrl-C and two processes on one run: one exit code, one winner, nothing lost."""

import json
import re

import pytest

MAKE = ("make", "--script", "bees.md", "--providers", "offline", "--approve", "auto")
SMALL = ("--seconds", "5", "--scenes", "1", "--out", "film")
ID = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}")


def the_short(shortfactory):
    (short,) = shortfactory("list", "--json").json["shorts"]
    return short


@pytest.mark.slow
def test_ctrl_c_while_filming_keeps_what_was_made(terminal, shortfactory, with_database):
    screen = terminal(*MAKE, *SMALL)
    screen.expect("Scene 1: voice")
    screen.interrupt()
    rest = screen.end()
    assert screen.process.returncode == 130
    assert "Traceback" not in rest
    short = the_short(shortfactory)
    assert f"Resume with: shortfactory resume {short['id']}" in " ".join(rest.split())
    assert short["status"] == "parked"
    resumed = shortfactory("resume", short["id"], "--json")
    assert (resumed.code, resumed.json["short"]["status"]) == (0, "done")
    calls = shortfactory("show", short["id"], "--json").json["calls"]
    made = [call["call_key"] for call in calls if call["status"] == "settled"]
    assert len(made) == len(set(made))


@pytest.mark.slow
def test_of_two_that_resume_one_is_told_who_has_it(terminal, shortfactory, with_database):
    shortfactory(*MAKE[:-1], "ask", *SMALL)
    run_id = the_short(shortfactory)["id"]
    first = terminal("approve", run_id)
    first.expect("Drawing the cast")
    second = shortfactory("resume", run_id)
    assert second.code == 2
    assert f"already being worked on by process {first.process.pid} on " in second.err
    cancelled = shortfactory("cancel", run_id)
    assert cancelled.code == 0
    assert "It was cancelled." in first.end()
    assert first.process.returncode == 4
    assert the_short(shortfactory)["status"] == "cancelled"


def test_a_killed_process_leaves_a_short_that_can_be_cancelled(
    terminal, shortfactory, with_database
):
    screen = terminal(*MAKE, *SMALL)
    screen.expect("Reading it critically")
    screen.process.kill()
    screen.process.wait()
    while the_short(shortfactory)["holder"]:  # Postgres has yet to notice
        pass
    short = the_short(shortfactory)
    assert short["status"] == "running"
    assert (
        f"Go on with: shortfactory resume {short['id'][:8]}"
        in shortfactory("show", short["id"]).out
    )
    assert shortfactory("cancel", short["id"]).code == 0
    assert the_short(shortfactory)["status"] == "cancelled"


@pytest.mark.slow
def test_a_finished_short_is_handed_over_again(shortfactory, with_database, work_folder):
    made = shortfactory(*MAKE, *SMALL)
    assert made.out.strip().endswith("work/film/film.mp4")
    run_id = ID.search(made.err)[0]
    again = shortfactory("resume", run_id, "--out", "copy")
    assert again.code == 0
    first, second = (work_folder / name / "film.mp4" for name in ("film", "copy"))
    assert first.read_bytes() == second.read_bytes()
    receipt = json.loads((work_folder / "copy/receipt.json").read_text())
    assert receipt
    costs = shortfactory("costs", "--by", "short", "--json").json
    assert [total["key"] for total in costs["totals"]] == [run_id]
