"""Captions on faces, planted twenty times in each way, and twenty films without any."""

import numpy as np
import pytest

from media.inspect import inspect_film
from media.inspection.covered import MOST_COVERED, check_faces, hidden_share, measured_faces
from media.measures import rows
from media.report import CURED_BY_PICTURE

WIDTH, HEIGHT = 270, 480


def faced(expected, faces, scene=2):
    """What was meant to be, with these faces behind each caption of one scene, none elsewhere."""
    given = tuple(
        cue.model_copy(update={"faces": faces if cue.scene == scene else ()})
        for cue in expected.cues
    )
    return expected.model_copy(update={"cues": given})


def face(rng, box, hidden):
    """A face of which the caption's box hides this share: from its chin up, or from its brow."""
    high, wide = int(rng.integers(60, 140)), int(rng.integers(40, 110))
    left = int(rng.integers(box[0], box[2] - wide))
    under = round(high * hidden)
    top = box[1] + under - high if rng.random() < 0.5 else box[3] - under
    under = min(under, box[3] - box[1])
    return (left, top, left + wide, top + high), under / high


@pytest.fixture(scope="module")
def basis(wanted):
    """What the small film should be."""
    return wanted()


def test_a_caption_on_a_face_names_its_scene(rng, basis):
    planted, hidden = face(rng, basis.cues[0].box, rng.uniform(0.3, 0.5))
    beside = (0, 0, 40, 60)
    found = check_faces(faced(basis, (beside, planted)))
    assert [(each.check, each.scene, each.severity) for each in found] == [
        ("caption_face", 2, "fail")
    ]
    assert found[0].measured == pytest.approx(hidden, abs=0.02)
    assert found[0].check in CURED_BY_PICTURE


def test_a_caption_that_touches_a_chin_is_good(rng, basis):
    planted, hidden = face(rng, basis.cues[0].box, rng.uniform(0, MOST_COVERED - 0.03))
    assert hidden < MOST_COVERED
    assert check_faces(faced(basis, (planted,))) == []


def test_a_caption_inside_a_large_face_hides_what_it_hides(rng, basis):
    box = basis.cues[0].box
    left, top = int(rng.integers(0, box[0])), int(rng.integers(100, box[1]))
    large = (left, top, int(rng.integers(box[2], WIDTH)), int(rng.integers(box[3], HEIGHT)))
    share = np.prod([box[2] - box[0], box[3] - box[1]]) / (
        (large[2] - large[0]) * (large[3] - large[1])
    )
    found = check_faces(faced(basis, (large,)))
    assert bool(found) == (round(share, 3) > MOST_COVERED)


def test_faces_without_captions_on_them_are_good(rng, basis):
    box = basis.cues[0].box
    top = int(rng.integers(0, box[1] - 120))
    left = int(rng.integers(0, WIDTH - 90))
    assert check_faces(faced(basis, ((left, top, left + 90, top + 120),))) == []


def row_of(expected, report):
    (row,) = [row for row in rows(report, expected) if "face under" in row.label]
    return row


def test_the_report_tells_a_face_that_is_free_from_one_that_nobody_looked_for(build, basis):
    looked = faced(basis, ())
    unlooked = inspect_film(build(), basis)
    seen = inspect_film(build(), looked)
    assert unlooked.passed
    assert unlooked.measurements["face_under_caption"] == "not looked at"
    assert (row_of(basis, unlooked).measured, row_of(basis, unlooked).limit) == (
        "not looked at",
        "",
    )
    assert (row_of(looked, seen).measured, row_of(looked, seen).failed) == ("0", False)
    assert row_of(looked, seen).limit


def test_scenes_that_nobody_looked_at_are_named_beside_those_that_were(basis):
    half = tuple(
        cue.model_copy(update={"faces": () if cue.scene == 1 else None}) for cue in basis.cues
    )
    measured = measured_faces(basis.model_copy(update={"cues": half}))
    assert measured == {"face_under_caption": 0.0, "unlooked_scenes": "2"}
    assert hidden_share(half[-1]) is None


def test_a_film_with_a_caption_on_a_face_fails(build, basis):
    covered = faced(basis, (basis.cues[0].box,), scene=1)
    report = inspect_film(build(), covered)
    assert [(each.check, each.scene) for each in report.findings] == [("caption_face", 1)]
    assert row_of(covered, report).failed
