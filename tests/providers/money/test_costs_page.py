"""docs/costs.md is what the price list says."""

from bench.costs import DEFAULT, PAGE, page
from providers.catalog import plan_for
from shortfactory.settings import Settings


def test_the_page_is_up_to_date():
    assert PAGE.read_text(encoding="utf-8") == page(), "run: python -m bench.costs"


def test_its_default_is_the_settings_default():
    keys = {"GOOGLE_API_KEY": "g", "ELEVENLABS_API_KEY": "e"}
    assert plan_for(Settings(_env_file=None, **keys), "live") == DEFAULT
