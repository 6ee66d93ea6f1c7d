"""reroll, versions and restore on the command line."""

import hashlib

import pytest


@pytest.fixture
def film(shortfactory, with_database, work_folder, monkeypatch, tide):
    """The id of a finished short whose package is in the folder `film`."""
    monkeypatch.setenv("SHORTFACTORY_RENDER__QUALITY", "quick")
    (work_folder / "tide.md").write_text(tide)
    made = shortfactory(
        *("make", "--script", "tide.md", "--providers", "offline", "--seconds", "5"),
        *("--approve", "auto", "--out", "film", "--json"),
    )
    assert made.code == 0, made.err
    return made.json["short"]["id"]


def sha256(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


REFUSED = [
    (("--scene", "9"), "scene 9 cannot be used: the film has the scenes 1 to 2."),
    ((), "There is nothing to change."),
    (("--scene", "1", "--narration", ""), "give at least 2 characters"),
    (("--scene", "1", "--narration", "See www.sea.example"), "a web address"),
    (("--scene", "1", "--again", "film"), "use picture or voice"),
    (("--scene", "1", "--again", "voice"), "the same way every time"),
    (("--scene", "1", "--voice", "f3"), "Give a scene with its change."),
    (("--language", "de"), "bring the translated script with --script FILE"),
    (("--language", "de", "--script", "none.md"), "there is no such file"),
    (("--language", "de", "--script", "bees.md"), "it has 1 scenes, and the film has 2 pictures"),
    (("--effects", "loud"), "use auto, on, off"),
    (("--effects", "on"), "its transitions are heard already"),
    (("--scene", "1", "--budget", "none"), "give dollars, for example 0.25"),
]


@pytest.mark.slow
def test_a_film_is_changed_compared_and_restored(shortfactory, film, work_folder):
    for options, says in REFUSED:
        answer = shortfactory("reroll", film, *options)
        assert (answer.code, says in answer.err) == (2, True), (options, answer.err)
    first = sha256(work_folder / "film/film.mp4")

    changed = shortfactory("reroll", film[:8], "--scene", "2")
    assert changed.code == 0, changed.err
    assert "Version 2 took 2 calls (illustrate scene 2, inspect_image scene 2)" in changed.err
    assert sha256(work_folder / "film/film.mp4") != first

    spoken = shortfactory("reroll", film, "--scene", "1", "--narration", "Waves rest.", "--json")
    paid = [c["node"] for c in spoken.json["version"]["calls"] if c["status"] != "cached"]
    assert (spoken.json["version"]["version"], paid) == (3, ["narrate"])

    listed = shortfactory("versions", film).out
    assert "the first film" in listed
    assert "scene 2: another picture" in listed
    assert len(shortfactory("versions", film, "--json").json["versions"]) == 3
    compared = shortfactory("versions", film, "--compare", "1", "3").out
    assert "Scene 1: voice\nScene 2: picture" in compared
    assert "+Waves rest." in compared

    restored = shortfactory("restore", film, "--version", "1", "--json")
    assert (restored.code, restored.json["short"]["status"]) == (0, "done")
    assert sha256(work_folder / "film/film.mp4") == first
    assert "version 9 cannot be used" in shortfactory("restore", film, "--version", "9").err


def test_a_short_without_a_film_is_not_changed(shortfactory, with_database):
    shortfactory("make", "--script", "bees.md", "--providers", "offline", "--json")
    (short,) = shortfactory("list", "--json").json["shorts"]
    answer = shortfactory("reroll", short["id"], "--scene", "1")
    assert answer.code == 2
    assert "is waiting_approval: only a finished film can be changed" in answer.err
    assert "There is no finished film yet." in shortfactory("versions", short["id"]).err
    assert "cannot be exchanged now" in shortfactory("restore", short["id"], "--version", "1").err
