"""estimate, costs, doctor and migrate."""

import asyncio
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from graph.database import connect
from providers.ledger import Bill, Ledger
from server.ordering import place_of, providers_of, slug
from server.wish import Wish
from shortfactory.errors import InvalidInput
from shortfactory.plan import Payer
from shortfactory.settings import BudgetSettings, Settings

WISH = Wish("Why bees dance", None, None, "en", 45, 6, "editorial", None, None)


def test_offline_costs_nothing(shortfactory):
    answer = shortfactory("estimate", "Why bees dance", "--providers", "offline", "--json")
    assert Decimal(answer.json["estimate"]["worst_usd"]) == 0
    assert len(answer.json["estimate"]["scenes"]) == 6


def test_a_live_short_is_priced_before_anything_is_paid(shortfactory, monkeypatch):
    monkeypatch.setenv("GOOGLE_API_KEY", "key")
    monkeypatch.setenv("ELEVENLABS_API_KEY", "key")
    answer = shortfactory("estimate", "Why bees dance", "--json")
    estimate = answer.json["estimate"]
    assert 0 < Decimal(estimate["expected_usd"]) < Decimal(estimate["worst_usd"])
    assert "At worst" in shortfactory("estimate", "Why bees dance", "--budget", "0.01").out
    assert "Give more with --budget" in shortfactory("estimate", "Bees", "--budget", "0.01").err


def test_costs_of_nothing_are_said(shortfactory, with_database):
    assert shortfactory("costs", "--json").json == {"by": "day", "totals": []}
    assert "Nothing was spent yet" in shortfactory("costs").err
    assert "use one of day, month" in shortfactory("costs", "--by", "moon").err


def test_migrate_names_what_is_there(shortfactory, with_database):
    assert "0001_runs.sql" in shortfactory("migrate", "--json").json["migrations"]


def checks(answer):
    return {check["name"]: check for check in answer.json["checks"]}


def test_doctor_finds_a_healthy_machine_healthy(shortfactory, with_database, monkeypatch):
    monkeypatch.setenv("GOOGLE_API_KEY", "very-secret")
    monkeypatch.setenv("ELEVENLABS_API_KEY", "very-secret")
    answer = shortfactory("doctor", "--json")
    assert {name for name, check in checks(answer).items() if check["state"] == "missing"} == set()
    assert answer.code == 0
    assert checks(answer)["Gemini key"]["found"] == "set"
    assert "very-secret" not in answer.out


def test_doctor_names_what_is_missing_and_the_cure(shortfactory, monkeypatch):
    monkeypatch.setenv("SHORTFACTORY_DATABASE_URL", "postgresql://127.0.0.1:1/x")
    monkeypatch.setenv("ELEVENLABS_API_KEY", "two words")
    answer = shortfactory("doctor", "--json")
    assert answer.code == 2
    postgres = checks(answer)["PostgreSQL"]
    assert (postgres["state"], "SHORTFACTORY_DATABASE_URL" in postgres["cure"]) == ("missing", True)
    assert checks(answer)["ElevenLabs key"]["state"] == "missing"
    assert "✗" in shortfactory("doctor").out


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Why bees dance!", "why-bees-dance"),
        ("../../etc/passwd", "etc-passwd"),
        ("蜜蜂", "蜜蜂"),
        ("🐝🐝", "short"),
        ("x" * 300, "x" * 40),
        ("a " * 300, "-".join("a" * 20)),
    ],
)
def test_a_name_for_a_folder_is_short_and_safe(text, name):
    assert slug(text) == name


def test_the_package_goes_beside_the_others_by_default(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    place = place_of(None, WISH, "0123456789")
    assert place == tmp_path / "shorts/why-bees-dance-01234567"
    assert not place.exists()


def test_a_full_disk_is_said_before_anything_is_made(tmp_path, monkeypatch):
    usage = type("Usage", (), {"free": 5_000_000})
    monkeypatch.setattr("shutil.disk_usage", lambda _: usage)
    with pytest.raises(InvalidInput, match="its disk has 5 MB free; make 60 MB of room"):
        place_of(tmp_path / "out", WISH, "0123456789")


def test_live_needs_a_key_or_a_wish(monkeypatch):
    assert providers_of(None, Settings(_env_file=None)) == "offline"
    monkeypatch.setenv("GOOGLE_API_KEY", "key")
    assert providers_of(None, Settings(_env_file=None)) == "live"
    assert providers_of("simulator", Settings(_env_file=None)) == "simulator"


def test_no_command_leaves_files_in_the_folder_it_ran_in(shortfactory, with_database):
    shortfactory("list")
    shortfactory("estimate", "Bees", "--providers", "offline")
    assert sorted(path.name for path in Path.cwd().iterdir()) == ["bees.md"]


async def spend(database_url):
    """Two days of one call each in the ledger, the second from the store."""
    async with connect(database_url) as database:
        ledger = Ledger(database.pool, BudgetSettings())
        payer = Payer(run_id="run-1", tenant="=1+1", budget_usd=Decimal(1), node="draw", scene=2)
        facts = {"payer": payer, "realm": "simulator", "provider": "p", "model": "m"}
        bill = Bill(call_key="k", **facts)
        held = await ledger.reserve(bill, Decimal("0.05"), datetime(2026, 11, 1, 23, tzinfo=UTC))
        await ledger.settle(held, Decimal("0.036129"), {})
        await ledger.cached(bill, Decimal("0.036129"), datetime(2026, 11, 2, 1, tzinfo=UTC))


def test_costs_are_exported_day_by_day(shortfactory, with_database, database_url):
    asyncio.run(spend(database_url))
    rows = shortfactory("costs", "--csv").out.splitlines()
    assert rows[0] == "day,calls,cached,flagged,spent_usd,reserved_usd,saved_usd"
    assert rows[1].startswith("2026-11-01,0,0,0,0.036129,0,0")
    assert rows[2].endswith(",0.036129")
    only = shortfactory("costs", "--since", "2026-11-02", "--until", "2026-11-03", "--csv").out
    assert only.splitlines()[1:] == [rows[2]]


def test_no_cell_of_the_export_is_a_formula(shortfactory, with_database, database_url):
    asyncio.run(spend(database_url))
    assert shortfactory("costs", "--by", "tenant", "--csv").out.splitlines()[1][:6] == "'=1+1,"


def test_a_day_that_is_none_is_refused(shortfactory, with_database):
    assert "give a day, like 2026-11-01" in shortfactory("costs", "--since", "yesterday").err


def test_patience_makes_it_cheaper(shortfactory, monkeypatch):
    monkeypatch.setenv("GOOGLE_API_KEY", "key")
    monkeypatch.setenv("ELEVENLABS_API_KEY", "key")

    def expected_usd(*more):
        answer = shortfactory("estimate", "Why bees dance", "--json", *more).json
        return Decimal(answer["estimate"]["expected_usd"])

    assert expected_usd("--patience", "24h") < Decimal("0.6") * expected_usd()
    assert "--patience 24h" in shortfactory("estimate", "Why bees dance").out
    assert "from 10m to 2d" in shortfactory("estimate", "Bees", "--patience", "1m").err


def test_a_bad_alert_secret_is_named_and_not_repeated(shortfactory, monkeypatch):
    monkeypatch.setenv("SHORTFACTORY_BUDGET__ALERT_WEBHOOK", "https://example.com/token-1")
    monkeypatch.setenv("SHORTFACTORY_BUDGET__ALERT_SECRET", "my-secret")
    answer = shortfactory("estimate", "Bees", "--providers", "offline")
    assert answer.code == 2
    assert "SHORTFACTORY_BUDGET__ALERT_SECRET" in answer.err
    assert "my-secret" not in answer.err
    assert "token-1" not in answer.err
