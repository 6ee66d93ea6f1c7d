"""Help is quick, complete, and loads nothing heavy."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HEAVY = ("langgraph", "langchain_core", "av", "cv2", "google", "psycopg", "numpy")
PROBE = """
import json, sys
from server.cli import main
sys.argv = ["shortfactory", *sys.argv[1:]]
try:
    main()
finally:
    print(json.dumps(sorted(sys.modules)), file=sys.stderr)
"""
COMMANDS = [
    *("make", "list", "show", "approve", "revise", "reject", "resume", "cancel"),
    *("reroll", "versions", "restore"),
    *("estimate", "costs", "doctor", "migrate", "simulate"),
]


def run(*arguments):
    return subprocess.run(
        [sys.executable, "-c", PROBE, *arguments],
        env={"PATH": os.defpath, "PYTHONPATH": str(ROOT), "COLUMNS": "100"},
        capture_output=True,
        text=True,
    )


@pytest.mark.parametrize("arguments", [["--help"], ["make", "--help"]])
def test_help_loads_nothing_heavy(arguments):
    result = run(*arguments)
    loaded = {name.split(".")[0] for name in json.loads(result.stderr.splitlines()[-1])}
    assert result.returncode == 0
    assert loaded.isdisjoint(HEAVY)


def test_help_names_every_command(shortfactory):
    text = shortfactory("--help").out
    assert all(f" {command} " in text for command in COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself_and_takes_json(shortfactory, command):
    answer = shortfactory(command, "--help")
    assert answer.code == 0
    assert "--json" in answer.out


def test_an_unknown_command_is_wrong_use(shortfactory):
    answer = shortfactory("maek")
    assert answer.code == 2
    assert "make" in answer.err
