"""Documents that cannot lie: generated pages are up to date, README's words are true."""

import re
from pathlib import Path

import pytest

from docs.generate import MARK, PAGES

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("name", PAGES)
def test_a_generated_page_is_what_the_code_says(name):
    source, page = PAGES[name]
    written = (ROOT / "docs" / name).read_text("utf-8")
    assert written == MARK.format(source=source) + page(), "run: make docs"


def documents():
    pages = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")]
    return sorted(str(page.relative_to(ROOT)) for page in pages)


@pytest.mark.parametrize("name", documents())
def test_every_link_inside_the_repository_leads_somewhere(name):
    page = ROOT / name
    links = re.findall(r"\]\((?!https?:|#|mailto:)([^)#\s]+)", page.read_text("utf-8"))
    assert not [link for link in links if not (page.parent / link).exists()]


def test_the_first_commands_of_the_readme_are_targets_of_the_makefile():
    readme, makefile = (ROOT / "README.md").read_text(), (ROOT / "Makefile").read_text()
    commands = re.findall(r"^    make (\w+)", readme, re.M)
    assert commands[:2] == ["video", "test"]
    assert all(re.search(rf"^{command}:", makefile, re.M) for command in commands)
