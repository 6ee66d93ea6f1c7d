"""Every fork of the drawing, as a pure function of state and limits."""

import pytest

from graph import routes
from nodes.failure import Failure
from shortfactory.settings import GraphSettings

LIMITS = GraphSettings(
    revisions=2, image_attempts=2, voice_attempts=2, rewords=2, repairs=1, scenes_at_once=2
)


def failure(kind, node="illustrate", *, random=False):
    return Failure(node=node, kind=kind, message="said why", random=random, scene=3)


def finding(check="sharpness", severity="revise", scene=3):
    return {"check": check, "severity": severity, "scene": scene, "message": "said why"}


@pytest.mark.parametrize(
    ("state", "way"),
    [
        ({}, "done"),
        ({"failure": failure("malformed", "story"), "writing_tries": 1}, "again"),
        ({"failure": failure("malformed", "story"), "writing_tries": 2}, "again"),
        ({"failure": failure("malformed", "story"), "writing_tries": 3}, "park"),
        ({"failure": failure("account", "story"), "writing_tries": 1}, "park"),
        ({"failure": failure("down", "story"), "writing_tries": 1}, "park"),
    ],
)
def test_after_writing(state, way):
    assert routes.after_writing(state, LIMITS) == way


@pytest.mark.parametrize(
    ("state", "way"),
    [
        ({"findings": []}, "go_on"),
        ({"findings": [finding(severity="note")]}, "go_on"),
        ({"findings": [finding()]}, "revise"),
        ({"findings": [finding()], "revisions": 1}, "revise"),
        ({"findings": [finding()], "revisions": 2}, "go_on"),
        ({"findings": [finding(severity="block")], "topic": {"script": "# Mine"}}, "go_on"),
    ],
)
def test_after_critique(state, way):
    assert routes.after_critique({"topic": {}, **state}, LIMITS) == way


@pytest.mark.parametrize(
    ("state", "way"),
    [
        ({"short_by_usd": "0"}, "fits"),
        ({"short_by_usd": "0.01", "choices": [{"name": "lite"}]}, "too_dear"),
        ({"short_by_usd": "0.01", "choices": []}, "nothing_left"),
    ],
)
def test_after_budget(state, way):
    assert routes.after_budget(state) == way


@pytest.mark.parametrize(
    ("state", "way"),
    [
        ({"picture_role": "image"}, "done"),
        ({"picture_role": "image", "picture_findings": [finding()], "picture_tries": 1}, "again"),
        (
            {"picture_role": "image", "picture_findings": [finding()], "picture_tries": 2},
            "exhausted",
        ),
        ({"picture_failure": failure("refused", random=True), "picture_tries": 1}, "again"),
        ({"picture_failure": failure("refused", random=True), "picture_tries": 2}, "refused"),
        ({"picture_failure": failure("refused"), "picture_tries": 1}, "refused"),
        ({"picture_failure": failure("refused"), "picture_tries": 3, "rewords": 2}, "exhausted"),
        ({"picture_failure": failure("malformed"), "picture_tries": 1}, "again"),
        ({"picture_failure": failure("malformed"), "picture_tries": 2}, "exhausted"),
        ({"picture_failure": failure("down"), "picture_tries": 1}, "exhausted"),
        ({"picture_failure": failure("gone"), "picture_tries": 1}, "exhausted"),
        ({"picture_failure": failure("account"), "picture_tries": 1}, "park"),
        ({"picture_failure": failure("budget"), "picture_tries": 1}, "park"),
        ({"picture_failure": failure("media", "inspect_image")}, "park"),
        ({"picture_role": "image_fallback", "fallback_tries": 1}, "done"),
        (
            {
                "picture_role": "image_fallback",
                "picture_failure": failure("refused", "illustrate_fallback"),
                "fallback_tries": 1,
            },
            "exhausted",
        ),
        (
            {
                "picture_role": "image_fallback",
                "picture_failure": failure("refused", "illustrate_fallback"),
                "fallback_tries": 2,
            },
            "park",
        ),
    ],
)
def test_after_picture(state, way):
    assert routes.after_picture(state, LIMITS) == way


@pytest.mark.parametrize(
    ("failed", "way"),
    [(None, "again"), ("malformed", "exhausted"), ("down", "exhausted"), ("account", "park")],
)
def test_after_reword(failed, way):
    state = {"picture_failure": failure(failed, "reword") if failed else None}
    assert routes.after_reword(state) == way


@pytest.mark.parametrize(
    ("state", "way"),
    [
        ({"voice_role": "voice"}, "done"),
        ({"voice_role": "voice", "voice_findings": [finding()], "voice_tries": 1}, "again"),
        ({"voice_role": "voice", "voice_findings": [finding()], "voice_tries": 2}, "exhausted"),
        ({"voice_failure": failure("malformed", "narrate"), "voice_tries": 1}, "again"),
        ({"voice_failure": failure("down", "narrate"), "voice_tries": 1}, "exhausted"),
        ({"voice_failure": failure("account", "narrate"), "voice_tries": 1}, "park"),
        ({"voice_role": "voice_fallback"}, "done"),
        (
            {
                "voice_role": "voice_fallback",
                "voice_findings": [finding()],
                "voice_fallback_tries": 2,
            },
            "park",
        ),
    ],
)
def test_after_voice(state, way):
    assert routes.after_voice(state, LIMITS) == way


def script(scenes=3):
    scene = {"kind": "body", "narration": "Bees dance.", "picture": "a bee"}
    return {
        "title": "Bees",
        "language": "en",
        "scenes": [{"number": n, **scene} for n in range(1, scenes + 1)],
    }


def ready(**more):
    return {
        "run": {"id": "x"},
        "plan": {},
        "style": "editorial",
        "aspect": "9:16",
        "script": script(),
        **more,
    }


def test_after_cast_sends_one_task_per_scene_with_its_neighbours():
    sent = routes.after_cast(ready())
    assert [send.arg["scene"]["number"] for send in sent] == [1, 2, 3]
    assert (sent[0].arg["previous_text"], sent[0].arg["next_text"]) == ("", "Bees dance.")


def test_after_cast_parks_a_failed_sheet():
    assert routes.after_cast(ready(failure=failure("refused", "cast"))) == "park"


def report(*findings):
    return {"passed": not findings, "findings": list(findings)}


def fault(check, scene):
    return {"check": check, "scene": scene, "severity": "fail", "message": "said why"}


def test_after_quality_passes_a_clean_film():
    assert routes.after_quality(ready(quality=report()), LIMITS) == "passed"


def test_after_quality_makes_only_the_faulty_half_of_a_scene_again():
    state = ready(quality=report(fault("sharpness", 2)), repairs={"2": 1})
    [sent] = routes.after_quality(state, LIMITS)
    assert sent.arg["scene"]["number"] == 2
    assert (sent.arg["picture_variation"], sent.arg["voice_variation"]) == (1, 0)


def test_a_picture_like_another_is_drawn_again_with_that_one_named():
    twin = fault("duplicate", 2) | {"twin": 1}
    state = ready(quality=report(twin), repairs={"2": 1})
    [sent] = routes.after_quality(state, LIMITS)
    assert sent.arg["unlike"] == state["script"]["scenes"][0]["picture"] != ""
    [other] = routes.after_quality(
        ready(quality=report(fault("flat", 2)), repairs={"2": 1}), LIMITS
    )
    assert other.arg["unlike"] == ""


def test_a_caption_on_a_face_has_the_picture_drawn_again_and_then_parks():
    covered = report(fault("caption_face", 2))
    [sent] = routes.after_quality(ready(quality=covered, repairs={"2": 1}), LIMITS)
    assert (sent.arg["picture_variation"], "picture" in sent.arg) == (1, False)
    assert routes.after_quality(ready(quality=covered, repairs={"2": 2}), LIMITS) == "park"


def test_another_voice_keeps_what_was_seen_in_the_picture():
    picture = {"sha256": "p", "sight": {"faces": [[0.1, 0.1, 0.3, 0.3]], "subject": None}}
    made = {"2": {"number": 2, "picture": picture, "narration": {"sha256": "n"}}}
    state = ready(quality=report(fault("clipping", 2)), repairs={"2": 1}, scenes=made)
    [sent] = routes.after_quality(state, LIMITS)
    assert (sent.arg["picture"], "narration" in sent.arg) == (picture, False)


def test_after_quality_parks_when_the_repairs_are_used_up():
    state = ready(quality=report(fault("sharpness", 2)), repairs={"2": 2})
    assert routes.after_quality(state, LIMITS) == "park"


def test_after_quality_parks_what_no_scene_can_cure():
    assert routes.after_quality(ready(quality=report(fault("loudness", None))), LIMITS) == "park"


def test_pictures_that_stay_alike_after_their_repair_do_not_cost_the_film():
    state = ready(quality=report(fault("duplicate", 2)), repairs={"2": 2})
    assert routes.after_quality(state, LIMITS) == "passed"
    both = report(fault("duplicate", 2), fault("black", 3))
    assert routes.after_quality(ready(quality=both, repairs={"2": 2}), LIMITS) == "park"
