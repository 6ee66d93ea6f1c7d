"""The acceptance test: what is measured, and which scenes are counted as sent back."""

from media.report import Finding, Report
from nodes.quality_check import quality_check
from shortfactory.errors import MediaError

FILM = {
    "sha256": "f1",
    "frames": 120,
    "duration_ms": 4000,
    "cues": [],
    "voice_starts": [4800, 96000],
    "body_starts": [0, 60],
    "wall_s": 1,
    "cpu_s": 1,
}
FILMED = {"film": FILM, "script": {"title": "Bees"}}


def finding(scene, severity="fail"):
    return Finding(
        check="flat", severity=severity, message="Flat.", measured=1, limit=2, scene=scene
    )


def report(*findings):
    return Report(passed=not findings, findings=findings, measurements={"lufs": -14.0})


async def test_a_clean_film_counts_no_repair(stage, facts):
    stage.render.answers.append(report())
    written = await quality_check({**facts, **FILMED}, stage.services)
    assert (written["quality"]["passed"], written["repairs"]) == (True, {})


async def test_the_report_comes_with_its_page(stage, facts):
    stage.render.answers.append(report(finding(1)))
    written = await quality_check({**facts, **FILMED}, stage.services)
    assert written["quality_page"] in stage.store.kept
    assert stage.render.asked[-1][1:] == ("Bees", report(finding(1)))


async def test_captions_are_measured_where_they_were_drawn(stage, facts):
    box, word = (186, 1082, 894, 1184), {"text": "Bees", "start_ms": 100, "end_ms": 400}
    cue = {"scene": 1, "start_ms": 100, "end_ms": 900, "lines": ["Bees"], "words": [word]}
    stage.render.answers.append(report())
    film = {**FILM, "cues": [{**cue, "box": box}]}
    await quality_check({**facts, **FILMED, "film": film}, stage.services)
    assert stage.render.asked[0][1].cues[0].box == box


async def test_a_film_of_an_older_program_was_not_looked_at(stage, facts):
    word = {"text": "Bees", "start_ms": 100, "end_ms": 400}
    cue = {"scene": 1, "start_ms": 100, "end_ms": 900, "lines": ["Bees"], "words": [word]}
    seen = {**cue, "faces": [(10, 20, 30, 40)]}
    stage.render.answers.append(report())
    await quality_check({**facts, **FILMED, "film": {**FILM, "cues": [cue, seen]}}, stage.services)
    assert [cue.faces for cue in stage.render.asked[0][1].cues] == [None, ((10, 20, 30, 40),)]


async def test_it_is_measured_against_what_was_laid(stage, facts):
    stage.render.answers.append(report())
    await quality_check({**facts, **FILMED}, stage.services)
    expected = stage.render.asked[0][1]
    assert (expected.width_px, expected.height_px, expected.duration_ms) == (1080, 1920, 4000)
    assert [tuple(scene) for scene in expected.scenes] == [(1, 0, 2000), (2, 2000, 4000)]
    assert expected.voice_starts_ms == (100, 2000)


async def test_each_scene_at_fault_is_counted_once_a_round(stage, facts):
    stage.render.answers.append(report(finding(2), finding(2), finding(None), finding(1, "warn")))
    written = await quality_check({**facts, **FILMED, "repairs": {"2": 1}}, stage.services)
    assert written["repairs"] == {"2": 2}


async def test_a_film_that_cannot_be_read_is_a_failure(stage, facts):
    stage.render.answers.append(MediaError("Unreadable."))
    written = await quality_check({**facts, **FILMED}, stage.services)
    assert written["failure"]["kind"] == "media"
