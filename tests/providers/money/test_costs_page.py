"""docs/costs.md is what the price list says."""

from statistics import mean

from bench.costs import DEFAULT, PAGE, page
from bench.foresight import kept
from providers.catalog import plan_for
from shortfactory.settings import Settings


def test_the_page_is_up_to_date():
    assert PAGE.read_text(encoding="utf-8") == page(), "run: python -m bench.costs"


def test_its_default_is_the_settings_default():
    keys = {"GOOGLE_API_KEY": "g", "ELEVENLABS_API_KEY": "e"}
    assert plan_for(Settings(_env_file=None, **keys), "live") == DEFAULT


def test_the_measured_shorts_settled_what_was_billed_and_near_what_was_estimated():
    found = kept()
    assert len(found.cases) >= 20
    assert found.settled_usd - found.lost_over_usd - found.rounded_usd == found.bill_usd
    assert 0 <= found.lost_over_usd <= found.bill_usd * 2 / 100
    assert 0 <= found.rounded_usd < found.bill_usd / 1000
    errors = [(case.by_script_usd - case.settled_usd) / case.settled_usd for case in found.cases]
    assert abs(mean(errors)) < 0.1
    assert all(case.settled_usd <= case.worst_usd for case in found.cases)
