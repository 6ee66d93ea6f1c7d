"""docs/providers.md names the defaults that the settings have."""

import re
from pathlib import Path

import pytest

from shortfactory.settings import Settings

PAGE = (Path(__file__).parents[3] / "docs" / "providers.md").read_text("utf-8")
ROWS = re.findall(r"^\| `SHORTFACTORY_(GEMINI|ELEVENLABS)__(\w*MODEL)` \| `([^`]+)` \|", PAGE, re.M)


@pytest.mark.parametrize(("vendor", "name", "said"), ROWS)
def test_the_page_names_the_default_model(vendor, name, said):
    defaults = Settings.model_fields[vendor.lower()].default
    assert getattr(defaults, name.lower()) == said


def test_every_model_setting_is_on_the_page():
    assert len(ROWS) == 5
