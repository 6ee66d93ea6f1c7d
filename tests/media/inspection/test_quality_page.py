"""The report as a page: whole in itself, honest about what failed, safe with any words."""

import re
from base64 import b64decode
from html.parser import HTMLParser

import cv2
import numpy as np
import pytest

from media.inspect import inspect_film
from media.measures import rows
from media.quality_page import write_page
from media.report import Report
from media.stills import stills
from shortfactory.errors import MediaError


class Page(HTMLParser):
    """Collects what a browser would fetch, and checks that every tag is closed."""

    def __init__(self, text):
        super().__init__()
        self.fetched, self.open = [], []
        self.feed(text)
        assert not self.open

    def handle_starttag(self, tag, attrs):
        self.fetched += [value for name, value in attrs if name in ("src", "href")]
        if tag not in ("meta", "img"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


@pytest.fixture
def page_of(build, wanted, tmp_path):
    """Film, report and page of the small film, held against changed expectations."""

    def make(title="Three hearts", **changes):
        path, expected = build(), wanted(**changes)
        report = inspect_film(path, expected)
        write_page(path, title, report, expected, tmp_path / "q.html")
        return report, expected, (tmp_path / "q.html").read_text("utf-8")

    return make


def test_a_clean_film_s_page_shows_every_scene_and_every_measurement(page_of):
    report, expected, text = page_of()
    assert report.passed
    assert ">Passed</span>" in text
    assert "Nothing is wrong" in text
    assert len(re.findall("<img", text)) == len(expected.scenes)
    told = re.findall('<tr class="(ok|told|failed)"', text)
    assert len(told) == len(report.measurements)
    assert set(told) == {"ok", "told"}
    assert report.measurements["caption_contrast"] >= 4.5


def test_a_caption_outside_the_safe_area_fails_and_its_frame_is_shown(page_of, wanted):
    cues = wanted().cues
    moved = (cues[0].model_copy(update={"box": (40, 400, 220, 450)}), *cues[1:])
    report, _, text = page_of(cues=moved)
    # where the box was moved to, nothing is written
    found = [finding.check for finding in report.findings]
    assert found == ["caption_safe_area", "caption_contrast"]
    assert ">Failed</span>" in text
    first = text[text.index('class="finding fail"') :]
    data = re.search(r"base64,([A-Za-z0-9+/=]+)", first)[1]
    shown = cv2.imdecode(np.frombuffer(b64decode(data), np.uint8), 1)
    assert shown.shape == (480, 270, 3)


def test_the_page_needs_nothing_from_anywhere(page_of):
    _, _, text = page_of()
    assert all(link.startswith("data:image/jpeg;base64,") for link in Page(text).fetched)
    assert "url(" not in text


def test_a_title_is_text_and_never_markup(page_of):
    _, _, text = page_of(title='<script>alert("1")</script> & $title')
    assert "<script>" not in text
    assert "&lt;script&gt;" in text


def test_a_film_that_cannot_be_opened_still_gets_a_page(wanted, tmp_path):
    (tmp_path / "film.mp4").write_bytes(b"nothing")
    report = inspect_film(tmp_path / "film.mp4", wanted())
    write_page(tmp_path / "film.mp4", "Lost", report, wanted(), tmp_path / "q.html")
    assert "cannot be played" in (tmp_path / "q.html").read_text("utf-8")


def test_rows_name_limits_and_mark_what_failed(wanted):
    finding = {"check": "loudness", "severity": "fail", "message": "Loud.", "measured": -9.0}
    measured = {"loudness_lufs": -9.0, "edge_px_scene_2": 2.5, "caption_contrast": None}
    report = Report.model_validate(
        {"passed": False, "findings": [{**finding, "limit": -14.0}], "measurements": measured}
    )
    edges, contrast, loud = rows(report, wanted())
    assert [row.group for row in (edges, contrast, loud)] == ["Picture", "Captions", "Sound"]
    assert (loud.measured, loud.limit, loud.failed) == ("-9 LUFS", "-14 ± 0.5 LUFS", True)
    assert (edges.label, edges.failed) == ("Width of the sharpest edges, scene 2", False)
    assert (contrast.measured, contrast.limit) == ("not measured", "")


def test_stills_are_the_frames_of_their_moments(build):
    found = stills(build(), (0, 1000, 4000, 99_000), 120)
    pictures = [cv2.imdecode(np.frombuffer(jpeg, np.uint8), 0) for jpeg in found.values()]
    assert [picture.shape for picture in pictures] == [(120, 68)] * 4
    assert np.abs(pictures[0].astype(int) - pictures[2]).mean() > 5


def test_a_file_without_pictures_has_no_stills(tmp_path):
    (tmp_path / "film.mp4").write_bytes(b"nothing")
    with pytest.raises(MediaError, match=r"No frame of film\.mp4"):
        stills(tmp_path / "film.mp4", (0,), 120)
