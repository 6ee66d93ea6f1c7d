"""Every value that cannot be used: one clear message with the cure, exit 2, nothing begun."""

import pytest

SCRIPT = "# Bees\n\n## Hook\n\nBees dance.\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "nothing to make a short about. Give a topic"),
        (["   "], "nothing to make a short about"),
        (["\udcff\udcfe bees"], "give text in UTF-8"),
        (["--script", "ok.md", "--out", "\udcff"], "give text in UTF-8"),
        (["x"], "topic 'x' cannot be used: give at least 2 characters"),
        (["a" * 100_000], "it has 100,000 characters; give at most 2,000"),
        (["Bees", "--seconds", "0"], "seconds 0.0 cannot be used: give a length from 5 to 180"),
        (["Bees", "--seconds", "3"], "seconds 3.0 cannot be used"),
        (["Bees", "--seconds", "100000"], "seconds 100000.0 cannot be used"),
        (["Bees", "--seconds", "nan"], "seconds nan cannot be used"),
        (["Bees", "--scenes", "0"], "scenes 0 cannot be used: give 1 to 30 scenes"),
        (["Bees", "--scenes", "200"], "scenes 200 cannot be used"),
        (["Bees", "--budget", "0"], "budget '0' cannot be used: give dollars above zero"),
        (["Bees", "--budget", "-1"], "budget '-1' cannot be used"),
        (["Bees", "--budget", "NaN"], "budget 'NaN' cannot be used"),
        (["Bees", "--budget", "1e99"], "budget '1e99' cannot be used: give at most 100,000"),
        (["Bees", "--budget", "cheap"], "budget 'cheap' cannot be used: give dollars, for"),
        (["Bees", "--style", "nope"], "style 'nope' cannot be used: choose one of editorial"),
        (["Bees", "--language", "xx-nope"], "language 'xx-nope' cannot be used: use a language"),
        (["Bees", "--providers", "free"], "providers 'free' cannot be used: use offline"),
        (["Bees", "--approve", "never"], "approve 'never' cannot be used: use ask or auto"),
        (["Bees", "--providers", "offline"], "A bare topic needs a writer"),
        (["--script", "ok.md", "--scenes", "31"], "scenes 31 cannot be used"),
        (["--script", "bad.md"], "script line 3 'No scene at all.' cannot be used"),
        (["Bees", "--providers", "live"], "No key for Gemini. Set GOOGLE_API_KEY"),
        (["--script", "none.md"], "script 'none.md' cannot be used: there is no such file"),
        (["--script", "."], "it is a folder; name a text file"),
        (["--source", "binary"], "source 'binary' cannot be used: it is"),
        (["--script", "empty.md"], "script '' cannot be used: give at least"),
        (["--script", "ok.md", "--source", "ok.md"], "either a script or a source, not both"),
        (["--script", "ok.md", "--out", "ok.md"], "it is a file; name a folder"),
        (["--script", "ok.md", "--out", "/proc/films"], "cannot be written"),
    ],
)
def test_make_refuses(shortfactory, tmp_path, arguments, message):
    (tmp_path / "work/binary").write_bytes(b"\x89PNG\0\xff" * 50)
    (tmp_path / "work/empty.md").write_text("")
    (tmp_path / "work/ok.md").write_text(SCRIPT)
    (tmp_path / "work/bad.md").write_text("# Bees\n\nNo scene at all.\n")
    answer = shortfactory("make", *arguments)
    assert message in answer.err
    assert answer.err.count("\n") == 1
    assert (answer.code, answer.out) == (2, "")


@pytest.mark.parametrize("option", ["--seconds", "--scenes"])
def test_a_number_that_is_none_is_wrong_use(shortfactory, option):
    answer = shortfactory("make", "Bees", option, "many")
    assert answer.code == 2
    assert f"Invalid value for '{option}'" in answer.err


def test_a_refused_order_leaves_no_trace(shortfactory, with_database):
    shortfactory("make", "x")
    shortfactory("make", "Bees", "--providers", "live")
    assert shortfactory("list", "--json").json == {"shorts": []}


@pytest.mark.parametrize(
    ("command", "run_id"),
    [
        (["show"], "7f"),
        (["show"], "not-an-id"),
        (["resume"], "00000000-0000-4000-8000-000000000000"),
        (["approve"], "%"),
        (["reject"], "7f"),
        (["cancel"], "7f"),
        (["revise", "--notes", "shorter"], "7f"),
    ],
)
def test_an_unknown_id_is_named(shortfactory, with_database, command, run_id):
    answer = shortfactory(command[0], run_id, *command[1:])
    assert answer.code == 2
    assert f"No short has the id '{run_id}'. See: shortfactory list" in answer.err


def test_with_json_a_refusal_is_one_document(shortfactory):
    answer = shortfactory("make", "--json", "--budget", "0", "Bees")
    assert answer.json["error"]["type"] == "InvalidInput"
    assert answer.json["error"]["exit_code"] == answer.code == 2


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("SHORTFACTORY_BUDGET__SHORT_USD", "-1", "SHORTFACTORY_BUDGET__SHORT_USD '-1' cannot be"),
        ("SHORTFACTORY_PROVIDERS", "free", "SHORTFACTORY_PROVIDERS 'free' cannot be used"),
        ("SHORTFACTORY_DATABASE_URL", "nonsense", "is not an address of a PostgreSQL database"),
        (
            "SHORTFACTORY_GEMINI__BASE_URL",
            "ftp://x",
            "SHORTFACTORY_GEMINI__BASE_URL '(hidden)' can",
        ),
        ("SHORTFACTORY_ELEVENLABS__BASE_URL", "voices", "SHORTFACTORY_ELEVENLABS__BASE_URL"),
    ],
)
def test_a_wrong_setting_is_named(shortfactory, monkeypatch, name, value, message):
    monkeypatch.setenv(name, value)
    answer = shortfactory("list")
    assert message in answer.err
    assert answer.code == 2


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("GOOGLE_API_KEY", "se\ncret", "GOOGLE_API_KEY holds a space, a line break"),
        ("ELEVENLABS_API_KEY", "", "No key for ElevenLabs. Set ELEVENLABS_API_KEY"),
        ("SHORTFACTORY_GEMINI__TEXT_MODEL", "gemini-99", "is not a known text model. Use one of"),
        ("SHORTFACTORY_ELEVENLABS__MODEL", "eleven_v9", "is not a known voice model. Use one of"),
    ],
)
def test_a_vendor_that_cannot_be_asked_is_refused_before_anything(
    shortfactory, monkeypatch, name, value, message
):
    for key in ("GOOGLE_API_KEY", "ELEVENLABS_API_KEY"):
        monkeypatch.setenv(key, "k")
    monkeypatch.setenv(name, value)
    answer = shortfactory("estimate", "Why bees dance", "--providers", "live")
    assert answer.code == 2
    assert message in " ".join(answer.err.split())
    assert "cret" not in answer.err


def test_a_home_from_a_newer_version_is_left_alone(shortfactory, tmp_path):
    (tmp_path / "home").mkdir()
    (tmp_path / "home/format").write_text("99\n")
    answer = shortfactory("list")
    assert "has format '99'" in answer.err
    assert answer.code == 2


def test_an_unexpected_error_is_one_message_without_a_traceback(shortfactory, monkeypatch):
    monkeypatch.setattr("server.commands.database.open_database", None)
    answer = shortfactory("migrate")
    assert answer.code == 4
    assert "SHORTFACTORY_DEBUG=1" in answer.err
    assert "Traceback" not in answer.err
    assert "Traceback" in shortfactory("--debug", "migrate").err
