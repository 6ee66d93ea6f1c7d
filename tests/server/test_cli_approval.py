"""Asking a person at a terminal, and going on from another process."""

import json

import pytest

MAKE = ("make", "--script", "bees.md", "--providers", "offline", "--seconds", "5", "--scenes", "1")
QUESTION = "approve, edit, revise, reject or later"
EDITOR = r"""#!/bin/sh
if [ -e tried ]; then sed -i 's/^## .*/&\n\nHoneybees dance the way to their flowers./' "$1"
else touch tried; sed -i '/^A bee/d' "$1"; fi
"""


def only_short(shortfactory):
    (short,) = shortfactory("list", "--json").json["shorts"]
    return short


def test_a_person_sees_the_script_and_decides_later(terminal, shortfactory, with_database):
    screen = terminal(*MAKE)
    shown = screen.expect(QUESTION)
    assert "dances the way" in shown
    assert "Usually $0.00" in shown
    screen.type("l\n")
    assert "shortfactory approve" in screen.end()
    assert screen.process.returncode == 3
    assert only_short(shortfactory)["status"] == "waiting_approval"


def test_notes_bring_the_script_back_and_it_can_be_rejected(terminal, shortfactory, with_database):
    screen = terminal(*MAKE)
    screen.expect(QUESTION)
    screen.type("r\n")
    screen.expect("What shall be different")
    screen.type("?\n")
    screen.expect("give at least 2 characters")
    screen.type("More about the angle\n")
    screen.expect(QUESTION)
    screen.type("j\n")
    screen.end()
    assert screen.process.returncode == 0
    short = only_short(shortfactory)
    assert (short["status"], short["script_version"]) == ("rejected", 2)


def test_ctrl_c_at_the_question_leaves_it_open(terminal, shortfactory, with_database):
    screen = terminal(*MAKE)
    screen.expect(QUESTION)
    screen.interrupt_until("Resume with: shortfactory resume")
    screen.end()
    assert screen.process.returncode == 130
    assert only_short(shortfactory)["status"] == "waiting_approval"


@pytest.mark.slow
def test_an_edited_script_is_checked_and_filmed(terminal, shortfactory, with_database, work_folder):
    editor = work_folder / "editor"
    editor.write_text(EDITOR)
    editor.chmod(0o755)
    screen = terminal(*MAKE, "--out", "film", EDITOR=str(editor))
    screen.expect(QUESTION)
    screen.type("e\n")
    screen.expect("cannot be used")
    screen.type("\n")
    screen.expect("Done: ")
    screen.end()
    assert screen.process.returncode == 0
    script = json.loads((work_folder / "film/script.json").read_text())
    assert "Honeybees dance" in json.dumps(script)
    assert (work_folder / "film/film.mp4").stat().st_size > 10_000


def test_without_a_terminal_it_says_how_to_approve(shortfactory, with_database):
    answer = shortfactory(*MAKE)
    assert answer.code == 3
    assert f"shortfactory approve {only_short(shortfactory)['id'][:8]}" in answer.err


def test_json_prints_one_document_and_never_asks(shortfactory, with_database):
    answer = shortfactory(*MAKE, "--json")
    assert answer.code == 3
    assert answer.json["short"]["status"] == "waiting_approval"
    assert answer.json["files"] == []


def test_a_script_can_be_rejected_once(shortfactory, with_database):
    shortfactory(*MAKE)
    run_id = only_short(shortfactory)["id"]
    assert shortfactory("reject", run_id[:8]).code == 0
    again = shortfactory("approve", run_id)
    assert again.code == 2
    assert f"{run_id} is rejected and cannot take a decision" in again.err
    resumed = shortfactory("resume", run_id)
    assert resumed.code == 2
    assert "it has ended. Make a new one" in resumed.err


def test_a_waiting_short_can_be_cancelled_and_shown(shortfactory, with_database):
    shortfactory(*MAKE)
    run_id = only_short(shortfactory)["id"]
    assert shortfactory("cancel", run_id).code == 0
    shown = shortfactory("show", run_id, "--json").json
    assert shown["run"]["status"] == "cancelled"
    assert shown["script"]["title"] == "Why bees dance"
    assert "cannot be cancelled" in shortfactory("cancel", run_id).err


def test_a_wrong_edited_script_is_refused_and_nothing_is_decided(
    shortfactory, with_database, work_folder
):
    shortfactory(*MAKE)
    (work_folder / "wrong.md").write_text("# Title only\n")
    run_id = only_short(shortfactory)["id"]
    answer = shortfactory("approve", run_id, "--script", "wrong.md")
    assert answer.code == 2
    assert "cannot be used" in answer.err
    assert only_short(shortfactory)["status"] == "waiting_approval"
