"""The command line in this process, with this test's own database and data home."""

import contextlib
import json
import logging
import os
import pty
import select
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest
from typer.testing import CliRunner

from server.terminal import app


@pytest.fixture(autouse=True)
def logging_as_before():
    """A command sets up logging for its whole process; the next test's stays as it was."""
    root = logging.getLogger()
    level, handlers = root.level, list(root.handlers)
    yield
    root.setLevel(level)
    root.handlers[:] = handlers


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
def shortfactory(monkeypatch, tmp_path, work_folder):
    """Run a command in an empty folder; nothing it needs may come from outside."""
    monkeypatch.chdir(work_folder)
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


ROOT = Path(__file__).parents[2]
SCRIPT = """# Why bees dance

## Hook

A bee that finds flowers comes home and dances the way to them.

Picture: A honeybee dancing on a comb
"""


# Ctrl-C reaches it as at a terminal, also where whoever runs the tests does not hear it.
COMMAND = """
import signal
signal.signal(signal.SIGINT, signal.default_int_handler)
from server.cli import main
main()
"""


@dataclass
class Terminal:
    """A command in a process of its own, on a terminal of its own."""

    process: subprocess.Popen
    master: int
    seen: str = ""

    def expect(self, text, deadline_s=90):
        """Read the screen until a text appears after what was expected before."""
        end = time.monotonic() + deadline_s
        while text not in self.seen:
            assert time.monotonic() < end, self.seen
            if select.select([self.master], [], [], 0.2)[0]:
                self.seen += self._read()
        before, _, self.seen = self.seen.partition(text)
        return before

    def _read(self):
        try:
            return os.read(self.master, 65536).decode(errors="replace")
        except OSError:  # the process has closed its end
            raise AssertionError(self.seen) from None

    def type(self, text):
        """Press keys."""
        os.write(self.master, text.encode())

    def interrupt(self):
        """Press Ctrl-C."""
        os.killpg(self.process.pid, signal.SIGINT)

    def interrupt_until(self, text):
        """Press Ctrl-C, again while nothing comes: just before it reads, Python does not hear."""
        self.interrupt()
        while text not in self.seen:
            if select.select([self.master], [], [], 5)[0]:
                self.seen += self._read()
            else:
                self.interrupt()

    def end(self, deadline_s=90):
        """The rest of the screen, when the process has ended."""
        end = time.monotonic() + deadline_s
        with contextlib.suppress(AssertionError):
            while time.monotonic() < end:
                if select.select([self.master], [], [], 0.2)[0]:
                    self.seen += self._read()
        assert self.process.wait(5) is not None
        return self.seen


@pytest.fixture
def work_folder(tmp_path):
    """An empty folder with a script of one scene in it."""
    folder = tmp_path / "work"
    folder.mkdir(exist_ok=True)
    (folder / "bees.md").write_text(SCRIPT)
    return folder


@pytest.fixture
def terminal(work_folder, tmp_path, database_url):
    """Start a command as a person does at a terminal."""
    opened = []

    def start(*arguments, **extra):
        master, slave = pty.openpty()
        process = subprocess.Popen(
            [sys.executable, "-c", COMMAND, *arguments],
            cwd=work_folder,
            env={
                "PATH": f"{Path(sys.executable).parent}:{os.defpath}",
                "PYTHONPATH": str(ROOT),
                "SHORTFACTORY_HOME": str(tmp_path / "home"),
                "SHORTFACTORY_DATABASE_URL": database_url,
                "TERM": "dumb",
                **extra,
            },
            stdin=slave,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
        )
        os.close(slave)
        opened.append(Terminal(process, master))
        return opened[-1]

    yield start
    for screen in opened:
        if screen.process.poll() is None:
            screen.process.kill()
        screen.process.wait()
        os.close(screen.master)
