"""The command line in this process, with this test's own database and data home."""

import json
from dataclasses import dataclass

import pytest
from typer.testing import CliRunner

from server.terminal import app


@dataclass
class Answer:
    """What a command printed and how it ended."""

    code: int
    out: str
    err: str

    @property
    def json(self):
        return json.loads(self.out)


@pytest.fixture
def shortfactory(monkeypatch, tmp_path):
    """Run a command in an empty folder; nothing it needs may come from outside."""
    folder = tmp_path / "work"
    folder.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.setenv("SHORTFACTORY_HOME", str(tmp_path / "home"))

    def run(*arguments, stdin=""):
        result = CliRunner().invoke(app, [str(part) for part in arguments], input=stdin)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return Answer(result.exit_code, result.stdout, result.stderr)

    return run


@pytest.fixture
def with_database(monkeypatch, database_url):
    """Let commands use this test's database instead of starting one."""
    monkeypatch.setenv("SHORTFACTORY_DATABASE_URL", database_url)
